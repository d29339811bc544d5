import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkSource } from "../../../../src/config/check-source.ts";
import { analyse } from "../../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../../src/generate/document/read-document.ts";
import type { GeneratedPipeline, GeneratedResource } from "../../../../src/generate/model.ts";
import { clientConfig, resourceConfig } from "../../../../src/generate/rest-api-config.ts";

const CASES = join(import.meta.dirname, "..", "..", "..", "golden", "cases", "openapi");
const documents = readdirSync(CASES).filter((name) => /\.ya?ml$/.test(name));

function pipelineOf(name: string): GeneratedPipeline {
  const options = { mode: "better", allowOpenapi2: false } as const;
  return analyse(readApiDocument(readFileSync(join(CASES, name), "utf8"), { name }, options), { mode: "better" });
}

for (const name of documents) {
  test(`${name}: the pipeline is valid, its tables are fed in one way, and nothing loads what must be filled in`, () => {
    const pipeline = pipelineOf(name);
    const secret = (of: string) => `secret ${of}`;
    const source = {
      name: pipeline.names.source,
      client: { base_url: "https://api.example", ...clientConfig(pipeline, secret) },
      resources: pipeline.resources.map((resource) => resourceConfig(resource, secret, "better")),
    };
    assert.deepEqual(checkSource(source, "default").faults, []);

    const ways = new Map<string, string>();
    for (const { tableName, writeDisposition, primaryKey, mergeKey } of pipeline.resources) {
      const way = JSON.stringify([writeDisposition, primaryKey, mergeKey]);
      assert.equal(ways.get(tableName) ?? way, way, tableName);
      ways.set(tableName, way);
    }

    const byName = new Map(pipeline.resources.map((one) => [one.name, one]));
    assert.equal(byName.size, pipeline.resources.length);
    for (const resource of pipeline.resources.filter(({ selected }) => selected)) {
      for (let one = resource; ; ) {
        const { params, headers } = one.endpoint;
        assert.ok(![...(params ?? []), ...headers].some(({ fillIn }) => fillIn), `${resource.name} needs ${one.name}`);
        const above = one.parent === undefined ? undefined : byName.get(one.parent);
        if (above === undefined) break;
        one = above;
      }
    }
    assert.deepEqual(
      pipeline.resources.flatMap((one) => strayFields(one, byName)),
      [],
    );
    for (const { endpoint, isList, decisions } of pipeline.resources) {
      if (!isList) assert.deepEqual(endpoint.paginator, { type: "single_page" }, endpoint.path);
      assert.ok(decisions.every(({ reason }) => reason !== "" && !reason.includes("\n")));
      assert.ok(decisions.some(({ about }) => about === "paginator"));
    }
  });
}

/** Carried columns that a resource takes from its parent, or has in a key, and that no `include_from_parent` brings. */
function strayFields(resource: GeneratedResource, byName: ReadonlyMap<string, GeneratedResource>): string[] {
  const parent = resource.parent === undefined ? undefined : byName.get(resource.parent);
  const carried = (of: GeneratedResource) => of.includeFromParent.map((field) => `_${of.parent}_${field}`);
  const taken = [
    ...resource.includeFromParent,
    ...(resource.endpoint.params ?? []).flatMap(({ value }) => (value.kind === "resolve" ? [value.field] : [])),
  ].filter((field) => field.startsWith("_") && (parent === undefined || !carried(parent).includes(field)));
  const keys = [...resource.primaryKey, ...resource.mergeKey].filter(
    (column) => column.startsWith("_") && !carried(resource).includes(column),
  );
  return [...taken, ...keys].map((field) => `${resource.name}: ${field}`);
}

test("GitLab's document: what the walkthrough lists by hand, with the reference's faults put right", () => {
  const pipeline = pipelineOf("gitlab.yaml");
  assert.equal(pipeline.resources.length, 33);
  const table = (path: string) => pipeline.resources.find((one) => one.endpoint.path === path)?.tableName;
  assert.equal(table("/groups/{id}/access_requests"), "api_entities_access_requester");
  const entity = pipeline.resources.find(({ endpoint }) => endpoint.path.endsWith("/entities/{entity_id}"));
  assert.deepEqual(
    entity?.endpoint.params?.map(({ name, value }) => (value.kind === "resolve" ? [name, value.field] : name)),
    [
      ["import_id", "bulk_import_id"],
      ["entity_id", "id"],
    ],
  );
  const badge = pipeline.resources.find(({ endpoint }) => endpoint.path === "/groups/{id}/badges/{badge_id}");
  assert.deepEqual(
    badge?.endpoint.params?.map(({ name, value }) => [name, value.kind === "resolve" ? value.field : value.value]),
    [
      ["badge_id", "id"],
      ["id", "FILL_ME_IN"],
    ],
  );
});
