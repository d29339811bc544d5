import type { RouteTable } from "../types.ts";
import { deployment, environment, job, pipeline } from "../world/ci.ts";
import { T0, T2 } from "../world/time.ts";
import type { World } from "../world/world.ts";
import { P, small, timestamps } from "./parts.ts";

export function addCiRoutes({ list, one }: RouteTable): void {
  list(
    P("/pipelines"),
    "pipelines",
    "pipeline",
    (w) => w.options.pipelinesPerProject,
    (w, c, i, n) => pipeline(w, c.p, i, n),
    { timed: true, feat: "ci", idx: "pipeline" },
  );
  one(
    P("/pipelines/:pipeline"),
    "pipeline_details",
    (w, c) => pipeline(w, c.p, c.i, w.options.pipelinesPerProject, true),
    { feat: "ci" },
  );
  const jpp = (w: World) =>
    Math.max(1, Math.floor(w.options.jobsPerProject / Math.max(1, w.options.pipelinesPerProject)));
  list(
    P("/pipelines/:pipeline/jobs"),
    "pipeline_jobs",
    "pjob",
    jpp,
    (w, c, i) => job(w, c.p, c.i * jpp(w) + i, w.options.jobsPerProject, c.i),
    { fixed: true, feat: "ci" },
  );
  list(
    P("/pipelines/:pipeline/bridges"),
    "bridges",
    "bridge",
    (w, c) => w.hash("bridge", c.p, c.i) % 2,
    (w, c) => {
      const { runner: _runner, artifacts: _artifacts, ...j } = job(w, c.p, c.i, w.options.jobsPerProject, c.i);
      return {
        ...j,
        id: j.id + 9e9,
        name: "trigger",
        downstream_pipeline: pipeline(w, c.p, c.i, w.options.pipelinesPerProject),
      };
    },
    { fixed: true, feat: "ci" },
  );
  list(
    P("/pipelines/:pipeline/variables"),
    "pipeline_variables",
    "pvar",
    () => 1,
    () => ({ variable_type: "env_var", key: "RUN", value: "true", raw: false }),
    { fixed: true, feat: "ci" },
  );
  one(
    P("/pipelines/:pipeline/test_report_summary"),
    "pipeline_test_report_summary",
    (_w, c) => ({
      total: { time: 1904.5, count: 3363, success: 3351, failed: 0, skipped: 12, error: 0, suite_error: null },
      test_suites: [
        {
          name: "test",
          total_time: 1904.5,
          total_count: 3363,
          success_count: 3351,
          failed_count: 0,
          skipped_count: 12,
          error_count: 0,
          build_ids: [66004 + c.i],
          suite_error: null,
        },
      ],
    }),
    { feat: "ci" },
  );
  list(
    P("/jobs"),
    "jobs",
    "job",
    (w) => w.options.jobsPerProject,
    (w, c, i, n) => job(w, c.p, i, n),
    { timed: false, noTotal: true, keyset: "cursor", feat: "ci", idx: "job", scope: true },
  );
  one(P("/jobs/:job"), null, (w, c) => job(w, c.p, c.i, w.options.jobsPerProject), { feat: "ci" });
  list(
    P("/pipeline_schedules"),
    "pipeline_schedules",
    "psched",
    small,
    (w, c, i, n) => ({
      id: w.globalId("psched", c.p, i),
      description: "nightly",
      ref: "refs/heads/main",
      cron: "0 1 * * *",
      cron_timezone: "UTC",
      next_run_at: w.iso(T2),
      active: i % 2 === 0,
      ...timestamps(w, "psched", c, i, n),
      owner: w.userBrief(0),
    }),
    { feat: "ci", sort: "asc" },
  );
  list(
    P("/triggers"),
    "pipeline_triggers",
    "ptrig",
    () => 1,
    (w, c) => ({
      id: 1 + c.p,
      token: "abcd",
      description: "t",
      created_at: w.iso(T0),
      last_used: null,
      updated_at: w.iso(T0),
      owner: w.userBrief(0),
    }),
    { feat: "ci", fixed: true },
  );
  list(
    P("/deployments"),
    "deployments",
    "deployment",
    (w) => w.options.deploymentsPerProject,
    (w, c, i, n) => deployment(w, c.p, i, n),
    { timed: true, sort: "asc", feat: "ci", pairUpdated: true, idx: "deployment" },
  );
  list(
    P("/environments"),
    "environments",
    "environment",
    (w) => w.options.environmentsPerProject,
    (w, c, i, n) => environment(w, c.p, i, n),
    { sort: "asc", feat: "ci" },
  );
}
