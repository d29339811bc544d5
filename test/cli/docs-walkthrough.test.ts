/** Every command of docs/gitlab-to-alloydb.md, in its order, against the sample GitLab and a database. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { sampleGitlab } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";
import { rowsOf } from "../support/rows-of.ts";
import { folder, jsonApi } from "./support.ts";

const ROOT = join(import.meta.dirname, "..", "..");

test("the page from GitLab to AlloyDB: its commands run as they stand", {
  skip: process.platform === "win32",
}, async (t) => {
  const page = await readFile(join(ROOT, "docs", "gitlab-to-alloydb.md"), "utf8");
  const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? "");
  assert.equal(commands.length, 6);
  const gitlab = await sampleGitlab(t);
  const database = await testDatabase(t);
  const document = await readFile(join(ROOT, "test/golden/cases/openapi/gitlab.yaml"), "utf8");
  const documents = await jsonApi(t, { "/gitlab.yaml": document });
  const cwd = await folder(t);
  // What stands on the page for the reader's own servers and secrets.
  const own: readonly (readonly [string, string])[] = [
    [
      "https://raw.githubusercontent.com/dlt-hub/openapi-specs/main/open_api_specs/Public/gitlab.yaml",
      `${documents.url}/gitlab.yaml`,
    ],
    ["https://gitlab.example.com/api/v4", `${gitlab.url}/api/v4`],
    ["glpat-your-token", gitlab.token],
    ["postgresql://loader:password@10.0.0.5:5432/analytics", database.url],
  ];
  let script = commands.join("\n");
  for (const [from, to] of own) {
    assert.ok(script.includes(from), from);
    script = script.replaceAll(from, to);
  }
  await mkdir(join(cwd, "bin"));
  const entry = join(ROOT, "src", "edge", "cli", "index.ts");
  await writeFile(join(cwd, "bin", "sluice"), `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`);
  await chmod(join(cwd, "bin", "sluice"), 0o755);
  const env = { PATH: `${join(cwd, "bin")}:${process.env.PATH ?? ""}`, HOME: cwd };
  const child = spawn("sh", ["-e"], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  child.stdin.end(script);
  const [code] = (await once(child, "close")) as [number];
  assert.equal(code, 0, said);
  const rows = await rowsOf(database, "gitlab_data");
  assert.equal(rows.api_entities_application, 4);
  assert.equal(rows.api_entities_cluster, 4);
  assert.match(said, /33 of 33 endpoints/);
  assert.match(said, /CREATE TABLE .*api_entities_application/);
  assert.match(said, /nothing has changed/);
  assert.ok(!said.includes(gitlab.token));
});
