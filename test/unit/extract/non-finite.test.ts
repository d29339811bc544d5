import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import { extract, serve } from "./fake-api.ts";

test("NaN in a body is refused with its place; compat strict reads it as null, as dlt does", async (t) => {
  const api = await serve(t, (_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end('[{"v":NaN},{"v":1.5}]');
  });
  const config: RestApiConfig = { client: { base_url: api.base, paginator: "single_page" }, resources: ["a"] };
  await assert.rejects(extract(config), (error: unknown) => {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "E_SOURCE_BODY");
    assert.match(error.message, /NaN.*byte 6/s);
    return true;
  });
  assert.deepEqual((await extract(config, { compat: "strict" })).records.a, [{ v: null }, { v: 1.5 }]);
});
