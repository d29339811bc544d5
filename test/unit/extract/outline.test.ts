import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointConfig } from "../../../src/config/rest-api/shape.ts";
import { restApi } from "../../../src/extract/rest-source.ts";

function contentOf(endpoint: EndpointConfig): string | undefined {
  const config = { client: { base_url: "https://h" }, resources: [{ name: "r", endpoint }] };
  return restApi({ name: "s", config }).resources[0]?.outline?.content;
}

test("a body is shown without values whose names are those of credentials, as a query is", () => {
  const fields = { apikey: "hunter22", q: "a", in: [{ pwd: 12345, key: null }] };
  const shown = '{"apikey":"***","q":"a","in":[{"pwd":"***","key":null}]}';
  assert.equal(contentOf({ json: fields }), shown);
  assert.equal(contentOf({ data: fields }), shown);
  assert.equal(contentOf({ data: "q=a&client_secret=hunter22&token=x" }), "q=a&client_secret=***&token=***");
  assert.equal(contentOf({ data: '{{"password" : "hun\\"ter", "q": "a"}}' }), '{{"password" : "***", "q": "a"}}');
  assert.equal(contentOf({ data: "<all page='1'/>" }), "<all page='1'/>");
});
