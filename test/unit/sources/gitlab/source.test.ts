import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { checkRestApi } from "../../../../src/config/rest-api/check.ts";
import { restApiShape } from "../../../../src/config/rest-api/shape.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../../src/core/json.ts";
import { Secret } from "../../../../src/core/secret.ts";
import type { ExtractResult } from "../../../../src/core/source.ts";
import { WarningLog } from "../../../../src/core/warnings.ts";
import type { SampleGitlab } from "../../../../src/edge/demo/gitlab/start.ts";
import { restApi } from "../../../../src/extract/rest-source.ts";
import { apiBaseUrl } from "../../../../src/sources/gitlab/base-url.ts";
import { injectId } from "../../../../src/sources/gitlab/inject.ts";
import { defaultStreams, type GitlabOptions, gitlabSource } from "../../../../src/sources/gitlab/source.ts";
import { SMALL_WORLD, sampleGitlab } from "../../../support/gitlab.ts";

const token = new Secret("glpat-fixture-admin");

interface Extracted {
  readonly records: ReadonlyMap<string, readonly JsonObject[]>;
  readonly result: ExtractResult;
  readonly warnings: WarningLog;
}

async function extract(
  gitlab: SampleGitlab,
  options: { state?: JsonObject; endpoints?: readonly string[]; source?: Partial<GitlabOptions> } = {},
): Promise<Extracted> {
  const { name, config, functions } = gitlabSource({ baseUrl: gitlab.url, token, ...options.source });
  const source = restApi({ name, config, functions, ...(options.endpoints ? { endpoints: options.endpoints } : {}) });
  const warnings = new WarningLog();
  const extraction = source.extract({
    state: options.state ?? {},
    signal: new AbortController().signal,
    clock: { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))) },
    random: { bytes: (n) => new Uint8Array(n), next: () => 0.5 },
    warn: warnings.warn,
  });
  const records = new Map<string, JsonObject[]>();
  for await (const page of extraction.pages) {
    const list = records.get(page.resource) ?? [];
    list.push(...page.records.filter((record: JsonValue): record is JsonObject => isJsonObject(record)));
    records.set(page.resource, list);
  }
  return { records, result: extraction.result(), warnings };
}

const counts = ({ records }: Extracted): Record<string, number> =>
  Object.fromEntries([...records].map(([name, list]) => [name, list.length]));

const DEFAULT = ["groups", "projects", "users", "issues", "merge_requests", "pipelines", "jobs", "commits", "branches"];

/** `gone` is listed but cannot be read: 8 projects, five of them with something wrong. */
async function small(t: TestContext): Promise<SampleGitlab> {
  return sampleGitlab(t, { world: SMALL_WORLD });
}

