import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConverterConfig } from "../../../src/config/rest-api/converter-shape.ts";
import type { RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import { SourceError } from "../../../src/core/errors.ts";
import { Double, type JsonValue } from "../../../src/core/json.ts";
import { compileConverter } from "../../../src/extract/converters.ts";
import { extract, json, serve } from "./fake-api.ts";

function convert(config: ConverterConfig, value: JsonValue): JsonValue | undefined {
  return compileConverter("r", config, { twice: (n) => Number(n) * 2 }, { maxStepMs: 1000 })?.(value);
}

test("each converter, for the forms that cursors have", () => {
  const at = "2024-03-05T01:02:03.040500+02:00";
  const cases: readonly (readonly [ConverterConfig, JsonValue, JsonValue])[] = [
    ["date", at, "2024-03-04"],
    ["date", "2024-03-05", "2024-03-05"],
    ["date", 0, "1970-01-01"],
    ["datetime", at, "2024-03-04T23:02:03.040500Z"],
    ["datetime", "2024-03-05", "2024-03-05T00:00:00Z"],
    ["datetime", 1_709_596_923, "2024-03-05T00:02:03Z"],
    ["datetime", 1_709_596_923_500, "2024-03-05T00:02:03.500000Z"],
    ["datetime", new Double(1), "1970-01-01T00:00:01Z"],
    ["date", "1704067200", "2024-01-01"],
    ["datetime", "1503435956.000247", "2017-08-22T21:05:56.000247Z"],
    ["unix_seconds", "1704067200000", 1_704_067_200],
    ["unix_seconds", at, 1_709_593_323],
    ["unix_seconds", "1969-12-31T23:59:59.5Z", -1],
    ["unix_millis", at, 1_709_593_323_040],
    ["unix_millis", 5, 5000],
    ["string", 5, "5"],
    ["string", new Double(5), "5.0"],
    ["string", at, at],
    ["int", "42", 42],
    ["int", new Double(7), 7],
    ["int", 7.9, 7],
    ["int", "123456789012345678901", 123456789012345678901n],
    [{ format: "yyyy-MM-dd" }, at, "2024-03-04"],
    [{ format: "d.M.yy H:mm:ss.SSS XXX 'o''clock'" }, at, "4.3.24 23:02:03.040 Z o'clock"],
    [{ format: "yyyyMMdd'T'HHmmssX" }, 0, "19700101T000000Z"],
    [{ add: -3600 }, "2024-03-05T01:02:03+02:00", "2024-03-05T00:02:03+02:00"],
    [{ add: 86_400 }, "2024-02-28", "2024-02-29"],
    [{ add: 1 }, 5, 6],
    [{ add: 0.5 }, 5, 5.5],
    [{ add: 1 }, 9_007_199_254_740_991, 9_007_199_254_740_992n],
    [{ add: 1 }, new Double(5), new Double(6)],
    ['value.substring(0, 10).replace("-", "/")', at, "2024/03/05"],
    ["value + 1", 41, 42],
    ["fn:twice", 21, 42],
  ];
  for (const [config, value, expected] of cases) {
    assert.deepEqual(convert(config, value), expected, `${JSON.stringify(config)} of ${String(value)}`);
  }
});

test("a value that does not fit is an error of the source that names it", () => {
  const cases: readonly (readonly [ConverterConfig, JsonValue])[] = [
    ["date", "yesterday"],
    ["datetime", "20240131100000"],
    ["unix_seconds", { a: 1 }],
    ["int", "x"],
    [{ format: "yyyy" }, true],
    [{ add: 1 }, "x"],
    ["value.nope", "x"],
    ["datetime", 1e300],
  ];
  for (const [config, value] of cases) {
    assert.throws(
      () => convert(config, value),
      (error: unknown) =>
        error instanceof SourceError &&
        error.reason === "cursor_type" &&
        error.message.includes('resource "r": convert of'),
      JSON.stringify(config),
    );
  }
});

test("the request has the converted value, the state that of the source", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1, at: "2024-03-05T01:02:03Z" }]));
  const config = (convert: ConverterConfig): RestApiConfig => ({
    client: { base_url: api.base, paginator: "single_page" },
    resources: [
      {
        name: "things",
        endpoint: {
          params: { since: "{incremental.start_value}" },
          incremental: { cursor_path: "at", initial_value: "2024-01-01T00:00:00Z", convert },
        },
      },
    ],
  });
  const first = await extract(config("unix_seconds"));
  await extract(config({ format: "yyyy-MM-dd" }), { state: first.result.state });
  assert.deepEqual(
    api.asked.map(({ target }) => target),
    ["/things?since=1704067200", "/things?since=2024-03-05"],
  );
  assert.match(JSON.stringify(first.result.state), /"last_value":"2024-03-05T01:02:03Z"/);
});
