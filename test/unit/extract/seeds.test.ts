import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import { restApi } from "../../../src/extract/rest-source.ts";
import { extract, json, serve } from "./fake-api.ts";

test("records of the configuration are loaded as they are, and are parents like any others", async (t) => {
  const api = await serve(t, ({ target, headers }, response) =>
    json(response, [{ target, auth: headers.authorization }]),
  );
  const config: RestApiConfig = {
    client: { base_url: api.base, paginator: "single_page", auth: { token: "t0ken" } },
    resource_defaults: { primary_key: "name", endpoint: { params: { q: "{resources.nobody.id}" } } },
    resources: [
      {
        name: "repos",
        records: [{ name: "a", n: 1 }, { name: "b/c" }, { name: "skipped" }],
        processing_steps: [{ filter: 'record.name != "skipped"' }],
      },
      {
        name: "issues",
        include_from_parent: ["name"],
        endpoint: { path: "repos/{resources.repos.name}/issues", path_encoding: "segment", params: { q: 1 } },
      },
    ],
  };
  const { records, result } = await extract(config);
  assert.deepEqual(records.repos, [{ name: "a", n: 1 }, { name: "b/c" }]);
  const issues = records.issues as readonly {
    readonly target: string;
    readonly auth: string;
    readonly _repos_name: string;
  }[];
  assert.deepEqual(issues.map(({ target, auth, _repos_name }) => [target, auth, _repos_name]).sort(), [
    ["/repos/a/issues?q=1", "Bearer t0ken", "a"],
    ["/repos/b%2Fc/issues?q=1", "Bearer t0ken", "b/c"],
  ]);
  assert.deepEqual(
    result.resources.map(({ resource, endpoint, requests, pages, records: count }) => [
      resource,
      endpoint,
      requests,
      pages,
      count,
    ]),
    [
      ["repos", "records of the configuration", 0, 1, 2],
      ["issues", "GET repos/{resources.repos.name}/issues", 2, 2, 2],
    ],
  );
  const source = restApi({ name: "s", config });
  assert.deepEqual(source.resources[0]?.hints.primaryKey, ["name"]);
  assert.equal(source.resources[0]?.outline?.records, "3 in the configuration");
});

test("a seed that is not selected loads nothing itself; an empty one starts its table", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const config = (records: { readonly [key: string]: number }[], selected: boolean): RestApiConfig => ({
    client: { base_url: api.base, paginator: "single_page" },
    resources: [
      { name: "ids", records, selected },
      { name: "things", endpoint: "things/{resources.ids.id}" },
    ],
  });
  assert.deepEqual((await extract(config([{ id: 1 }, { id: 2 }], false))).records, { things: [{ id: 1 }, { id: 1 }] });
  assert.deepEqual((await extract(config([], true))).records, { ids: [] });
  assert.deepEqual((await extract(config([{ id: 1 }], true), { limit: 0 })).records, {});
});

test("the fields that children need must be there", async (t) => {
  const api = await serve(t, (_, response) => json(response, []));
  const config: RestApiConfig = {
    client: { base_url: api.base },
    resources: [
      { name: "ids", records: [{ nr: 1 }] },
      { name: "things", endpoint: "things/{resources.ids.id}" },
    ],
  };
  await assert.rejects(extract(config), /needs the field "id" of its parent "ids".*it has: nr/);
});
