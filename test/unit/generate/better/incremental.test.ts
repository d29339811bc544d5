import assert from "node:assert/strict";
import { test } from "node:test";
import {
  generate,
  get,
  integer,
  listOf,
  moment,
  object,
  query,
  reasonOf,
  resourceAt,
  text,
} from "../../../support/generate.ts";

function listed(properties: Record<string, unknown>, parameters: readonly unknown[], required: readonly string[] = []) {
  const record = object({ id: integer, ...properties }, required.length === 0 ? {} : { required });
  return resourceAt(generate({ paths: { "/issues": get(listOf(record), { parameters }) } }), "/issues");
}

test("a lower bound with its property is a cursor, with the upper bound beside it", () => {
  const { endpoint } = listed({ updated_at: moment }, [
    query("updated_after", moment),
    query("updated_before", moment),
  ]);
  assert.deepEqual(endpoint.incremental, {
    cursorPath: "updated_at",
    startParam: "updated_after",
    endParam: "updated_before",
    initialValue: "1970-01-01T00:00:00Z",
    onMissing: undefined,
  });
  assert.deepEqual(endpoint.optionalParams, []);
});

test("bounds have many names; days stay days", () => {
  const found = (parameter: string, property: string, schema: unknown = text) => {
    const { incremental } = listed({ [property]: schema }, [query(parameter, schema)]).endpoint;
    return incremental && [incremental.startParam, incremental.cursorPath, incremental.initialValue];
  };
  const begin = "1970-01-01T00:00:00Z";
  assert.deepEqual(found("modifiedSince", "lastModified"), ["modifiedSince", "lastModified", begin]);
  assert.deepEqual(found("updated_at[gte]", "updated_at"), ["updated_at[gte]", "updated_at", begin]);
  assert.deepEqual(found("since", "updatedAt"), ["since", "updatedAt", begin]);
  assert.deepEqual(found("last_activity_after", "last_activity_at"), [
    "last_activity_after",
    "last_activity_at",
    begin,
  ]);
  assert.deepEqual(found("created_after", "created_at"), ["created_after", "created_at", begin]);
  assert.deepEqual(found("updated_since", "updated_on", { type: "string", format: "date" }), [
    "updated_since",
    "updated_on",
    "1970-01-01",
  ]);
  assert.equal(found("updated_after", "updated_at", integer), undefined);
  assert.equal(found("updated_after", "title"), undefined);
  assert.equal(found("search", "updated_at"), undefined);
});

test("what is created is no cursor where records change later", () => {
  const { endpoint } = listed({ created_at: moment, updated_at: moment }, [query("created_after", moment)]);
  assert.equal(endpoint.incremental, undefined);
  assert.deepEqual(
    endpoint.optionalParams.map(({ name }) => name),
    ["created_after"],
  );
});

test("records without a value in the cursor are loaded each time, where the schema allows them", () => {
  const missing = (schema: unknown, required: readonly string[] = []) =>
    listed({ updated_at: schema }, [query("updated_after")], required).endpoint.incremental?.onMissing;
  assert.equal(missing({ ...moment, nullable: true }), "include");
  assert.equal(missing({ anyOf: [moment, { type: "null" }] }), "include");
  assert.equal(missing({ type: ["string", "null"] }), "include");
  assert.equal(missing(moment, ["id"]), "include");
  assert.equal(missing(moment, ["id", "updated_at"]), undefined);
});

test("the list is asked for in the order of the cursor, where the document has words for it", () => {
  const order = [
    query("order_by", { type: "string", enum: ["created_at", "updated_at"] }),
    query("sort", { type: "string", enum: ["asc", "desc"], default: "desc" }),
  ];
  const issues = listed({ updated_at: moment }, [query("updated_after", moment), ...order]);
  assert.deepEqual(
    issues.endpoint.params?.map(({ name, value }) => [name, value]),
    [
      ["order_by", { kind: "value", value: "updated_at" }],
      ["sort", { kind: "value", value: "asc" }],
    ],
  );
  assert.equal(issues.selected, true);
});

test("it is said that what hangs on a list with a cursor is asked for its changed records only", () => {
  const record = object({ id: integer, updated_at: moment });
  const pipeline = generate({
    paths: {
      "/issues": get(listOf(record), { parameters: [query("updated_after", moment)] }),
      "/issues/{id}/notes": get(listOf(object({ id: integer }))),
    },
  });
  assert.match(
    reasonOf(resourceAt(pipeline, "/issues"), "incremental"),
    /is not older; what takes values from it is asked/,
  );
});

test("the time of creation is no cursor for records that have a state", () => {
  assert.equal(
    listed({ created_at: moment, state: text }, [query("created_after", moment)]).endpoint.incremental,
    undefined,
  );
});
