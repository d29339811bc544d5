import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, type TestContext, test } from "node:test";
import { parseArguments, WORLD_DEFAULTS } from "../../../../src/edge/demo/gitlab/options.ts";
import { buildRoutes } from "../../../../src/edge/demo/gitlab/routes/routes.ts";
import type { SampleGitlab } from "../../../../src/edge/demo/gitlab/start.ts";
import { startSampleGitlab } from "../../../../src/edge/demo/gitlab/start.ts";
import { issue } from "../../../../src/edge/demo/gitlab/world/issues.ts";
import { World } from "../../../../src/edge/demo/gitlab/world/world.ts";
import { sampleGitlab } from "../../../support/gitlab.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are read by the assertions, field by field
type Json = any;

interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

function client(base: () => string) {
  const get = async (path: string, headers: Record<string, string> = ADMIN): Promise<Got> => {
    const url = path.startsWith("http") ? path : `${base()}${path.startsWith("/__") ? "" : "/api/v4"}${path}`;
    const response = await fetch(url, { headers, redirect: "manual" });
    const text = await response.text();
    let body: Json = text;
    try {
      body = JSON.parse(text);
    } catch {
      // HTML or plain text
    }
    return { status: response.status, headers: response.headers, body };
  };
  const walk = async (path: string): Promise<Json[]> => {
    const records: Json[] = [];
    let url: string | undefined = path;
    for (let page = 0; url !== undefined; page++) {
      assert.ok(page < 2000, "endless");
      const { status, headers, body }: Got = await get(url);
      assert.equal(status, 200, url);
      records.push(...body);
      url = /<([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
    }
    return records;
  };
  return { get, walk };
}

const ADMIN = { "PRIVATE-TOKEN": "glpat-fixture-admin" };

describe("the sample GitLab", () => {
  let gitlab: SampleGitlab;
  const { get, walk } = client(() => gitlab.url);
  const one = async (t: TestContext): Promise<ReturnType<typeof client> & { gitlab: SampleGitlab }> => {
    const own = await sampleGitlab(t, { world: { projects: 12, issuesPerProject: 230 } });
    return { gitlab: own, ...client(() => own.url) };
  };

  before(async () => {
    gitlab = await startSampleGitlab({ world: { projects: 12, issuesPerProject: 230 } });
  });
  after(() => gitlab.stop());

  for (const [name, headers, status, message] of [
    ["without a token", {}, 401, { message: "401 Unauthorized" }],
    ["with a token that nobody has", { "PRIVATE-TOKEN": "no" }, 401, { message: "401 Unauthorized" }],
    ["with a bearer token that nobody has", { Authorization: "Bearer no" }, 401, { error: "invalid_token" }],
    ["with an expired token", { Authorization: "Bearer glpat-fixture-expired" }, 401, { error: "invalid_token" }],
    ["with a token without scope", { "PRIVATE-TOKEN": "glpat-fixture-noscope" }, 403, { error: "insufficient_scope" }],
    ["with a job's token", { "JOB-TOKEN": "glcbt-fixture-job" }, 401, { message: "401 Unauthorized" }],
    ["with a bearer token", { Authorization: "Bearer glpat-fixture-admin" }, 200, {}],
  ] as const) {
    test(`answers ${status} ${name}`, async () => {
      const got = await get("/projects", headers);
      assert.equal(got.status, status);
      for (const [key, value] of Object.entries(message)) assert.equal(got.body[key], value);
    });
  }

  test("keeps administrators' endpoints from others", async () => {
    assert.equal((await get("/admin/clusters", { "PRIVATE-TOKEN": "glpat-fixture-user" })).status, 403);
  });

  test("pages by number with totals, clamps the page size, and announces trailing empty pages", async () => {
    const issues = await walk("/projects/100/issues?per_page=100");
    assert.equal(new Set(issues.map((record) => record.id)).size, 230);
    const first = await get("/projects/100/issues?per_page=1000");
    assert.equal(first.body.length, 100);
    assert.deepEqual(
      ["x-total", "x-total-pages", "x-next-page"].map((name) => first.headers.get(name)),
      ["230", "3", "2"],
    );
    assert.equal((await get("/projects/100/issues")).body.length, 20);
    const jobs = await get("/projects/100/jobs?per_page=100");
    assert.equal(jobs.headers.get("x-total"), null);
    assert.doesNotMatch(jobs.headers.get("link") ?? "", /rel="last"/);
    const branches = await get("/projects/100/repository/branches?per_page=100");
    assert.deepEqual([branches.headers.get("x-next-page"), branches.body.length], ["2", 25]);
    assert.deepEqual((await get("/projects/100/repository/branches?per_page=100&page=2")).body, []);
    assert.equal((await walk("/projects/100/repository/commits?per_page=100")).length, 300);
  });

  test("pages by keyset where GitLab does, and refuses it and deep offsets elsewhere", async () => {
    const issues = await walk("/projects/100/issues?pagination=keyset&per_page=50&order_by=updated_at&sort=asc");
    assert.equal(issues.length, 230);
    assert.ok(issues.every((record, at) => at === 0 || record.updated_at >= issues[at - 1].updated_at));
    assert.equal((await walk("/projects?pagination=keyset&order_by=id&sort=asc&per_page=5")).length, 12);
    assert.equal((await walk("/projects/100/repository/branches?pagination=keyset&per_page=10")).length, 25);
    assert.equal((await get("/projects/100/labels?pagination=keyset")).status, 405);
    assert.equal((await get("/projects?page=501&per_page=100")).status, 405);
  });

  test("filters by time inclusively", async () => {
    const all = await walk("/projects/100/issues?order_by=updated_at&sort=asc&per_page=100");
    const since = all[150].updated_at;
    const later = await walk(`/projects/100/issues?updated_after=${since}&order_by=updated_at&sort=asc&per_page=7`);
    assert.deepEqual(later, all.slice(150));
    assert.equal((await get("/projects/100/issues?updated_after=nonsense")).status, 400);
    const deployments = "/projects/100/deployments?updated_after=2025-01-01T00:00:00Z";
    assert.equal((await get(deployments)).status, 400);
    assert.equal((await get(`${deployments}&order_by=updated_at`)).status, 200);
  });

  test("knows projects and groups by path, and what is not there", async () => {
    assert.equal((await get("/projects/group-0%2Fproject-0")).body.id, 100);
    assert.equal((await get("/projects/999999/issues")).body.message, "404 Project Not Found");
    assert.equal((await get("/groups/nope")).body.message, "404 Group Not Found");
    assert.equal((await get("/nope/nope")).body.error, "404 Not Found");
    const moved = await get("/projects/old-project-0");
    assert.deepEqual([moved.status, moved.headers.get("location")?.endsWith("/projects/100")], [301, true]);
  });

  test("has projects and groups that cannot be read for one reason or another", async () => {
    assert.equal((await get("/projects/110/issues")).status, 403);
    assert.equal((await get("/projects/109/jobs")).status, 403);
    assert.equal((await get("/projects/108/repository/branches")).body.message, "404 Repository Not Found");
    assert.equal((await get("/projects/107/issues")).status, 404);
    assert.equal((await get("/groups/1001/epics")).status, 403);
    assert.equal((await get("/groups/1000/epics")).body.length, 12);
  });

  test("answers label details, notes with short pages, and lists across projects", async () => {
    const issues = await walk("/projects/100/issues?with_labels_details=true&per_page=100");
    assert.equal(typeof issues.find((record) => record.labels.length > 0).labels[0], "object");
    const notes = [];
    for (const { iid } of issues) notes.push(...(await walk(`/projects/100/issues/${iid}/notes?per_page=2`)));
    assert.ok(notes.length > 100);
    assert.ok((await walk("/groups/1000/issues?per_page=100")).length > 230);
  });

  test("every endpoint answers records, and every list as many as a full load expects", async () => {
    const routes = buildRoutes();
    assert.equal(routes.length, 145);
    const pipeline = (await get("/projects/100/pipelines?per_page=1")).body[0].id;
    const job = (await get("/projects/100/jobs?per_page=1")).body[0].id;
    const sha = (await get("/projects/100/repository/commits?per_page=1")).body[0].id;
    for (const { pattern } of routes) {
      const badge = pattern.startsWith("/groups") ? "20000" : "10000";
      const path = pattern
        .replace(":project", "100")
        .replace(":group", "1000")
        .replace(/:(issue|mr|epic)/, "1")
        .replace(":pipeline", pipeline)
        .replace(":job", job)
        .replace(":key", "VAR_0")
        .replace(":name2", "events")
        .replace(":name", pattern.includes("branches") ? "main" : sha)
        .replace(":n", pattern.includes("badges") ? badge : "1")
        .replace(":m", "1");
      const query = "email=a@example.com&link_url=l&image_url=i&metric=deployment_frequency";
      const { status, body } = await get(`${path}?${query}`);
      assert.equal(status, 200, path);
      assert.equal(typeof body, "object", path);
    }
    const expected = gitlab.expectedRows();
    assert.equal(expected.issues, 230 * 10, "one project is gone, one has no issues");
    assert.equal(expected.projects, 12);
    assert.equal((await get("/__expected")).body.rows.issues, expected.issues);
  });

  test("day 2 brings new, changed and vanished records, new fields, and changes nothing else", async (t) => {
    const own = await one(t);
    const before = await own.walk("/projects/100/issues?per_page=100");
    own.gitlab.setDay(2);
    const now = await own.walk("/projects/100/issues?per_page=100");
    const old = new Map(before.map((record) => [record.id, record]));
    const present = new Set(now.map((record) => record.id));
    const fresh = now.filter(({ id }) => !old.has(id));
    const changed = now.filter(({ id, updated_at }) => old.has(id) && old.get(id).updated_at !== updated_at);
    assert.ok(fresh.length > 0 && changed.length > 0 && before.some(({ id }) => !present.has(id)));
    const later = await own.walk(
      "/projects/100/issues?updated_after=2026-01-01T00:00:00Z&order_by=updated_at&sort=asc&per_page=100",
    );
    assert.equal(later.length, fresh.length + changed.length);
    for (const record of now) {
      if (old.get(record.id)?.updated_at === record.updated_at) assert.deepEqual(record, old.get(record.id));
    }
    assert.ok(now.some((record) => "start_date" in record) && !before.some((record) => "start_date" in record));
    own.gitlab.setDay(1);
    assert.deepEqual(await own.walk("/projects/100/issues?per_page=100"), before);
  });

  test("fails as told: status, HTML, cut bodies, cut connections, slow answers", async (t) => {
    const own = await one(t);
    const path = "/projects/100/labels";
    own.gitlab.set({ "fail-first": "1", "fail-kind": "502" });
    const broken = await own.get(`${path}?x=1`);
    assert.deepEqual([broken.status, /<html>/.test(broken.body)], [502, true]);
    assert.equal((await own.get(`${path}?x=1`)).status, 200);
    own.gitlab.set({ "fail-kind": "truncate" });
    await assert.rejects(own.get(`${path}?x=2`));
    own.gitlab.set({ "fail-kind": "reset" });
    await assert.rejects(own.get(`${path}?x=3`));
    own.gitlab.set({ "fail-kind": "slow", "slow-ms": "50" });
    const start = performance.now();
    assert.equal((await own.get(`${path}?x=4`)).status, 200);
    assert.ok(performance.now() - start >= 45);
    own.gitlab.set({ "fail-first": "0", "fail-every": "3", "fail-kind": "500" });
    own.gitlab.reset();
    const statuses = [];
    for (let n = 0; n < 6; n++) statuses.push((await own.get("/version")).status);
    assert.deepEqual(statuses, [200, 200, 500, 200, 200, 500]);
  });

  test("limits requests a token, and those for jobs, as GitLab does", async (t) => {
    const own = await one(t);
    own.gitlab.set({ "rate-limit": "3" });
    let last: Got | undefined;
    for (let n = 0; n < 5; n++) last = await own.get("/version");
    assert.equal(last?.status, 429);
    assert.ok(Number(last.headers.get("retry-after")) > 0);
    assert.equal(last.body, "Retry later\n");
    own.gitlab.set({ "rate-limit": "0", "jobs-limit": "1" });
    await own.get("/projects/100/jobs");
    const jobs = await own.get("/projects/100/jobs");
    assert.deepEqual([jobs.status, jobs.headers.get("retry-after")], [429, null]);
    assert.match(jobs.body.message.error, /too many times/);
  });

  test("counts and logs what it was asked, and packs answers when told", async (t) => {
    const own = await one(t);
    await own.get("/version");
    await own.get("/version");
    assert.deepEqual(
      own.gitlab.log().map(({ url, status, tag }) => [url, status, tag]),
      [
        ["/api/v4/version", 200, undefined],
        ["/api/v4/version", 200, "hit"],
      ],
    );
    assert.equal(own.gitlab.counts.requests, 2);
    assert.equal((await own.get("/__log?limit=1")).body.length, 1);
    own.gitlab.reset();
    assert.equal((await own.get("/__stats")).body.requests, 0);
    own.gitlab.set({ gzip: "on" });
    assert.equal((await own.get("/projects")).headers.get("content-encoding"), "gzip");
  });

  test("hostile issues are JSON with numbers that JavaScript cannot hold", async (t) => {
    const own = await sampleGitlab(t, { world: { nasty: true, issuesPerProject: 5 } });
    const response = await fetch(`${own.url}/api/v4/projects/100/issues`, { headers: ADMIN });
    const text = await response.text();
    assert.match(text, /"big_int":9223372036854775807,"huge_decimal":12345678901234567890\.123456789,/);
    assert.equal(JSON.parse(text)[0].nul, "a\u0000b");
  });

  test("wide issues have 73 columns, two lists, five rows and 3.2 kB", () => {
    const world = new World({ ...WORLD_DEFAULTS, projects: 1, groups: 1, restricted: "none", wideIssues: "on" }, 1);
    const columns = new Set<string>();
    const lists = new Set<string>();
    const sums = { bytes: 0, rows: 0, notAscii: 0 };
    const flatten = (object: object, prefix: string): void => {
      for (const [key, value] of Object.entries(object)) {
        if (Array.isArray(value)) {
          sums.rows += value.length;
          if (value.length > 0) lists.add(prefix + key);
        } else if (typeof value === "object" && value !== null) flatten(value, `${prefix}${key}__`);
        else if (value !== null) columns.add(prefix + key);
      }
    };
    const count = 3000;
    for (let i = 0; i < count; i++) {
      const record = issue(world, 0, i * 16, 50000);
      const text = JSON.stringify(record);
      const bytes = Buffer.byteLength(text);
      sums.bytes += bytes;
      sums.rows += 1;
      sums.notAscii += bytes > text.length ? 1 : 0;
      flatten(record, "");
    }
    assert.equal(columns.size, 73);
    assert.deepEqual([...lists].sort(), ["assignees", "labels"]);
    assert.ok(sums.bytes / count > 3100 && sums.bytes / count < 3400, String(sums.bytes / count));
    assert.ok(sums.rows / count > 4.8 && sums.rows / count < 5.2, String(sums.rows / count));
    assert.ok(sums.notAscii / count > 0.3);
  });
});

describe("the sample GitLab's command line", () => {
  test("takes sizes and switches, and names what it does not know", () => {
    const { server, world } = parseArguments(["--port", "0", "--issues-per-project=7", "--nasty", "--day", "2"]);
    assert.deepEqual([server.port, server.day, world.issuesPerProject, world.nasty], [0, 2, 7, true]);
    assert.throws(() => parseArguments(["--isues", "7"]), /unknown option --isues/);
    assert.throws(() => parseArguments(["--port"]), /missing value for --port/);
    assert.throws(() => parseArguments(["port"]), /unknown argument port/);
  });

  test("serves until it is told to end", async () => {
    const main = new URL("../../../../src/edge/demo/gitlab/main.ts", import.meta.url).pathname;
    const args = [main, "--port", "0", "--projects", "2", "--issues-per-project", "10", "--wide-issues", "on"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    for await (const part of child.stdout) {
      output += part;
      if (/sample GitLab/.test(output)) break;
    }
    const url = /on (\S+)\/api\/v4/.exec(output)?.[1];
    assert.equal((await fetch(`${url}/api/v4/version`, { headers: ADMIN })).status, 200);
    assert.match(output, /prewarmed 2 pages of issues/);
    child.kill();
    await once(child, "exit");
  });
});
