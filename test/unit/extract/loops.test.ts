import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { PaginatorConfig } from "../../../src/config/rest-api/paginator-shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import { extract, json, pageOf, serve } from "./fake-api.ts";

const one = (base: string, paginator: PaginatorConfig, more: object = {}) => ({
  client: { base_url: base },
  resources: [{ name: "a", endpoint: { paginator, ...more } }],
});

function isLoop(error: unknown): boolean {
  assert.ok(error instanceof SluiceError, String(error));
  assert.equal(error.code, "E_PAGINATION_LOOP");
  assert.equal(error.reason, "repeated_page");
  return true;
}

test("a link to a page that was asked before is refused", async (t) => {
  const api = await serve(t, (_, response) => json(response, { data: [{ id: 1 }], next: `${api.base}/a` }));
  await assert.rejects(extract(one(api.base, "json_link")), isLoop);
  assert.ok(api.asked.length <= 2);
});

test("a source that ignores the page parameter is noticed", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  await assert.rejects(extract(one(api.base, { type: "page_number", total_path: null })), isLoop);
  assert.equal(api.asked.length, 3, "the page, and two requests more");
});

test("pages whose number is known are asked for far ahead once two have differed: no more than two requests are lost", async (t) => {
  const body = (page: number) => ({ data: [{ id: page }], pages: 20 });
  const paginator = { type: "page_number", base_page: 1, total_path: "pages" } as const;
  const ignoring = await serve(t, (_, response) => json(response, body(1)));
  await assert.rejects(extract(one(ignoring.base, paginator)), isLoop);
  assert.equal(ignoring.asked.length, 3);
  let most = 0;
  let open = 0;
  const paged = await serve(t, async ({ target }, response) => {
    open += 1;
    most = Math.max(most, open);
    await sleep(20);
    open -= 1;
    json(response, body(pageOf(target)));
  });
  const { records } = await extract(one(paged.base, paginator));
  assert.deepEqual(
    records.a,
    Array.from({ length: 20 }, (_, index) => ({ id: index + 1 })),
  );
  assert.ok(most > 4, `${most} at once`);
});

test("endless empty pages end after three", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, { data: [], more: true, page: pageOf(target) }));
  const paginator = {
    type: "page_number",
    total_path: null,
    stop_after_empty_page: false,
    has_more_path: "more",
  } as const;
  await assert.rejects(extract(one(api.base, paginator)), isLoop);
  assert.ok(api.asked.length <= 4, `${api.asked.length} requests`);
});

test("one object as the only record ends a counted list; strict counts on as dlt", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, { id: pageOf(target), page: pageOf(target) }));
  const paginator = { type: "page_number", total_path: null, maximum_page: 3 } as const;
  const { records } = await extract(one(api.base, paginator, { data_selector: "$" }));
  assert.equal(records.a?.length, 1);
  const strict = await extract(one(api.base, paginator, { data_selector: "$" }), { compat: "strict" });
  assert.equal(strict.records.a?.length, 3);
});

test("an empty or false next link is the end, another value an error", async (t) => {
  for (const next of ["", false]) {
    const api = await serve(t, (_, response) => json(response, { data: [{ id: 1 }], next }));
    assert.equal((await extract(one(api.base, "json_link"))).records.a?.length, 1);
  }
  const api = await serve(t, (_, response) => json(response, { data: [{ id: 1 }], next: 7 }));
  await assert.rejects(extract(one(api.base, "json_link")), /the next link at "next" is no URL: 7/);
});

test("an error object where a list was selected is an error, by default", async (t) => {
  const api = await serve(t, (_, response) => json(response, { message: "no", status: 1 }));
  const config = one(api.base, "single_page", { data_selector: "items" });
  await assert.rejects(extract(config), /error object: nothing at "items", found message, status/);
  assert.deepEqual((await extract(config, { compat: "strict" })).records, { a: [] });
});

test("a total that is missing or no number stops the run", async (t) => {
  const api = await serve(t, (_, response) => json(response, { data: [{ id: 1 }], total: "many" }));
  await assert.rejects(extract(one(api.base, { type: "page_number" })), /no integer: "many"/);
  await assert.rejects(extract(one(api.base, { type: "offset", limit: 1, total_path: "t" })), /missing at "t"/);
});

test("a guessed paginator is warned about", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const { warnings } = await extract({ client: { base_url: api.base }, resources: ["a"] });
  assert.deepEqual(
    warnings.map((warning) => warning.code),
    ["W_PAGINATOR_GUESSED"],
  );
});
