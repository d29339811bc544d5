/** Whatever rows a source has, however it counts the ends of a range, and wherever a run dies: each row is loaded once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planResources } from "../../../src/config/rest-api/plan.ts";
import type { IncrementalConfig } from "../../../src/config/rest-api/shape.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { openCursors } from "../../../src/extract/incremental.ts";

const START = Date.UTC(2024, 0, 1);
const NOW = Date.UTC(2024, 0, 11);
const HOUR = 3_600_000;

/** How a source writes its moments. In each the order of texts is that of times, as dlt needs it. */
const FORMS = {
  seconds: (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z"),
  millis: (ms: number) => new Date(ms).toISOString(),
  zone: (ms: number) => new Date(ms + 2 * HOUR).toISOString().replace("Z", "+02:00"),
  plain: (ms: number) =>
    new Date(ms)
      .toISOString()
      .replace("T", " ")
      .replace(/\.\d+Z$/, ""),
  day: (ms: number) => new Date(ms).toISOString().slice(0, 10),
  number: (ms: number) => Math.floor((ms - START) / HOUR),
} as const;

const timeOf = (value: JsonValue): number => {
  if (typeof value === "number") return value;
  const text = String(value);
  return Date.parse(/^\d{4}-\d\d-\d\d \d\d/.test(text) ? `${text.replace(" ", "T")}Z` : text);
};

interface Case {
  readonly form: keyof typeof FORMS;
  /** Hours after the start, with fractions; many share one moment. */
  readonly hours: readonly number[];
  readonly window: string | number;
  readonly bounds: readonly [start: boolean, end: boolean];
  /** The range that the request names is cut only roughly. */
  readonly rough: boolean;
  /** The initial value is written otherwise than the rows have it, in a form that dlt puts in order with theirs. */
  readonly mixed: boolean;
  readonly key: "hash" | "none" | "open";
  /** Rounds whose rows and state are lost. */
  readonly dies: readonly boolean[];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    form: fc.constantFrom(...(Object.keys(FORMS) as (keyof typeof FORMS)[])),
    hours: fc.array(fc.oneof(fc.integer({ min: 1, max: 239 }), fc.double({ min: 1, max: 239, noNaN: true })), {
      maxLength: 25,
    }),
    days: fc.integer({ min: 1, max: 12 }),
    bounds: fc.constantFrom([true, true] as const, [true, false] as const, [false, true] as const),
    rough: fc.boolean(),
    mixed: fc.boolean(),
    key: fc.constantFrom("hash" as const, "none" as const, "open" as const),
    dies: fc.array(fc.boolean(), { maxLength: 6 }),
  })
  .map(({ days, ...rest }) => ({ ...rest, window: rest.form === "number" ? days * 24 : `P${days}D` }))
  // A start that is left out needs a source that counts the end in; without hashes it may not give rows twice.
  .filter(({ key, bounds, rough }) => (key !== "open" || bounds[1]) && (key !== "none" || (bounds[0] && !rough)));

function incremental({ form, window, key, mixed }: Case): IncrementalConfig {
  return {
    cursor_path: "at",
    initial_value:
      form === "number"
        ? 0
        : form === "day"
          ? "2023-12-31"
          : FORMS[mixed && form !== "plain" ? "seconds" : form](START),
    start_param: "since",
    end_param: "until",
    window,
    ...(key === "none" ? { primary_key: [] } : {}),
    ...(key === "open" ? { range_start: "open" as const } : {}),
  };
}

test("each row of a range is loaded once, window by window", () => {
  fc.assert(
    fc.property(cases, (one) => {
      const config = {
        client: { base_url: "https://h" },
        resources: [{ name: "r", endpoint: { incremental: incremental(one) } }],
      };
      const [plan] = planResources(config).resources;
      assert.ok(plan !== undefined);
      const rows = one.hours.map((hour, id) => ({ id, at: FORMS[one.form](START + hour * HOUR) }));
      const answer = (start: JsonValue, end: JsonValue) =>
        rows.filter(({ at }) => {
          const [own, from, to] = [timeOf(at), timeOf(start), end === null ? Infinity : timeOf(end)];
          const slack = one.rough ? (one.form === "number" ? 5 : 5 * HOUR) : 0;
          if (own < from - slack || (own === from && !one.bounds[0] && slack === 0)) return false;
          return own < to + slack || (own === to && one.bounds[1]);
        });

      let state: JsonObject = {};
      const loaded: number[] = [];
      const dies = [...one.dies];
      for (let round = 0; ; round += 1) {
        assert.ok(round < 60, "it ends");
        const cursors = openCursors(plan, state, { windowAt: NOW, strict: false, warn: () => {} });
        assert.ok(cursors?.window !== undefined);
        const cursor = cursors.of(undefined);
        const passed = cursors.filter(undefined, answer(cursor.startValue, cursor.endValue)) ?? [];
        if (dies.shift() === true) continue;
        loaded.push(...passed.map((row) => Number((row as { id: number }).id)));
        state = cursors.stored(state, false);
        if (cursors.window.end === null) break;
      }
      assert.deepEqual(
        loaded.toSorted((a, b) => a - b),
        rows.map(({ id }) => id),
      );
      assert.equal(Object.hasOwn(state, "sluice"), false);
    }),
    { numRuns: 1500 },
  );
});
