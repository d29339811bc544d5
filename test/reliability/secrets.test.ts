/** Section 6: a canary secret in a sample of failures is in nothing that a run writes, in none of its forms. */
import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { secretForms } from "../../src/core/redact.ts";
import { folder, jsonApi, sluice } from "../cli/support.ts";
import { testDatabase } from "../support/postgres.ts";

const TOKEN = `can@ry/%+ "'\\$&é-t0ken`;
const PASSWORD = `can@ry/%+ "'\\$&é-passw0rd`;

/** What the source does with the request that carries the token, and how the run ends. */
const FAILURES: readonly {
  readonly what: string;
  readonly exit: number;
  readonly status: number;
  readonly body: (seen: string) => string;
  readonly fault?: string;
}[] = [
  {
    what: "a refusal that repeats the credential",
    exit: 3,
    status: 401,
    body: (seen) => JSON.stringify({ message: `bad ${seen}` }),
  },
  { what: "a server error that repeats it", exit: 5, status: 500, body: (seen) => `<html>${seen}</html>` },
  {
    what: "HTML that repeats it",
    exit: 3,
    status: 200,
    body: (seen) => `<html>${seen} ${encodeURIComponent(TOKEN)}</html>`,
  },
  { what: "an error object that repeats it", exit: 3, status: 404, body: (seen) => JSON.stringify({ error: seen }) },
  { what: "a redirect to another origin", exit: 3, status: 302, body: () => "" },
  { what: "a bug in the load", exit: 1, status: 200, body: () => `[{"id":1}]`, fault: "load:copy:1:throw" },
  { what: "a success", exit: 0, status: 200, body: () => `[{"id":1}]` },
];

test("token and password in every form: not in stdout, stderr, files, the database, or a request to anybody else", async (t) => {
  const database = await testDatabase(t);
  const role = `${database.name}_canary`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD.replaceAll("'", "''")}'`);
  await database.query(`GRANT CREATE ON DATABASE ${database.name} TO ${role}`);
  const elsewhere: string[] = [];
  const other = await jsonApi(t, {
    "/orders": (request, response) => {
      elsewhere.push(JSON.stringify([request.url, request.rawHeaders]));
      response.end("[]");
    },
  });
  const seen: string[] = [];
  try {
    for (const { what, exit, status, body, fault } of FAILURES) {
      const api = await jsonApi(t, {
        "/orders": (request, response) => {
          const token = String(request.headers["x-token"] ?? "");
          seen.push(token);
          response.writeHead(status, { "content-type": "application/json", location: `${other.url}/orders` });
          response.end(body(token));
        },
      });
      const file = {
        pipeline: "shop",
        dataset: "shop_data",
        source: {
          name: "shop",
          client: {
            base_url: api.url,
            paginator: "single_page",
            auth: { type: "api_key", name: "X-Token", location: "header", api_key: "$" + "{env:CANARY}" },
          },
          resources: [{ name: "orders", primary_key: "id", write_disposition: "merge" }],
        },
      };
      const cwd = await folder(t, { "shop.json": JSON.stringify(file) });
      const ended = await sluice(["run", "shop.json", "--json", "--verbose", "--max-attempts", "1"], {
        cwd,
        environment: {
          CANARY: encodeURIComponent(TOKEN),
          DESTINATION__POSTGRES__CREDENTIALS: database.urlFor(role, PASSWORD),
          ...(fault === undefined ? {} : { SLUICE_FAULT: fault }),
        },
      });
      assert.equal(ended.code, exit, `${what}: ${ended.stdout}${ended.stderr}`);
      const sinks = [ended.stdout, ended.stderr, ...(await filesBelow(join(cwd, ".sluice")))];
      for (const row of await database.query("SELECT query FROM pg_stat_activity")) sinks.push(row.query ?? "");
      for (const secret of [TOKEN, encodeURIComponent(TOKEN), PASSWORD, database.urlFor(role, PASSWORD)])
        for (const form of secretForms(secret))
          for (const sink of sinks) assert.ok(!sink.includes(form), `${what}: ${form}\n${sink.slice(0, 2000)}`);
    }
    assert.ok(
      seen.length >= FAILURES.length && seen.every((token) => token === encodeURIComponent(TOKEN)),
      "the source got it",
    );
    assert.deepEqual(elsewhere, []);
    const rows = await database.query(
      "SELECT t::text AS row FROM shop_data.orders t UNION ALL SELECT s::text FROM shop_data._dlt_pipeline_state s UNION ALL SELECT v::text FROM shop_data._dlt_version v",
    );
    for (const form of [...secretForms(TOKEN), ...secretForms(PASSWORD)])
      assert.ok(rows.every(({ row }) => !row?.includes(form)));
    assert.equal(other.asked.length, 0);
  } finally {
    await database.query(`DROP OWNED BY ${role} CASCADE`);
    await database.query(`DROP ROLE ${role}`);
  }
});

async function filesBelow(path: string): Promise<string[]> {
  const texts: string[] = [];
  for (const name of await readdir(path, { recursive: true })) {
    const file = join(path, name);
    if ((await stat(file)).isFile())
      texts.push(`${name}\n${await readFile(file, "latin1")}`, await readFile(file, "utf8"));
  }
  return texts;
}
