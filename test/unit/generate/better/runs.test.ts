/** Generated pipelines against a server: what was worked out from the document alone is what the engine understands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSource } from "../../../../src/config/check-source.ts";
import type { RestApiConfig } from "../../../../src/config/rest-api/shape.ts";
import { isJsonObject } from "../../../../src/core/json.ts";
import type { GeneratedPipeline } from "../../../../src/generate/model.ts";
import { sourceValue } from "../../../../src/generate/render/source-value.ts";
import { answerPages, answerTeams, PAGE_ROWS, PAGES, TEAMS } from "../../../support/described-apis.ts";
import { generate } from "../../../support/generate.ts";
import { extract, serve } from "../../extract/fake-api.ts";

/** The configuration of a pipeline as its file says it, with an address and credentials; throws when it has faults. */
function configOf(pipeline: GeneratedPipeline, base: string): RestApiConfig {
  const { client: written, ...source } = sourceValue(pipeline);
  assert.ok(isJsonObject(written));
  const auth = isJsonObject(written.auth) ? { auth: { ...written.auth, api_key: "secret-api_key" } } : {};
  const checked = checkSource({ ...source, client: { ...written, ...auth, base_url: base } }, "default");
  assert.deepEqual(checked.faults, []);
  assert.ok(checked.source !== undefined);
  const { client, resources } = checked.source;
  return { client, resources };
}

test("values go down a chain of lists, into paths and queries, and rows say whose they are", async (t) => {
  const pipeline = generate(TEAMS);
  const api = await serve(t, answerTeams);
  const { records: found } = await extract(configOf(pipeline, api.base));
  assert.deepEqual(found.teams_boards_cards, [
    { id: 110, _teams_boards_id: 11 },
    { id: 120, _teams_boards_id: 12 },
  ]);
  assert.deepEqual(
    api.asked
      .map(({ target }) => target)
      .filter((target) => target.includes("cards"))
      .sort(),
    ["/teams/1/boards/11/cards", "/teams/2/boards/12/cards"],
  );
  assert.deepEqual(found.tags, [
    { id: 100, _teams_id: 1 },
    { id: 200, _teams_id: 2 },
  ]);
  const tags = api.asked
    .map(({ target }) => new URL(target, "http://api"))
    .filter(({ pathname }) => pathname === "/tags");
  assert.ok(tags.every(({ searchParams }) => searchParams.get("filter") === "{all}"));
  assert.deepEqual(found.boards_labels, [
    { name: "/boards/1/labels", _teams_id: 1 },
    { name: "/boards/2/labels", _teams_id: 2 },
  ]);
});

test("pages are followed to their end, however they are counted, and a cursor asks for what is new", async (t) => {
  const pipeline = generate(PAGES);
  const api = await serve(t, answerPages);

  const { records } = await extract(configOf(pipeline, api.base));
  for (const name of ["numbers", "offsets", "cursors", "after", "links"]) {
    assert.deepEqual(records[name], PAGE_ROWS, name);
  }
  const first = api.asked.find(({ target }) => target.startsWith("/numbers"));
  assert.equal(new URL(first?.target ?? "", "http://api").searchParams.get("updated_after"), "1970-01-01T00:00:00Z");
});
