import type { Query } from "../types.ts";
import { DAY, T1 } from "./time.ts";
import type { World } from "./world.ts";

export function project(w: World, p: number, n: number, q: Query = {}) {
  const g = w.projectGroup(p);
  const id = w.projectId(p);
  const fp = w.projectPath(p);
  const web = `${w.host}/${fp}`;
  const api = `${w.host}/api/v4/projects/${id}`;
  const t = w.trait(p);
  const gp = w.groupPath(g);
  const lvl = (off: boolean) => (off ? "disabled" : "enabled");
  const simple = {
    id,
    description: w.words(6, "project", 0, p, 2),
    name: `Project ${p}`,
    name_with_namespace: `${gp
      .split("/")
      .map((s) => s.replace("group-", "Group "))
      .join(" / ")} / Project ${p}`,
    path: `project-${p}`,
    path_with_namespace: fp,
    created_at: w.iso(w.created("project", 0, p, n)),
    default_branch: "main",
    tag_list: p % 3 ? [] : ["etl", "demo"],
    topics: p % 3 ? [] : ["etl", "demo"],
    ssh_url_to_repo: `git@gitlab.fixture.test:${fp}.git`,
    http_url_to_repo: `${web}.git`,
    web_url: web,
    readme_url: `${web}/-/blob/main/README.md`,
    forks_count: p % 4,
    avatar_url: null,
    star_count: p % 11,
    last_activity_at: w.iso(w.updated("project", 0, p, n)),
    namespace: {
      id: w.groupId(g),
      name: `Group ${g}`,
      path: `group-${g}`,
      kind: "group",
      full_path: gp,
      parent_id: w.groupParentId(g),
      avatar_url: null,
      web_url: `${w.host}/groups/${gp}`,
    },
  };
  if (q.simple) return simple;
  return {
    ...simple,
    container_registry_image_prefix: `registry.fixture.test/${fp}`,
    _links: {
      self: api,
      issues: `${api}/issues`,
      merge_requests: `${api}/merge_requests`,
      repo_branches: `${api}/repository/branches`,
      labels: `${api}/labels`,
      events: `${api}/events`,
      members: `${api}/members`,
      cluster_agents: `${api}/cluster_agents`,
    },
    packages_enabled: true,
    empty_repo: false,
    archived: t === "archived",
    visibility: ["private", "internal", "public"][p % 3],
    resolve_outdated_diff_discussions: false,
    container_expiration_policy: {
      cadence: "1d",
      enabled: false,
      keep_n: 10,
      older_than: "90d",
      name_regex: ".*",
      name_regex_keep: null,
      next_run_at: w.iso(T1 + DAY),
    },
    repository_object_format: "sha1",
    issues_enabled: t !== "no_issues",
    merge_requests_enabled: true,
    wiki_enabled: true,
    jobs_enabled: t !== "no_ci",
    snippets_enabled: true,
    container_registry_enabled: true,
    service_desk_enabled: p % 2 === 0,
    can_create_merge_request_in: true,
    issues_access_level: lvl(t === "no_issues"),
    repository_access_level: lvl(t === "no_repo"),
    merge_requests_access_level: "enabled",
    forking_access_level: "enabled",
    wiki_access_level: "enabled",
    builds_access_level: lvl(t === "no_ci"),
    snippets_access_level: "enabled",
    pages_access_level: "private",
    analytics_access_level: "enabled",
    container_registry_access_level: "enabled",
    security_and_compliance_access_level: "private",
    releases_access_level: "enabled",
    environments_access_level: lvl(t === "no_ci"),
    feature_flags_access_level: "enabled",
    infrastructure_access_level: "enabled",
    monitor_access_level: "enabled",
    emails_disabled: false,
    emails_enabled: true,
    shared_runners_enabled: true,
    lfs_enabled: true,
    creator_id: w.userId(p % w.options.users),
    import_url: null,
    import_type: null,
    import_status: "none",
    import_error: null,
    open_issues_count: 7 + p,
    description_html: `<p dir="auto">${w.words(6, "project", 0, p, 2)}</p>`,
    updated_at: w.iso(w.updated("project", 0, p, n)),
    ci_default_git_depth: 20,
    ci_forward_deployment_enabled: true,
    ci_job_token_scope_enabled: false,
    ci_separated_caches: true,
    build_git_strategy: "fetch",
    keep_latest_artifact: true,
    restrict_user_defined_variables: false,
    runners_token: null,
    group_runners_enabled: true,
    auto_cancel_pending_pipelines: "enabled",
    build_timeout: 3600,
    auto_devops_enabled: false,
    auto_devops_deploy_strategy: "continuous",
    ci_config_path: "",
    public_jobs: true,
    shared_with_groups:
      p % 5
        ? []
        : [
            {
              group_id: w.groupId(0),
              group_name: "Group 0",
              group_full_path: "group-0",
              group_access_level: 30,
              expires_at: null,
            },
          ],
    only_allow_merge_if_pipeline_succeeds: false,
    allow_merge_on_skipped_pipeline: null,
    request_access_enabled: true,
    only_allow_merge_if_all_discussions_are_resolved: false,
    remove_source_branch_after_merge: true,
    printing_merge_request_link_enabled: true,
    merge_method: "merge",
    squash_option: "default_off",
    suggestion_commit_message: null,
    merge_commit_template: null,
    squash_commit_template: null,
    autoclose_referenced_issues: true,
    external_authorization_classification_label: "",
    requirements_enabled: false,
    requirements_access_level: "enabled",
    security_and_compliance_enabled: true,
    compliance_frameworks: p % 4 ? [] : ["soc2"],
    approvals_before_merge: p % 2,
    mirror: false,
    marked_for_deletion_at: null,
    marked_for_deletion_on: null,
    permissions: {
      project_access: { access_level: 40, notification_level: 3 },
      group_access: p % 2 ? { access_level: 50, notification_level: 3 } : null,
    },
    ...(q.statistics
      ? {
          statistics: {
            commit_count: w.options.commitsPerProject,
            storage_size: 2495610 + p,
            repository_size: 2400000 + p,
            wiki_size: 0,
            lfs_objects_size: 5000000000 + p,
            job_artifacts_size: 0,
            pipeline_artifacts_size: 0,
            packages_size: 0,
            snippets_size: 0,
            uploads_size: 0,
            container_registry_size: 0,
          },
        }
      : {}),
    ...(q.license
      ? {
          license_url: `${web}/-/blob/main/LICENSE`,
          license: {
            key: "mit",
            name: "MIT License",
            nickname: null,
            html_url: "http://choosealicense.com/licenses/mit/",
            source_url: "https://opensource.org/licenses/MIT",
          },
        }
      : {}),
    ...(w.day >= 2
      ? { duo_features_enabled: p % 2 === 0, ci_pipeline_variables_minimum_override_role: "developer" }
      : {}),
  };
}