describe("the GitLab source", () => {
  test("loads by default what the main job promises, every row that can be read", async (t) => {
    const gitlab = await small(t);
    const extracted = await extract(gitlab);
    const expected = gitlab.expectedRows();
    assert.deepEqual(counts(extracted), Object.fromEntries(DEFAULT.map((name) => [name, expected[name]])));
  });

  test("loads every other stream of the catalogue when asked", async (t) => {
    const gitlab = await small(t);
    const extracted = await extract(gitlab, { endpoints: ["*"] });
    const expected = gitlab.expectedRows();
    const { scope, ...got } = { scope: 0, ...counts(extracted) };
    assert.equal(Object.keys(got).length, 20);
    assert.deepEqual(got, Object.fromEntries(Object.keys(got).map((name) => [name, expected[name]])));
  });

  test("skips and counts projects whose issues, pipelines or repository cannot be read", async (t) => {
    const gitlab = await small(t);
    const { result, warnings } = await extract(gitlab);
    const skipped = Object.fromEntries(
      result.resources.filter((one) => Object.keys(one.skipped).length > 0).map((one) => [one.resource, one.skipped]),
    );
    assert.deepEqual(skipped, {
      issues: { 403: 1, 404: 1 },
      merge_requests: { 404: 1 },
      pipelines: { 403: 1, 404: 1 },
      jobs: { 403: 1, 404: 1 },
      commits: { 404: 2 },
      branches: { 404: 2 },
    });
    assert.ok(warnings.all.some(({ code, subject }) => code === "W_PARENT_SKIPPED" && subject.includes("issues")));
  });

  test("fetches only what is new or changed on the second day, project by project", async (t) => {
    const gitlab = await small(t);
    const first = await extract(gitlab);
    gitlab.setDay(2);
    gitlab.reset();
    const second = await extract(gitlab, { state: first.result.state });
    const old = new Map(first.records.get("issues")?.map((one) => [one.id, one.updated_at]));
    const issues = second.records.get("issues") ?? [];
    assert.ok(issues.length > 0 && issues.length < (first.records.get("issues")?.length ?? 0) / 4);
    assert.ok(issues.every((one) => old.get(one.id) !== one.updated_at));
    for (const [list, bound] of [
      [/\/issues\?/, /updated_after=20/],
      [/\/merge_requests\?/, /updated_after=20/],
      [/\/repository\/commits\?/, /since=20/],
    ] as const) {
      const answered = gitlab.log().filter(({ url, status }) => list.test(url) && status === 200);
      assert.ok(answered.length > 0 && answered.every(({ url }) => bound.test(url)), String(list));
    }
  });

  test("a start date bounds the first run", async (t) => {
    const gitlab = await small(t);
    const startDate = "2025-01-01T00:00:00Z";
    const { records } = await extract(gitlab, { source: { startDate }, endpoints: ["issues"] });
    const issues = records.get("issues") ?? [];
    assert.ok(issues.length > 0);
    assert.ok(issues.every((one) => String(one.updated_at) >= "2025-01-01"));
  });

  test("records that lack their project's id get it, under GitLab's name for it", async (t) => {
    const gitlab = await small(t);
    const { records } = await extract(gitlab, { endpoints: ["branches", "jobs", "issues"] });
    for (const name of ["branches", "jobs", "issues"]) {
      const list = records.get(name) ?? [];
      assert.ok(list.length > 0);
      assert.ok(
        list.every((one) => typeof one.project_id === "number" && !("_projects_id" in one)),
        name,
      );
    }
  });

  test("named groups bring their subgroups and the projects of all; named projects come on top", async (t) => {
    const gitlab = await sampleGitlab(t, { world: { ...SMALL_WORLD, groups: 6, restricted: "none" } });
    const { records, warnings } = await extract(gitlab, {
      source: { groups: ["group-0"], projects: ["101"] },
      endpoints: ["groups", "projects", "branches"],
    });
    // Group 0 holds 2 and 4, projects go round over the six groups.
    assert.deepEqual(
      records
        .get("groups")
        ?.map((one) => one.full_path)
        .sort(),
      ["group-0", "group-0/group-2", "group-0/group-2/group-4"],
    );
    assert.deepEqual(
      records
        .get("projects")
        ?.map((one) => one.id)
        .sort(),
      [100, 101, 102, 104, 106],
    );
    assert.equal(records.get("branches")?.length, 5 * SMALL_WORLD.branchesPerProject);
    assert.equal(records.has("groups_scope"), false);
    assert.deepEqual(warnings.all, []);
  });

  test("a named group that does not exist ends the run with its name", async (t) => {
    const gitlab = await small(t);
    await assert.rejects(extract(gitlab, { source: { groups: ["nobody/here"] } }), {
      code: "E_SOURCE_NOT_FOUND",
      message: /nobody%2Fhere/,
    });
  });

  test("a wrong token and one without the scope end the run at once", async (t) => {
    const gitlab = await small(t);
    await assert.rejects(extract(gitlab, { source: { token: new Secret("glpat-wrong") } }), { code: "E_SOURCE_AUTH" });
    const noScope = { token: new Secret("glpat-fixture-noscope") };
    await assert.rejects(extract(gitlab, { source: noScope }), { code: "E_SOURCE_FORBIDDEN" });
  });

  for (const [auth, header] of [
    ["private-token", "PRIVATE-TOKEN"],
    ["job", "JOB-TOKEN"],
  ] as const) {
    test(`sends the token as ${header}`, () => {
      const { config } = gitlabSource({ token, auth });
      assert.deepEqual(config.client.auth, { type: "api_key", api_key: token, name: header, location: "header" });
    });
  }

  test("is a configuration that the REST source accepts", () => {
    for (const options of [{ token }, { token, groups: ["a/b"], projects: ["1"], startDate: "2025-01-01" }]) {
      const { config } = gitlabSource(options);
      assert.deepEqual(checkRestApi(restApiShape.parse(config)), []);
    }
  });

  test("never means all users of the public server", () => {
    assert.deepEqual(defaultStreams("https://gitlab.example.com/api/v4"), DEFAULT);
    assert.deepEqual(
      defaultStreams(apiBaseUrl("gitlab.com")),
      DEFAULT.filter((name) => name !== "users"),
    );
  });
});

describe("the base URL of GitLab", () => {
  for (const [written, url] of [
    ["https://gitlab.example.com", "https://gitlab.example.com/api/v4"],
    ["gitlab.example.com", "https://gitlab.example.com/api/v4"],
    [" https://gitlab.example.com/ ", "https://gitlab.example.com/api/v4"],
    ["https://gitlab.example.com/api/v4/", "https://gitlab.example.com/api/v4"],
    ["https://host/gitlab", "https://host/gitlab/api/v4"],
    ["https://host/gitlab/api/v5", "https://host/gitlab/api/v5"],
    ["http://127.0.0.1:8929", "http://127.0.0.1:8929/api/v4"],
    ["localhost:8929", "https://localhost:8929/api/v4"],
  ] as const) {
    test(`${JSON.stringify(written)} is ${url}`, () => assert.equal(apiBaseUrl(written), url));
  }

  for (const written of [
    "",
    "ftp://host",
    "https://user:secret@host",
    "https://host?x=1",
    "https://host#x",
    "https://",
  ]) {
    test(`${JSON.stringify(written)} is refused`, () => {
      assert.throws(
        () => apiBaseUrl(written),
        (error: Error & { code?: string }) => error.code === "E_INPUT" && !error.message.includes("secret"),
      );
    });
  }
});

describe("the step that names the parent's id", () => {
  const step = injectId("_projects_id", "project_id");

  test("renames the field and keeps the order", () => {
    assert.equal(JSON.stringify(step({ a: 1, _projects_id: 7, b: 2 })), '{"a":1,"project_id":7,"b":2}');
  });

  test("never overwrites what the record has", () => {
    assert.equal(JSON.stringify(step({ project_id: 1, _projects_id: 7 })), '{"project_id":1}');
  });
});
