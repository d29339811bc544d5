import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import { SMALL_WORLD, sampleGitlab } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";
import { assertFailed, folder, jsonApi, onlyObject, shopFile, sluice } from "./support.ts";

test("extract: records with their numbers as received", async (t) => {
  const records = [
    `{"id":1,"n":1.10,"e":1e3,"big":9007199254740993,"huge":123456789012345678901234567890,"zero":-0.0}`,
    `{"id":2,"n":1.0,"e":1E+02,"big":0.30000000000000004,"10":[1.50,{"2":2,"1":1.000}],"text":"é \\u2028 \\"q\\""}`,
  ];
  const api = await jsonApi(t, { "/orders": `[ ${records.join(" ,\n ")} ]`, "/single": `{"total": 7.00}` });
  const cwd = await folder(t, { "shop.json": shopFile(api.url, ["orders", "single"]) });
  const ended = await sluice(["extract", "shop.json", "--out", "records"], { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(ended.stderr, "");
  const read = (name: string) => readFile(join(cwd, "records", name), "utf8");
  const expected = [records[0], records[1]?.replace("\\u2028", "\u2028")];
  assert.equal(await read("orders.jsonl"), `${expected.join("\n")}\n`);
  assert.equal(await read("single.jsonl"), `{"total":7.00}\n`);
  assert.deepEqual((await readdir(join(cwd, "records"))).sort(), [
    "orders.jsonl",
    "requests.jsonl",
    "single.jsonl",
    "state.json",
  ]);
  assert.match(ended.stdout, /^orders: 2 record\(s\) in 1 request\(s\) -> records\/orders\.jsonl$/m);
});

test("extract: of a GitLab; its state is the one that a load stores, its log names each request and no token", async (t) => {
  const gitlab = await sampleGitlab(t, { world: SMALL_WORLD });
  const database = await testDatabase(t);
  const cwd = await folder(t);
  const source = ["gitlab", "--base-url", gitlab.url, "--token", gitlab.token, "--endpoints", "issues,branches"];
  const ended = await sluice(["extract", ...source, "--out", "out", "--json"], { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  const sent = gitlab.log().length;
  const expected = gitlab.expectedRows();

  // Resources that are only needed for others have no file.
  assert.deepEqual((await readdir(join(cwd, "out"))).sort(), [
    "branches.jsonl",
    "issues.jsonl",
    "requests.jsonl",
    "state.json",
  ]);
  const summary = onlyObject(ended) as { resources: { resource: string; records: number; requests: number }[] };
  assert.deepEqual(
    summary.resources.map(({ resource, records }) => [resource, records]),
    [
      ["issues", expected.issues],
      ["branches", expected.branches],
    ],
  );
  assert.match(ended.stderr, /^W_PARENT_SKIPPED issues: /m);

  const log = (await readFile(join(cwd, "out", "requests.jsonl"), "utf8")).trimEnd().split("\n");
  const requests = log.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(requests.length, sent);
  for (const request of requests) {
    assert.deepEqual(Object.keys(request), ["resource", "chain", "method", "url", "status", "attempt", "ms", "bytes"]);
    assert.equal(request.method, "GET");
    assert.equal(request.attempt, 1);
    assert.ok(String(request.url).startsWith(`${gitlab.url}/api/v4/projects`));
  }
  assert.deepEqual(new Set(requests.map(({ status }) => status)), new Set([200, 403, 404]));
  const chains = new Set(requests.filter(({ resource }) => resource === "issues").map(({ chain }) => chain));
  assert.deepEqual([...chains].sort(), [1, 2, 3, 4, 5, 6, 7, 8], "a chain a project");
  assert.ok(!log.join().includes("glpat-") && !(ended.stdout + ended.stderr).includes("glpat-"));

  const run = await sluice(["run", ...source, "--connection-string", database.url], { cwd });
  assert.equal(run.code, 0, run.stderr);
  const [row] = await database.query("SELECT state FROM gitlab_data._dlt_pipeline_state");
  const stored: unknown = JSON.parse(inflateSync(Buffer.from(row?.state ?? "", "base64")).toString("utf8"));
  assert.deepEqual(JSON.parse(await readFile(join(cwd, "out", "state.json"), "utf8")), stored);
});

test("extract: cursors of floats and of large integers are the stored ones too", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, {
    "/orders": `[{"id":1,"at":1.10,"seq":9007199254740993},{"id":2,"at":2.50,"seq":9007199254740992}]`,
    "/lines": `[{"id":1,"at":1.0,"seq":9007199254740993},{"id":2,"at":3e2,"seq":9007199254740995}]`,
  });
  const since = (cursor_path: string) => ({ since: { type: "incremental", cursor_path } });
  const resources = [
    { name: "orders", primary_key: "id", endpoint: { params: since("at") } },
    { name: "lines", primary_key: "id", endpoint: { params: since("seq") } },
  ];
  const cwd = await folder(t, { "shop.json": shopFile(api.url, resources) });
  const extracted = await sluice(["extract", "shop.json", "--out", "out"], { cwd });
  assert.equal(extracted.code, 0, extracted.stderr);
  const run = await sluice(["run", "shop.json", "--connection-string", database.url], { cwd });
  assert.equal(run.code, 0, run.stderr);
  const [row] = await database.query("SELECT state FROM shop_data._dlt_pipeline_state");
  const stored = inflateSync(Buffer.from(row?.state ?? "", "base64")).toString("utf8");
  // Keys of the stored text are in another order, so the parts that hold numbers are compared as texts.
  const text = await readFile(join(cwd, "out", "state.json"), "utf8");
  const values = (state: string) =>
    [...state.matchAll(/"(?:last_value|unique_hashes)":\s*(\[.*?\]|[^,}]+)/g)].map((m) => m[1]);
  assert.deepEqual(values(text).sort(), values(stored).sort());
  assert.ok(values(text).includes("9007199254740995") && values(text).includes("2.5"));
});

test("extract: a failure leaves the request log and no half files", async (t) => {
  const api = await jsonApi(t, {
    "/orders": `[{"id":1}]`,
    "/lines": (_request, response) => response.writeHead(404).end(),
  });
  const resources = ["orders", { name: "lines", endpoint: { path: "lines" } }];
  const cwd = await folder(t, { "shop.json": shopFile(api.url, resources) });
  const ended = await sluice(["extract", "shop.json", "--out", "out", "--json"], { cwd });
  assert.equal(ended.code, 3, ended.stderr);
  const { code, resource } = onlyObject(ended);
  assert.deepEqual([code, resource], ["E_SOURCE_NOT_FOUND", "lines"]);
  assert.deepEqual(await readdir(join(cwd, "out")), ["requests.jsonl"]);
  assert.match(await readFile(join(cwd, "out", "requests.jsonl"), "utf8"), /"resource":"lines".*"status":404/);
});

test("extract: names of resources cannot lead out of the folder", async (t) => {
  const api = await jsonApi(t, { "/x": `[{"id":1}]` });
  const resources = [{ name: "../../evil", endpoint: { path: "x" } }];
  const cwd = await folder(t, { "shop.json": shopFile(api.url, resources) });
  const ended = await sluice(["extract", "shop.json", "--out", "out"], { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  const names = await readdir(join(cwd, "out"));
  assert.equal(names.filter((name) => name.endsWith(".jsonl")).length, 2);
  assert.deepEqual((await readdir(cwd)).sort(), ["out", "shop.json"]);
});

test("extract --out -: records, requests and state as lines on standard output, the rest on standard error", async (t) => {
  const record = `{"id":1,"n":1.10,"big":9007199254740993,"text":"\\u202e\\u009b x"}`;
  const api = await jsonApi(t, { "/orders": `[${record}]`, "/lines": `[{"id":2},{"id":3}]` });
  const auth = { type: "api_key", api_key: "very-secret", name: "key", location: "query" };
  const client = { base_url: api.url, auth, paginator: "single_page" };
  const cwd = await folder(t, { "shop.json": shopFile(api.url, ["orders", "lines"], { client }) });
  const ended = await sluice(["extract", "shop.json", "--out", "-"], { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  const lines = ended.stdout.trimEnd().split("\n");
  assert.ok(lines.includes(`{"resource":"orders","record":${record}}`), ended.stdout);
  const values = lines.map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>);
  const kinds = values.map((value) => Object.keys(value).join());
  assert.deepEqual(kinds.toSorted(), [
    "request",
    "request",
    "resource,record",
    "resource,record",
    "resource,record",
    "state",
  ]);
  assert.equal(kinds.at(-1), "state");
  assert.equal(values.at(-1)?.state?.pipeline_name, "shop");
  const urls = values.flatMap(({ request }) => (request === undefined ? [] : [request.url]));
  assert.deepEqual(urls.toSorted(), [`${api.url}/lines?key=***`, `${api.url}/orders?key=***`]);
  assert.match(ended.stderr, /^orders: 1 record\(s\) in 1 request\(s\)$/m);
  assert.deepEqual(await readdir(cwd), ["shop.json"]);
  assertFailed(await sluice(["extract", "shop.json", "--out", "-", "--json"], { cwd }), "E_INPUT", 2);
});

test("extract --out -: a reader that goes ends the extraction without a word", async (t) => {
  const page = JSON.stringify(Array.from({ length: 2000 }, (_, id) => ({ id, text: "x".repeat(100) })));
  const api = await jsonApi(t, { "/orders": page });
  const paginator = { type: "page_number", total_path: null, maximum_page: 500 };
  const orders = { name: "orders", endpoint: { path: "orders", paginator } };
  api.answers["/orders"] = (request, response) => response.end(page.replace('"x', `"${request.url}`));
  const cwd = await folder(t, { "shop.json": shopFile(api.url, [orders]) });
  const ended = await sluice(["extract", "shop.json", "--out", "-"], {
    cwd,
    onStart: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
  });
  assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  assert.ok(api.asked.length < 100, `${api.asked.length} requests`);
});

test("extract --state: goes on from the state of an extract, or from one that dlt has stored", async (t) => {
  const api = await jsonApi(t, { "/orders": `[{"id":1,"at":5},{"id":2,"at":7}]` });
  const orders = {
    name: "orders",
    primary_key: "id",
    endpoint: { path: "orders", incremental: { cursor_path: "at", start_param: "since", initial_value: 1 } },
  };
  const cwd = await folder(t, { "shop.json": shopFile(api.url, [orders]), "bad.json": "{}" });
  const extract = async (...more: string[]) => {
    const ended = await sluice(["extract", "shop.json", "--out", "out", ...more], { cwd });
    assert.equal(ended.code, 0, ended.stderr);
    return (await readFile(join(cwd, "out", "orders.jsonl"), "utf8")).split("\n").length - 1;
  };
  assert.equal(await extract(), 2);
  const first = await readFile(join(cwd, "out", "state.json"), "utf8");
  api.answers["/orders"] = `[{"id":2,"at":7},{"id":3,"at":8}]`;
  await writeFile(join(cwd, "stored.txt"), deflateSync(first).toString("base64"));
  assert.equal(await extract("--state", "stored.txt"), 1);
  assert.equal(await extract("--state", "out/state.json"), 0);
  assert.deepEqual(api.asked, ["/orders?since=1", "/orders?since=7", "/orders?since=8"]);
  const state = JSON.parse(await readFile(join(cwd, "out", "state.json"), "utf8")) as { _state_version: number };
  assert.equal(state._state_version, 2, "the last one brought nothing new");
  for (const file of ["bad.json", "none.json"]) {
    const ended = await sluice(["extract", "shop.json", "--out", "out", "--state", file, "--json"], { cwd });
    assertFailed(ended, "E_INPUT", 2);
  }
});
