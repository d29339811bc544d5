import type { At, RouteTable } from "../types.ts";
import { group } from "../world/groups.ts";
import { project } from "../world/projects.ts";
import { DAY, T0, T1 } from "../world/time.ts";
import { user } from "../world/users.ts";
import type { World } from "../world/world.ts";
import { auditEvent, ciVariable, runner, small } from "./parts.ts";

export function addInstanceRoutes({ list, one }: RouteTable): void {
  one("/version", "version", (w) => ({
    version: w.day >= 2 ? "18.4.0-ee" : "18.3.1-ee",
    revision: w.sha("rev", 0, 0).slice(0, 11),
    kas: {
      enabled: true,
      externalUrl: "wss://kas.fixture.test",
      externalK8sProxyUrl: "https://kas.fixture.test/k8s-proxy/",
      version: "18.3.1",
    },
    enterprise: true,
  }));
  one("/metadata", "metadata", (w) => ({
    version: w.day >= 2 ? "18.4.0-ee" : "18.3.1-ee",
    revision: w.sha("rev", 0, 0).slice(0, 11),
    kas: {
      enabled: true,
      externalUrl: "wss://kas.fixture.test",
      externalK8sProxyUrl: "https://kas.fixture.test/k8s-proxy/",
      version: "18.3.1",
    },
    enterprise: true,
  }));
  one("/user", null, (w) => user(w, 0, w.options.users));
  one("/personal_access_tokens/self", null, (w) => ({
    id: 1,
    name: "fixture",
    revoked: false,
    created_at: w.iso(T0),
    scopes: ["read_api"],
    user_id: 1,
    last_used_at: w.iso(T1),
    active: true,
    expires_at: "2027-01-01",
  }));
  one(
    "/avatar",
    "avatar",
    (w, _c, q) => ({
      avatar_url: `https://secure.gravatar.com/avatar/${w.sha("avatar", 0, (q.email || "").length).slice(0, 32)}?s=${q.size || 80}&d=identicon`,
    }),
    { require: ["email"] },
  );
  one(
    "/application/appearance",
    "appearance",
    () => ({
      title: "Fixture GitLab",
      description: "",
      pwa_name: "",
      pwa_short_name: "",
      pwa_description: "",
      pwa_icon: "",
      logo: "/uploads/-/system/appearance/logo/1/logo.png",
      header_logo: "",
      favicon: "",
      member_guidelines: "",
      new_project_guidelines: "Be kind",
      profile_image_guidelines: "",
      header_message: "",
      footer_message: "",
      message_background_color: "#e75e40",
      message_font_color: "#ffffff",
      email_header_and_footer_enabled: false,
    }),
    { admin: true },
  );
  one(
    "/application/plan_limits",
    "plan_limits",
    () => ({
      ci_instance_level_variables: 25,
      ci_pipeline_size: 0,
      ci_active_jobs: 0,
      ci_project_subscriptions: 2,
      ci_pipeline_schedules: 10,
      ci_needs_size_limit: 50,
      ci_registered_group_runners: 1000,
      ci_registered_project_runners: 1000,
      conan_max_file_size: 3221225472,
      dotenv_size: 5120,
      dotenv_variables: 20,
      enforcement_limit: 10000,
      generic_packages_max_file_size: 5368709120,
      helm_max_file_size: 5242880,
      limits_history: {
        enforcement_limit: [{ timestamp: 1686909124, user_id: 1, username: "x", value: 5 }],
        notification_limit: [{ timestamp: 1686909124, user_id: 2, username: "y", value: 7 }],
      },
      maven_max_file_size: 3221225472,
      notification_limit: 10000,
      npm_max_file_size: 524288000,
      nuget_max_file_size: 524288000,
      pipeline_hierarchy_size: 1000,
      pypi_max_file_size: 3221225472,
      terraform_module_max_file_size: 1073741824,
      storage_size_limit: 15000,
    }),
    { admin: true },
  );
  one(
    "/application/settings",
    "application_settings",
    (w) => ({
      id: 1,
      performance_bar_allowed_group_id: null,
      created_at: w.iso(T0),
      updated_at: w.iso(T1),
      default_branch_name: "main",
      restricted_visibility_levels: [],
      max_attachment_size: 100,
      default_project_visibility: "private",
      throttle_authenticated_api_enabled: false,
      throttle_authenticated_api_requests_per_period: 7200,
      disabled_oauth_sign_in_sources: [],
      gravatar_enabled: true,
    }),
    { admin: true },
  );
  list(
    "/applications",
    "applications",
    "application",
    small,
    (w, _c, i) => ({
      id: i + 1,
      application_id: w.sha("app", 0, i),
      application_name: `App ${i}`,
      callback_url: "https://app.fixture.test/cb",
      confidential: true,
    }),
    { admin: true, sort: "asc" },
  );
  list(
    "/groups",
    "groups",
    "group",
    (w) => w.options.groups,
    (w, _c, i, n, q) => ({
      ...group(w, i, n, false),
      ...(q.statistics
        ? {
            statistics: {
              storage_size: 100 + i,
              repository_size: 90 + i,
              wiki_size: 0,
              lfs_objects_size: 0,
              job_artifacts_size: 0,
              packages_size: 0,
              snippets_size: 0,
              uploads_size: 0,
            },
          }
        : {}),
    }),
    {
      fixed: true,
      timed: true,
      sort: "asc",
      keyset: "cursor",
      keysetOrder: "name",
      model: "Group",
      qkeys: ["statistics"],
      name: (_w, _c, i) => `Group ${i}`,
      idOf: (w, _c, i) => w.groupId(i),
    },
  );
  list(
    "/projects",
    "projects",
    "project",
    (w) => w.options.projects,
    (w, _c, i, n, q) => project(w, i, n, q),
    {
      fixed: true,
      timed: true,
      keyset: "id",
      model: "Project",
      activity: true,
      qkeys: ["simple", "statistics", "license"],
      name: (_w, _c, i) => `Project ${i}`,
      idOf: (w, _c, i) => w.projectId(i),
      filter: (w, i, q) => q.archived === undefined || String(w.trait(i) === "archived") === q.archived,
    },
  );
  list(
    "/users",
    "users",
    "user",
    (w) => w.options.users,
    (w, _c, i, n) => user(w, i, n),
    {
      fixed: true,
      timed: true,
      keyset: "cursor",
      model: "User",
      name: (w, _c, i) => w.userBrief(i).name,
      idOf: (w, _c, i) => w.userId(i),
    },
  );
  list(
    "/namespaces",
    "namespaces",
    "namespace",
    (w) => w.options.groups,
    (w, _c, i) => ({
      id: w.groupId(i),
      name: `Group ${i}`,
      path: `group-${i}`,
      kind: "group",
      full_path: w.groupPath(i),
      parent_id: w.groupParentId(i),
      avatar_url: null,
      web_url: `${w.host}/groups/${w.groupPath(i)}`,
      members_count_with_descendants: 3 + i,
      root_repository_size: 100,
      projects_count: 2,
      plan: "ultimate",
      trial_ends_on: null,
      trial: false,
    }),
    { fixed: true, sort: "asc" },
  );
  list("/runners/all", "runners", "runner", small, runner, { admin: true });
  list("/runners", null, "runner", small, runner);
  list(
    "/topics",
    "topics",
    "topic",
    small,
    (_w, _c, i) => ({
      id: i + 1,
      name: `topic-${i}`,
      title: `Topic ${i}`,
      description: "",
      total_projects_count: 3 * i,
      organization_id: 1,
      avatar_url: null,
    }),
    { sort: "asc" },
  );
  list("/audit_events", "instance_audit_events", "audit", (w) => w.options.auditEvents, auditEvent("User"), {
    admin: true,
    keyset: "cursor",
    timed: true,
  });
  list(
    "/deploy_keys",
    "instance_deploy_keys",
    "ideploy_key",
    small,
    (w, _c, i) => ({
      id: i + 1,
      title: `key ${i}`,
      key: `ssh-ed25519 AAAA${w.sha("k", 0, i)}`,
      fingerprint: "4a:9d",
      fingerprint_sha256: `SHA256:x${i}`,
      created_at: w.iso(T0),
      expires_at: null,
      usage_type: "auth",
      projects_with_write_access:
        i % 2
          ? []
          : [
              {
                id: w.projectId(0),
                description: null,
                name: "Project 0",
                name_with_namespace: "Group 0 / Project 0",
                path: "project-0",
                path_with_namespace: w.projectPath(0),
                created_at: w.iso(T0),
              },
            ],
      projects_with_readonly_access: [],
    }),
    { admin: true, sort: "asc" },
  );
  const bm = (w: World, _c: At, i: number) => ({
    id: i + 1,
    message: `Maintenance ${i}`,
    starts_at: w.iso(T0 + i * DAY),
    ends_at: w.iso(T0 + (i + 1) * DAY),
    color: "#E75E40",
    font: "#FFFFFF",
    target_access_levels: i % 2 ? [] : [10, 30],
    target_path: "*/welcome",
    broadcast_type: "banner",
    theme: "indigo",
    dismissable: false,
    active: false,
  });
  list("/broadcast_messages", "broadcast_messages", "broadcast", small, bm, { sort: "asc" });
  one("/broadcast_messages/:n", null, (w, c) => (c.n >= 1 && c.n <= small(w) ? bm(w, c, c.n - 1) : null));
  const bi = (w: World, _c: At, i: number) => ({
    id: i + 1,
    status: ["finished", "failed", "started"][i % 3],
    source_type: "gitlab",
    source_url: "https://old.fixture.test",
    created_at: w.iso(T0 + i * DAY),
    updated_at: w.iso(T0 + i * DAY + 3600000),
    has_failures: i % 3 === 1,
  });
  const be = (w: World, imp: number, i: number) => ({
    id: imp * 100 + i + 1,
    bulk_import_id: imp + 1,
    status: ["finished", "failed"][i % 2],
    entity_type: i % 2 ? "project" : "group",
    source_full_path: `src/${i}`,
    destination_full_path: `dst/${i}`,
    destination_name: `d${i}`,
    destination_slug: `d${i}`,
    destination_namespace: "dst",
    parent_id: i ? imp * 100 + 1 : null,
    namespace_id: i % 2 ? null : 1000,
    project_id: i % 2 ? 100 : null,
    created_at: w.iso(T0 + i * DAY),
    updated_at: w.iso(T0 + i * DAY + 60000),
    failures:
      i % 2
        ? [
            {
              relation: "label",
              step: "extractor",
              exception_message: "Error!",
              exception_class: "Exception",
              correlation_id_value: `c${i}`,
              created_at: w.iso(T0),
              pipeline_class: "LabelsPipeline",
              pipeline_step: "loader",
            },
          ]
        : [],
    migrate_projects: true,
    migrate_memberships: true,
    has_failures: i % 2 === 1,
    stats: { labels: { source: 10, fetched: 10, imported: 9 } },
  });
  list("/bulk_imports", "bulk_imports", "bulk_import", small, bi);
  list(
    "/bulk_imports/entities",
    "bulk_import_entities",
    "bie",
    (w) => small(w) * 3,
    (w, _c, i) => be(w, Math.floor(i / 3), i % 3),
  );
  one("/bulk_imports/:n", null, (w, c) => (c.n >= 1 && c.n <= small(w) ? bi(w, c, c.n - 1) : null));
  list(
    "/bulk_imports/:n/entities",
    null,
    "bie1",
    (w, c) => (c.n >= 1 && c.n <= small(w) ? 3 : 0),
    (w, c, i) => be(w, c.n - 1, i),
    { fixed: true },
  );
  one("/bulk_imports/:n/entities/:m", null, (w, c) => {
    const i = c.m - 1 - (c.n - 1) * 100;
    return c.n >= 1 && c.n <= small(w) && i >= 0 && i < 3 ? be(w, c.n - 1, i) : null;
  });
  const bbm = (w: World, _c: At, i: number) => ({
    id: String(i + 1),
    job_class_name: `BackfillThing${i}`,
    table_name: "events",
    column_name: "id",
    status: ["active", "finished"][i % 2],
    progress: i % 2 ? 100 : 51.5,
    created_at: w.iso(T0 + i * DAY),
  });
  list("/admin/batched_background_migrations", "batched_background_migrations", "bbm", small, bbm, {
    admin: true,
    sort: "asc",
  });
  one(
    "/admin/batched_background_migrations/:n",
    null,
    (w, c) => (c.n >= 1 && c.n <= small(w) ? bbm(w, c, c.n - 1) : null),
    { admin: true },
  );
  list("/admin/ci/variables", "instance_ci_variables", "civ", small, ciVariable, { admin: true, sort: "asc" });
  one(
    "/admin/ci/variables/:key",
    null,
    (w, c) => {
      const i = Number(String(c.name).replace("VAR_", ""));
      return i >= 0 && i < small(w) ? ciVariable(w, c, i) : null;
    },
    { admin: true },
  );
  const cl = (w: World, _c: At, i: number) => ({
    id: String(i + 1),
    name: `cluster-${i}`,
    created_at: w.iso(T0 + i * DAY),
    managed: true,
    enabled: true,
    domain: null,
    provider_type: "user",
    platform_type: "kubernetes",
    environment_scope: "*",
    cluster_type: "instance_type",
    namespace_per_environment: true,
    user: w.userBrief(0),
    platform_kubernetes: {
      api_url: "https://k8s.fixture.test",
      authorization_type: "rbac",
      namespace: "ns",
      ca_cert: null,
    },
    provider_gcp: null,
    management_project:
      i % 2
        ? null
        : {
            id: w.projectId(0),
            description: null,
            name: "Project 0",
            name_with_namespace: "Group 0 / Project 0",
            path: "project-0",
            path_with_namespace: w.projectPath(0),
            created_at: w.iso(T0),
          },
  });
  list("/admin/clusters", "instance_clusters", "cluster", small, cl, { admin: true, sort: "asc" });
  one("/admin/clusters/:n", null, (w, c) => (c.n >= 1 && c.n <= small(w) ? cl(w, c, c.n - 1) : null), { admin: true });
  one(
    "/admin/databases/:name/dictionary/tables/:name2",
    "dictionary_tables",
    (_w, c) => ({ table_name: c.name2, feature_categories: ["team_planning"] }),
    { admin: true },
  );
}
