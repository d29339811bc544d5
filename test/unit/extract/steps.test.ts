import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import type { RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import type { StepConfig } from "../../../src/config/rest-api/step-shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import type { JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { compactJson, lexemeJson } from "../../../src/core/json-writer.ts";
import { Secret } from "../../../src/core/secret.ts";
import { WarningLog } from "../../../src/core/warnings.ts";
import "../../../src/expression/patterns-at-once.ts";
import type { SourceFunctions } from "../../../src/extract/functions.ts";
import { compileSteps } from "../../../src/extract/steps/compile-steps.ts";
import { extract, json, serve } from "./fake-api.ts";

const LIMITS = { maxStepMs: 10_000 };
const SILENT = () => {};

/** Records after steps, as JSON text. */
function after(records: string, ...steps: StepConfig[]): string {
  const made = compileSteps("r", steps, {}, LIMITS, SILENT)?.apply(parseJson(records) as readonly JsonValue[], 1);
  return compactJson(made ?? []);
}

function failure(work: () => unknown): SluiceError {
  try {
    work();
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

test("expressions filter, replace and multiply records, in the order of the steps", () => {
  const records = '[{"id":1,"tags":["a","b"],"n":1.0},{"id":2,"tags":[],"n":2.5}]';
  assert.equal(after(records, { filter: "record.id > 1" }), '[{"id":2,"tags":[],"n":2.5}]');
  assert.equal(after(records, { map: '{"key": record.id, "n": record.n}' }), '[{"key":1,"n":1.0},{"key":2,"n":2.5}]');
  assert.equal(
    after(records, { yield_map: 'record.tags.map(t, {"id": record.id, "tag": t})' }, { filter: 'record.tag != "a"' }),
    '[{"id":1,"tag":"b"}]',
  );
  // The order decides: renamed before or after it is asked for.
  assert.equal(after(records, { rename: { id: "nr" } }, { filter: "record.nr == 1" }, { pick: "nr" }), '[{"nr":1}]');
  // Several keys of dlt in one step run in its order.
  const all = { yield_map: "[record, record]", map: '{"id": record.id * 10}', filter: "record.id == 2" };
  assert.equal(after(records, all), '[{"id":20},{"id":20}]');
});

test("a function that forgets its return makes no empty rows", () => {
  const nothing = { nothing: () => undefined };
  const apply = (step: StepConfig) => compileSteps("r", [step], nothing, LIMITS, SILENT)?.apply([{ id: 1 }], 1);
  for (const step of [{ map: "fn:nothing" }, { yield_map: "fn:nothing" }]) {
    const error = failure(() => apply(step));
    assert.equal(error.code, "E_SOURCE_SHAPE");
    assert.match(
      error.message,
      /fails at record 1 of page 1: fn:nothing returns nothing: it must return a (value, or null|list of records)$/,
    );
  }
  // In a filter it is what JavaScript takes it for: `record.labels?.includes("bug")`.
  assert.deepEqual(apply({ filter: "fn:nothing" }), []);
});

test("a function for yield_map gives a list of records, or one; anything else is told with its name", () => {
  const apply = (made: JsonValue) =>
    compileSteps(
      "r",
      [{ pick: "id" }, { yield_map: { module: "./steps.mjs#split" } }],
      {
        "module:./steps.mjs#split": () => made,
      },
      LIMITS,
      SILENT,
    )?.apply([{ id: 1 }], 2);
  for (const [made, what] of [
    ["a,b", "text"],
    [5, "a number"],
    [true, "true or false"],
    [null, "null"],
  ] as const) {
    const error = failure(() => apply(made));
    assert.equal(error.code, "E_SOURCE_SHAPE");
    const where = 'resource "r": processing_steps[1].yield_map fails at record 1 of page 2';
    assert.equal(error.message, `${where}: ./steps.mjs#split returns ${what}: it must return a list of records`);
  }
  assert.deepEqual(apply([{ a: 1 }, { a: 2 }]), [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(apply({ a: 1 }), [{ a: 1 }]);
  assert.deepEqual(apply([]), []);
});

test("a function that gives a promise or an iterator is told: it would make empty rows, or drop all", () => {
  const apply = (step: StepConfig, give: (record: JsonValue) => unknown) =>
    compileSteps("r", [step], { give: give as SourceFunctions[string] }, LIMITS, SILENT)?.apply([{ id: 1 }], 1);
  const promised = async () => {
    throw new Error("nobody waits for this");
  };
  for (const key of ["map", "filter", "yield_map"]) {
    assert.match(
      failure(() => apply({ [key]: "fn:give" }, promised)).message,
      /fn:give returns a promise: it must return/,
    );
  }
  const listed = failure(() =>
    apply({ yield_map: "fn:give" }, function* () {
      yield { id: 2 };
    }),
  );
  assert.match(listed.message, /fn:give returns an iterator: it must return a list of records/);
  assert.match(failure(() => apply({ map: "fn:give" }, () => new Map())).message, /fn:give returns an iterator/);
});

test("a field that a renamed one replaces is told once for each name; an omit before says that it is meant", () => {
  const log = new WarningLog();
  const steps: StepConfig[] = [{ rename: { a: "b", "in[*].x": "y" } }, { omit: "c" }, { rename: { b: "c", d: "e" } }];
  const records = '[{"a":1,"b":2,"c":3,"d":4,"in":[{"x":1,"y":2}]},{"a":1,"b":2,"c":3},{"a":1,"in":[{"x":1}]}]';
  const made = compileSteps("r", steps, {}, LIMITS, log.warn)?.apply(parseJson(records) as readonly JsonValue[], 1);
  assert.equal(compactJson(made ?? []), '[{"c":1,"e":4,"in":[{"y":1}]},{"c":1},{"c":1,"in":[{"y":1}]}]');
  const detail = 'processing_steps[0].rename onto "y", processing_steps[0].rename onto "b"';
  assert.deepEqual(log.all, [{ code: "W_FIELD_REPLACED", subject: "r", count: 2, detail }]);
  const both = new WarningLog();
  const one = compileSteps("r", [{ rename: { a: "x", b: "x" } }], {}, LIMITS, both.warn);
  assert.deepEqual(one?.apply([{ a: 1 }, { b: 2 }], 1), [{ x: 1 }, { x: 2 }]);
  assert.deepEqual(both.all, [], "records have the one or the other");
  assert.deepEqual(one?.apply([{ a: 1, b: 2 }], 1), [{ x: 2 }]);
  assert.match(JSON.stringify(both.all), /onto .{2}x/);
  const swapped = new WarningLog();
  const swap = compileSteps("r", [{ rename: { a: "b", b: "a" } }], {}, LIMITS, swapped.warn)?.apply(
    [{ a: 1, b: 2 }],
    1,
  );
  assert.deepEqual([swap, swapped.all], [[{ b: 1, a: 2 }], []]);
});

test("fields are picked, left out, renamed and set, and keep order and numbers", () => {
  const record =
    '[{"id":1,"2":"x","1":1.0,"big":12345678901234567890123,"a":{"b":1,"c":[{"d":1,"e":2},{"d":3}]},"z":null}]';
  const cases: readonly (readonly [StepConfig, string])[] = [
    [
      { pick: ["big", "id", "a.c[*].d", "nope"] },
      '[{"id":1,"big":12345678901234567890123,"a":{"c":[{"d":1},{"d":3}]}}]',
    ],
    [{ pick: "z" }, '[{"z":null}]'],
    [{ omit: ["a", "id", "nope.x"] }, '[{"2":"x","1":1.0,"big":12345678901234567890123,"z":null}]'],
    [{ omit: "a.c[0]" }, '[{"id":1,"2":"x","1":1.0,"big":12345678901234567890123,"a":{"b":1,"c":[{"d":3}]},"z":null}]'],
    [
      { rename: { id: "nr", "a.b": "bb", z: "id", nope: "q" } },
      '[{"nr":1,"2":"x","1":1.0,"big":12345678901234567890123,"a":{"bb":1,"c":[{"d":1,"e":2},{"d":3}]},"id":null}]',
    ],
    // A name that is taken: the renamed field stays.
    [
      { rename: { a: "id" } },
      '[{"2":"x","1":1.0,"big":12345678901234567890123,"id":{"b":1,"c":[{"d":1,"e":2},{"d":3}]},"z":null}]',
    ],
    [
      {
        set: { id: { expression: "record.id + 1" }, was: { expression: "record.id" }, 7: "seven", list: [1, { a: 2 }] },
      },
      '[{"id":2,"2":"x","1":1.0,"big":12345678901234567890123,"a":{"b":1,"c":[{"d":1,"e":2},{"d":3}]},"z":null,"7":"seven","was":1,"list":[1,{"a":2}]}]',
    ],
  ];
  for (const [step, expected] of cases) assert.equal(after(record, step), expected, JSON.stringify(step));
  // What is no object has no fields.
  assert.equal(after('["text",1,null,[1]]', { pick: "a" }, { set: { a: 1 } }, { explode: "a" }), '["text",1,null,[1]]');
});

test("numbers of fields that no step touches are written as they came", () => {
  const text = '[{"a":1.50,"b":1e3,"c":100000000000000000000001,"d":0.1000000000000000055511151231257827,"e":1}]';
  const records = parseJson(text, { keepLexemes: true }) as readonly JsonValue[];
  const steps = compileSteps(
    "r",
    [
      { filter: "record.e == 1" },
      { set: { e: { expression: "record.e + 1" } } },
      { map: "record" },
      { rename: { a: "x" } },
    ],
    {},
    LIMITS,
    SILENT,
  );
  assert.equal(
    lexemeJson([...(steps?.apply(records, 1) ?? [])]),
    '[{"x":1.50,"b":1e3,"c":100000000000000000000001,"d":0.1000000000000000055511151231257827,"e":2}]',
  );
});

test("values are hidden by a text, or by a hash that only the salt can repeat", () => {
  const records = '[{"id":1,"mail":"a@b.c","author":{"mail":"a@b.c"},"notes":[{"by":"x"},{"by":null}]}]';
  assert.equal(
    after(records, { redact: { fields: ["mail", "author.mail", "notes[*].by", "nope"] } }),
    '[{"id":1,"mail":"***","author":{"mail":"***"},"notes":[{"by":"***"},{"by":null}]}]',
  );
  assert.equal(after(records, { pick: "mail" }, { redact: { fields: "mail", replace: null } }), '[{"mail":null}]');
  const hash = (value: string) => createHmac("sha256", "pepper").update(value).digest("hex");
  assert.equal(
    after(records, { pick: ["id", "mail"] }, { redact: { fields: ["id", "mail"], hash_salt: new Secret("pepper") } }),
    `[{"id":"${hash("1")}","mail":"${hash("a@b.c")}"}]`,
  );
});

test("a list is taken apart into records", () => {
  const records = '[{"id":1,"l":[1.0,{"a":2}]},{"id":2,"l":[]},{"id":3},{"id":4,"l":null}]';
  assert.equal(
    after(records, { explode: "l" }),
    '[{"id":1,"l":1.0},{"id":1,"l":{"a":2}},{"id":2,"l":null},{"id":3},{"id":4,"l":null}]',
  );
  assert.equal(after('[{"a":{"b":[1,2]},"c":3}]', { explode: "a.b" }), '[{"a":{"b":1},"c":3},{"a":{"b":2},"c":3}]');
});

test("a record that a step fails is named with resource, step, page and record", () => {
  const steps = compileSteps("issues", [{ pick: ["a", "b"] }, { filter: "record.a == 1" }], {}, LIMITS, SILENT);
  const error = failure(() => steps?.apply([{ a: 1 }, { a: 1 }, { b: 1 }], 4));
  assert.equal(error.code, "E_SOURCE_SHAPE");
  assert.equal(
    error.message,
    'resource "issues": processing_steps[1].filter fails at record 3 of page 4: no such key: a',
  );
});

test("an expression that does not come to an end is ended", () => {
  const nested = `${"record.l.map(a, ".repeat(8)}1${")".repeat(8)}`;
  const lists = compileSteps("r", [{ map: nested }], {}, { maxStepMs: 100 }, SILENT);
  const slow = failure(() => lists?.apply([{ l: [] }, { l: Array(40).fill(1) }], 1));
  assert.equal(slow.code, "E_LIMIT");
  assert.match(slow.message, /processing_steps\[0\]\.map fails at record 2 of page 1: it took longer than 0\.1 s/);
  // The guard is as good as new, and a pattern comes to an end by itself.
  const pattern = compileSteps("r", [{ filter: 'record.t.matches("^(a+)+$")' }], {}, { maxStepMs: 1000 }, SILENT);
  assert.deepEqual(pattern?.apply([{ t: "aa" }, { t: `${"a".repeat(60)}!` }], 1), [{ t: "aa" }]);
});

test("steps run before cursor and children see a record", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    if (target.startsWith("/projects/")) return json(response, [{ target }]);
    json(response, [
      { ID: 1, when: { at: "2024-01-02" } },
      { ID: 2, when: { at: "2024-01-05" } },
      { ID: 3, when: { at: "2023-01-01" } },
    ]);
  });
  const config: RestApiConfig = {
    client: { base_url: api.base, paginator: "single_page" },
    resources: [
      {
        name: "projects",
        endpoint: { incremental: { cursor_path: "updated", initial_value: "2024-01-01" } },
        processing_steps: [
          { rename: { ID: "id" } },
          { set: { updated: { expression: "record.when.at" } } },
          { filter: "record.id != 2" },
          { omit: "when" },
        ],
      },
      { name: "issues", endpoint: "projects/{resources.projects.id}/issues" },
    ],
  };
  const { records, result } = await extract(config);
  assert.deepEqual(records.projects, [{ id: 1, updated: "2024-01-02" }]);
  assert.deepEqual(records.issues, [{ target: "/projects/1/issues" }]);
  assert.deepEqual(
    result.resources.map(({ cursor }) => cursor),
    ["2024-01-02", undefined],
  );
});

test("a failing step of one resource can be left out with it", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const config: RestApiConfig = {
    client: { base_url: api.base, paginator: "single_page" },
    resources: [{ name: "bad", processing_steps: [{ map: "record.nope" }] }, "good"],
  };
  const { records, result } = await extract(config, { onResourceError: "skip" });
  assert.deepEqual(Object.keys(records), ["good"]);
  assert.equal(result.failed?.[0]?.error.code, "E_SOURCE_SHAPE");
});
