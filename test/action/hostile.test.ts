import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { testDatabase } from "../support/postgres.ts";
import { runAction } from "../support/runner.ts";

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
  assert.equal(run.annotations.filter((one) => one.level === "error").length, 1, "only our own");
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
