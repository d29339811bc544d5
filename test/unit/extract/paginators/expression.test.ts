import assert from "node:assert/strict";
import { test } from "node:test";
import type { PaginatorConfig } from "../../../../src/config/rest-api/paginator-shape.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failure } from "../../../support/failure.ts";
import { extract, json, pageOf, serve } from "../fake-api.ts";

const config = (base: string, paginator: PaginatorConfig, endpoint: object = {}) => ({
  client: { base_url: base, paginator },
  resources: [{ name: "a", endpoint: { data_selector: "items", ...endpoint } }],
});

test("parameters are laid over those of the request until null", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    const page = pageOf(target) || 1;
    json(response, { items: [{ page }], page, of: 3 });
  });
  const params = 'body.page < body.of ? {"page": body.page + 1, "once": null} : null';
  const { records } = await extract(
    config(api.base, { type: "expression", next: { params } }, { params: { keep: "k", once: 1 } }),
  );
  assert.deepEqual(records.a, [{ page: 1 }, { page: 2 }, { page: 3 }]);
  assert.deepEqual(
    api.asked.map(({ target }) => target),
    ["/a?keep=k&once=1", "/a?keep=k&page=2", "/a?keep=k&page=3"],
  );
});

test("a URL is followed like a link; stop is asked first and sees records, headers and status", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    const page = pageOf(target) || 1;
    json(
      response,
      { items: page === 3 ? [{ last: true }] : [{ page }, { page }] },
      { "x-next": `/a?page=${page + 1}` },
    );
  });
  const paginator: PaginatorConfig = {
    type: "expression",
    next: { url: 'headers["x-next"]' },
    stop: "status != 200 || records.exists(r, has(r.last))",
  };
  const { records } = await extract(config(api.base, paginator));
  assert.equal(records.a?.length, 5);
  assert.equal(api.asked.length, 3);
});

test("keys of the body are laid over those of the request, which an expression can read", async (t) => {
  const api = await serve(t, ({ body }, response) => {
    const { from } = JSON.parse(body) as { from: number };
    json(response, { items: [{ id: from }, { id: from + 1 }] });
  });
  const paginator: PaginatorConfig = {
    type: "expression",
    next: {
      json: 'size(records) < request.json.size || request.json.from > 3 ? null : {"from": request.json.from + 2}',
    },
  };
  const endpoint = { method: "POST", json: { size: 2, from: 0 } };
  const { records } = await extract(config(api.base, paginator, endpoint));
  assert.deepEqual(
    records.a?.map((one) => (one as { id: number }).id),
    [0, 1, 2, 3, 4, 5],
  );
  assert.deepEqual(
    api.asked.map(({ body }) => body),
    ['{"size":2,"from":0}', '{"size":2,"from":2}', '{"size":2,"from":4}'],
  );
});

test("a list at the top is a page of records too", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, (pageOf(target) || 1) > 2 ? [] : [{ id: 1 }]));
  const params = 'size(records) == 0 ? null : {"page": (has(request.params.page) ? request.params.page : 1) + 1}';
  const resources = [{ name: "a", endpoint: { data_selector: "$" } }];
  const { records } = await extract({
    client: { base_url: api.base, paginator: { type: "expression", next: { params } } },
    resources,
  });
  assert.equal(records.a?.length, 2);
  assert.equal(api.asked.length, 3);
});

test("what does not fit, the same page again, a foreign link and a secret", async (t) => {
  const api = await serve(t, (_, response) => json(response, { items: [{ id: 1 }] }));
  const run = (next: { url?: string; params?: string }, endpoint: object = {}) =>
    failure(extract(config(api.base, { type: "expression", next }, endpoint)));
  const missing = await run({ params: '{"cursor": body.cursor}' });
  assert.equal(missing.code, "E_SOURCE_SHAPE");
  assert.equal(missing.reason, "paginator_response");
  assert.equal(missing.message, "the paginator's next.params fails: no such key: cursor");
  assert.equal((await run({ params: '{"page": 1}' })).code, "E_PAGINATION_LOOP");
  assert.equal((await run({ url: '"https://elsewhere.example/a"' })).code, "E_FOREIGN_ORIGIN");
  api.asked.length = 0;
  await run({ params: '{"copy": request.params.key}' }, { params: { key: new Secret("s3cret") } });
  assert.equal(api.asked[1]?.target, "/a?key=s3cret&copy=%2A%2A%2A");
});
