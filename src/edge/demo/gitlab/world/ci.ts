import { commit } from "./commits.ts";
import { T0 } from "./time.ts";
import type { World } from "./world.ts";

export function pipeline(w: World, p: number, i: number, n: number, detail = false) {
  const c = w.created("pipeline", p, i, n);
  const u = w.updated("pipeline", p, i, n);
  const ch = w.changed("pipeline", p, i, n);
  const h = w.hash("pipeline", p, i, 11);
  const pid = w.projectId(p);
  const sha = w.sha("commit", p, h % Math.max(1, w.options.commitsPerProject));
  const web = `${w.host}/${w.projectPath(p)}/-/pipelines/${w.globalId("pipeline", p, i)}`;
  const st = ch ? "success" : ["success", "failed", "success", "canceled", "running", "skipped", "success"][h % 7];
  const o = {
    id: w.globalId("pipeline", p, i),
    iid: i + 1,
    project_id: pid,
    sha,
    ref: h % 3 ? "main" : `feature/${h % 50}`,
    status: st,
    source: ["push", "merge_request_event", "schedule", "web", "parent_pipeline"][h % 5],
    created_at: w.iso(c),
    updated_at: w.iso(u),
    web_url: web,
    name: h % 4 ? null : "Build pipeline",
  };
  if (detail)
    Object.assign(o, {
      before_sha: "0".repeat(40),
      tag: false,
      yaml_errors: null,
      user: w.someUser("pipeline", p, i, 2),
      started_at: w.iso(c + 4000),
      finished_at: st === "running" ? null : w.iso(u),
      committed_at: null,
      duration: st === "running" ? null : 30 + (h % 900),
      queued_duration: h % 20,
      coverage: h % 2 ? (80 + (h % 2000) / 100).toFixed(2) : null,
      archived: false,
      detailed_status: {
        icon: `status_${st}`,
        text: st,
        label: st,
        group: st,
        tooltip: st,
        has_details: true,
        details_path: web.slice(w.host.length),
        illustration: null,
        favicon: `/assets/ci_favicons/favicon_status_${st}.png`,
      },
    });
  return o;
}

export function job(w: World, p: number, i: number, n: number, pipeIdx?: number) {
  const c = w.created("job", p, i, n);
  const ch = w.changed("job", p, i, n);
  const h = w.hash("job", p, i, 11);
  const np = Math.max(1, w.options.pipelinesPerProject);
  const pi = pipeIdx ?? Math.min(np - 1, Math.floor((i / Math.max(1, w.options.jobsPerProject)) * np));
  const st = ch
    ? "success"
    : ["success", "failed", "success", "canceled", "success", "manual", "running", "success"][h % 8];
  const dur = (h % 90000) / 1000 + 0.123456;
  const done = st === "success" || st === "failed" || st === "canceled";
  const { name: _name, ...pl } = pipeline(w, p, pi, np);
  const us = w.someUser("job", p, i, 2);
  const id = w.globalId("job", p, i);
  return {
    id,
    status: st,
    stage: ["build", "test", "deploy"][h % 3],
    name: ["compile", "unit", "lint", "package", "deploy-prod"][h % 5] + (h % 7 ? "" : " 1/2"),
    ref: pl.ref,
    tag: false,
    coverage: h % 4 ? null : 80 + (h % 1900) / 100,
    allow_failure: h % 9 === 0,
    created_at: w.iso(c),
    started_at: st === "manual" ? null : w.iso(c + 2000),
    finished_at: done ? w.iso(c + 2000 + Math.floor(dur * 1000)) : null,
    erased_at: null,
    duration: done ? dur : null,
    queued_duration: (h % 5000) / 1000,
    user: {
      ...us,
      created_at: w.iso(T0),
      bio: "",
      location: "",
      public_email: "",
      skype: "",
      linkedin: "",
      twitter: "",
      discord: "",
      website_url: "",
      organization: "",
      job_title: "",
      pronouns: null,
      bot: false,
      work_information: null,
      followers: 0,
      following: 0,
      local_time: null,
    },
    commit: commit(w, p, h % Math.max(1, w.options.commitsPerProject), w.options.commitsPerProject),
    pipeline: pl,
    ...(st === "failed" ? { failure_reason: "script_failure" } : {}),
    web_url: `${w.host}/${w.projectPath(p)}/-/jobs/${id}`,
    project: { ci_job_token_scope_enabled: false },
    ...(h % 6 ? {} : { artifacts_file: { filename: "artifacts.zip", size: 1000 + (h % 9999) } }),
    artifacts: done ? [{ file_type: "trace", size: 2000 + (h % 500), filename: "job.log", file_format: null }] : [],
    runner:
      h % 5
        ? {
            id: 1 + (h % 4),
            description: "shared runner",
            ip_address: null,
            active: true,
            paused: false,
            is_shared: true,
            runner_type: "instance_type",
            name: "gitlab-runner",
            online: true,
            status: "online",
          }
        : null,
    runner_manager: null,
    artifacts_expire_at: null,
    archived: false,
    tag_list: h % 3 ? [] : ["docker", "linux"],
    ...(w.day >= 2 && (ch || i >= n) ? { source: "push", environment: { action: "start" } } : {}),
  };
}

export function deployment(w: World, p: number, i: number, n: number) {
  const c = w.created("deployment", p, i, n);
  const h = w.hash("deployment", p, i, 1);
  const e = h % Math.max(1, w.options.environmentsPerProject);
  const {
    artifacts: _artifacts,
    tag_list: _tags,
    runner_manager: _manager,
    ...j
  } = job(w, p, h % Math.max(1, w.options.jobsPerProject), w.options.jobsPerProject);
  return {
    id: w.globalId("deployment", p, i),
    iid: i + 1,
    ref: "main",
    sha: j.commit.id,
    created_at: w.iso(c),
    updated_at: w.iso(w.updated("deployment", p, i, n)),
    user: w.someUser("deployment", p, i, 2),
    environment: {
      id: w.globalId("environment", p, e),
      name: ["production", "staging", "review/a", "qa", "dev"][e % 5],
      slug: `env-${e}`,
      external_url: "https://about.fixture.test",
      created_at: w.iso(T0),
      updated_at: w.iso(T0),
    },
    deployable: j,
    status: w.changed("deployment", p, i, n) ? "success" : ["success", "failed", "running", "success"][h % 4],
  };
}

export function environment(w: World, p: number, i: number, n: number) {
  const c = w.created("environment", p, i, n);
  return {
    id: w.globalId("environment", p, i),
    name: ["production", "staging", "review/a", "qa", "dev"][i % 5] + (i < 5 ? "" : `-${i}`),
    slug: `env-${i}`,
    description: null,
    external_url: i % 2 ? null : "https://about.fixture.test",
    created_at: w.iso(c),
    updated_at: w.iso(w.updated("environment", p, i, n)),
    tier: ["production", "staging", "development", "testing", "other"][i % 5],
    state: i % 7 === 6 ? "stopped" : "available",
    enable_advanced_logs_querying: false,
    auto_stop_at: null,
    auto_stop_setting: "always",
  };
}
