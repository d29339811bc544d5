import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { OUTPUTS } from "../../src/config/outputs.ts";
import { testDatabase } from "../support/postgres.ts";
import { runAction } from "../support/runner.ts";
import { HOSTILE_NAME, HOSTILE_TEXTS, MOVES } from "../unit/report/sample-trace.ts";

const HOSTILE = "x\n::error::pwned|a`b`<img src=x>%0A##[error]y [l](http://e.invalid) @team";

/** An API whose project names, and so its cursor, try everything. */
async function hostileApi(t: TestContext, status: number): Promise<string> {
  const server = createServer((request, response) => {
    const sent = String(request.headers.authorization ?? "");
    response.writeHead(status, { "Content-Type": "application/json" });
    const project = { id: 1, name: HOSTILE, [HOSTILE]: HOSTILE, tags: [HOSTILE] };
    // A proxy that repeats what it was sent.
    response.end(JSON.stringify(status === 200 ? [project] : { message: `${HOSTILE} ${sent}` }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function pipelineFile(url: string): string {
  return JSON.stringify({
    pipeline: "hostile",
    source: {
      name: "hostile",
      client: { base_url: url, auth: { type: "bearer", token: "$" + "{env:API_TOKEN}" }, paginator: "single_page" },
      resources: [
        {
          name: "projects",
          primary_key: "id",
          write_disposition: "merge",
          endpoint: {
            path: "projects",
            params: { since: { type: "incremental", cursor_path: "name", initial_value: "a" } },
          },
        },
      ],
    },
  });
}

test("a hostile project name is loaded as it is and runs nothing on its way", async (t) => {
  const database = await testDatabase(t);
  const url = await hostileApi(t, 200);
  const run = await runAction({
    inputs: { source: "hostile.json", "connection-string": database.url },
    environment: { API_TOKEN: "quite-a-secret" },
    files: { "hostile.json": pipelineFile(url) },
  });
  assert.equal(run.code, 0, run.log);
  const rows = await database.query("SELECT name FROM hostile_dataset.projects");
  assert.deepEqual(
    rows.map((row) => row.name),
    [HOSTILE],
  );
  // `runAction` reads the log as the runner does: a command that was started would be an annotation, or throw.
  assert.ok(
    run.annotations.every((one) => one.level !== "error"),
    JSON.stringify(run.annotations),
  );
  assert.ok(!run.log.includes("##["));
  assert.doesNotMatch(run.summary, /<img|\]\(|^\s*::/m);
  assert.match(run.summary, /&#60;img src=x&#62;/, "the new cursor is shown, escaped");
});

test("names and texts of every kind, in keys, tables, resources and a refusal: only what was said is read back", async (t) => {
  const database = await testDatabase(t);
  const names = HOSTILE_TEXTS.map((text) => text.toWellFormed());
  const record = {
    id: 1,
    ...Object.fromEntries(names.map((name, at) => [`${at} ${name}`, name])),
    list: [{ [HOSTILE_NAME]: names }],
  };
  // Two keys of one column, a variant and a null item: each makes a warning that quotes what stands in the data.
  const twice = { id: 2, "a\u001b[31m\n::error::pwn": 1, "A\u001b[31m\n::error::pwn": 2, list: "##[error]x" };
  const answers = new Map([
    ["good", JSON.stringify([record, twice, null])],
    ["bad", JSON.stringify({ message: HOSTILE_NAME })],
  ]);
  const server = createServer((request, response) => {
    const good = request.url?.startsWith("/good") === true;
    response.writeHead(good ? 200 : 403, { "Content-Type": "application/json" });
    response.end(answers.get(good ? "good" : "bad"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = (path: string) =>
    JSON.stringify({
      pipeline: "hostile",
      source: {
        name: "hostile",
        client: { base_url: url, paginator: "single_page" },
        resources: [{ name: HOSTILE, table_name: HOSTILE_NAME, endpoint: { path } }],
      },
    });
  for (const [path, code] of [
    ["good", 0],
    ["bad", 3],
  ] as const) {
    const run = await runAction({
      inputs: { source: "h.json", "connection-string": database.url, "log-level": "debug" },
      files: { "h.json": file(path) },
    });
    // `runAction` throws for a command that it does not know, as for an output without an end.
    assert.equal(run.code, code, run.log);
    assert.equal(run.stderr, "");
    assert.deepEqual(Object.keys(run.outputs).sort(), Object.keys(OUTPUTS).sort(), "no output but ours");
    assert.equal(run.outputs.status, code === 0 ? "loaded" : "failed");
    const titles = run.annotations.map(({ level, properties }) => `${level} ${properties.title ?? ""}`);
    if (code === 0) {
      assert.ok(titles.includes("warning W_NAME_COLLISION") && titles.includes("warning W_NULL_ITEM"), titles.join());
      assert.ok(
        titles.every((title) => /^(?:warning W_|notice Schema of )/.test(title)),
        titles.join(),
      );
    } else assert.deepEqual(titles, ["error E_SOURCE_FORBIDDEN", "error "]);
    // Each line of the log as the runner would take it; commands were taken out.
    for (const line of run.stdout.split("\n")) {
      assert.doesNotMatch(line, MOVES, JSON.stringify(line));
      assert.ok(
        /^::(?:group|endgroup|add-mask|debug|error|warning|notice)\b/.test(line) || !/^\s*::|##\[/.test(line),
        line,
      );
    }
    for (const name of ["load-info-path", "trace-path", "summary-path"]) {
      const text = await readFile(run.outputs[name] ?? "", "utf8");
      assert.doesNotMatch(text, MOVES);
      assert.ok(
        text.split("\n").every((line) => !/^\s*::|##\[/.test(line)),
        name,
      );
      if (name !== "summary-path") assert.doesNotThrow(() => JSON.parse(text));
    }
    for (const [name, value] of Object.entries(run.outputs)) {
      assert.doesNotMatch(value, /\n|##\[/, name);
      assert.doesNotMatch(value, MOVES, name);
    }
    const outside = run.summary.replace(/```mermaid[\s\S]*?\n```/g, "").replace(/`[^`\n]*`/g, "");
    assert.doesNotMatch(outside, /<(?!\/?(?:code|br|details|summary)>| )|\]\(|@\w/);
    let cells = 0;
    for (const line of run.summary.split("\n")) {
      const count = line.startsWith("|") ? line.split("|").length : 0;
      if (count > 0 && cells > 0) assert.equal(count, cells, line);
      cells = count;
    }
  }
  const rows = await database.query(
    "SELECT count(*) AS n FROM information_schema.tables WHERE table_schema = 'hostile_dataset'",
  );
  assert.ok(Number(rows[0]?.n) >= 4, "the good one is loaded");
});

test("a source that repeats the credential in its refusal does not leak it", async (t) => {
  const database = await testDatabase(t);
  const token = "ca@n/a%ry+ \"'\\$&-word";
  const url = await hostileApi(t, 403);
  const run = await runAction({
    inputs: { source: "hostile.json", "connection-string": database.url },
    environment: { API_TOKEN: token },
    files: { "hostile.json": pipelineFile(url) },
  });
  assert.equal(run.outputs["error-code"], "E_SOURCE_FORBIDDEN", run.log);
  assert.equal(run.code, 3);
  const column = pipelineFile(url).indexOf('{"name":"projects"') + 1;
  assert.deepEqual(
    run.annotations.filter((one) => one.level === "error").map(({ properties }) => properties),
    [{ title: "E_SOURCE_FORBIDDEN", file: "hostile.json", line: "1", col: String(column) }, {}],
    "only our own: at the resource, and the failure",
  );
  const files = ["load-info-path", "trace-path", "summary-path"].map((name) =>
    readFile(run.outputs[name] ?? "", "utf8"),
  );
  const sinks = [
    run.stdout.replace(/^::add-mask::.*$/gm, ""),
    run.stderr,
    run.summary.replace(/&#(\d+);/g, (_all, point: string) => String.fromCodePoint(Number(point))),
    JSON.stringify(run.outputs),
    ...(await Promise.all(files)),
  ];
  const forms = [
    token,
    encodeURIComponent(token),
    JSON.stringify(token).slice(1, -1),
    Buffer.from(token).toString("base64"),
  ];
  for (const text of sinks) for (const form of forms) assert.ok(!text.includes(form), form);
});
