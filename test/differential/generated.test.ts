/** dlt's own rest_api reads what `sluice generate` writes, and gets the same records. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isJsonObject, type JsonObject } from "../../src/core/json.ts";
import { analyse } from "../../src/generate/analyse.ts";
import { readApiDocument } from "../../src/generate/document/read-document.ts";
import type { GeneratedPipeline } from "../../src/generate/model.ts";
import { sourceValue } from "../../src/generate/render/source-value.ts";
import { answerPages, answerTeams, PAGE_ROWS, PAGES, TEAMS } from "../support/described-apis.ts";
import { findDlt, skipWithoutDlt } from "../support/dlt.ts";
import { generate } from "../support/generate.ts";
import { serve } from "../unit/extract/fake-api.ts";

const CASES = join(import.meta.dirname, "..", "golden", "cases", "openapi");

/** Configurations in, for each the records of its resources, or nothing where they are only read. */
const SCRIPT = `
import json, sys
from dlt.sources.rest_api import rest_api_resources
answers = []
for case in json.load(sys.stdin):
    resources = rest_api_resources(case["config"])
    answers.append({r.name: list(r) for r in resources} if case["extract"] else {})
json.dump(answers, sys.stdout, default=str)
`;

interface Case {
  readonly config: JsonObject;
  readonly extract: boolean;
}

async function askDlt(cases: readonly Case[]): Promise<readonly Record<string, readonly unknown[]>[]> {
  const child = spawn(findDlt() ?? "", ["-c", SCRIPT], { stdio: ["pipe", "pipe", "pipe"] });
  const [out, said]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (part: Buffer) => out.push(part));
  child.stderr.on("data", (part: Buffer) => said.push(part));
  child.stdin.end(JSON.stringify(cases));
  const code = await new Promise((resolve) => child.once("close", resolve));
  assert.equal(code, 0, Buffer.concat(said).toString().slice(-4000));
  return JSON.parse(Buffer.concat(out).toString());
}

/** The source of the pipeline file without keys of ours, with an address and credentials. */
function configOf(pipeline: GeneratedPipeline, base: string): JsonObject {
  const { client, resources } = sourceValue(pipeline);
  assert.ok(isJsonObject(client));
  const { path_encoding: _ours, ...rest } = client;
  const secrets = Object.fromEntries(
    (pipeline.client.auth?.settings ?? []).flatMap((one) => ("secret" in one ? [[one.key, `secret-${one.key}`]] : [])),
  );
  const auth = isJsonObject(rest.auth) ? { auth: { ...rest.auth, ...secrets } } : {};
  return { client: { ...rest, ...auth, base_url: base }, resources: resources ?? [] };
}

test("dlt reads generated configurations and gets the records that Sluice gets", {
  skip: skipWithoutDlt(),
}, async (t) => {
  const documents = readdirSync(CASES).filter((name) => /\.ya?ml$/.test(name));
  const read = documents.map((name): Case => {
    const text = readFileSync(join(CASES, name), "utf8");
    const document = readApiDocument(text, { name }, { mode: "better", allowOpenapi2: false });
    return { config: configOf(analyse(document, { mode: "better" }), "http://127.0.0.1:9"), extract: false };
  });
  const [teams, pages] = [await serve(t, answerTeams), await serve(t, answerPages)];
  const answers = await askDlt([
    { config: configOf(generate(TEAMS), teams.base), extract: true },
    { config: configOf(generate(PAGES), pages.base), extract: true },
    ...read,
  ]);
  const [fromTeams = {}, fromPages = {}, ...others] = answers;
  assert.equal(others.length, documents.length);
  assert.deepEqual(fromTeams.teams_boards_cards, [
    { id: 110, _teams_boards_id: 11 },
    { id: 120, _teams_boards_id: 12 },
  ]);
  assert.deepEqual(fromTeams.tags, [
    { id: 100, _teams_id: 1 },
    { id: 200, _teams_id: 2 },
  ]);
  for (const [name, rows] of Object.entries(fromPages)) assert.deepEqual(rows, PAGE_ROWS, name);
  assert.equal(Object.keys(fromPages).length, Object.keys(PAGES.paths).length);
});
