/**
 * Random documents on which two programs may disagree: types that change, nulls, nested lists and objects, odd and
 * colliding keys, numbers and times of any spelling. They are made as JSON text, for `1` and `1.0` differ.
 *
 * Left out is what dlt cannot load (integers beyond 64 bits, lone surrogates, NUL in JSON columns, `nan` for a number,
 * keys of underscores only): `test/differential/beyond-dlt.test.ts` has those.
 */
import fc from "fast-check";

/** A JSON value as written: a scalar is its lexeme. */
export type Node =
  | string
  | { readonly list: readonly Node[] }
  | { readonly object: readonly (readonly [string, Node])[] };

/** One resource: what its endpoint answers in each load, and hints. */
export interface RandomCase {
  /** Documents of each load. */
  readonly loads: readonly (readonly Node[])[];
  readonly hints: Readonly<Record<string, unknown>>;
}

const NUMBERS = [
  "0", "1", "-1", "7", "42", "2.0", "1.5", "-0", "-0.0", "0.0", "1e3", "1E-7", "0.00001", "1e16", "1e15", "123456.789",
  "9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775808", "1e22", "5e-324", "1e308",
  "0.1", "100.0", "1234567890", "1704164645", "1704164645.5", "253402300799", "99999999999999.0", "3.141592653589793",
]; // biome-ignore format: a pool
const TEXTS = [
  "", "a", "text", " ", "0", "1", " 3 ", "-7", "+7", "1_000", "1.0", "1.5", "1e5", "0x10", "0x1F", "007", "1,5", "yes", "No",
  "true", "False", "t", "null", "None", "{}", "[1]", '{"a":1}', "aGVsbG8=", "C:\\dir", "tab\there", "line\nbreak", "'", '"', "\\N",
  "é", "日本語", "🙂", "a\u0000b", "\u2028", "e\u0301", "\u00a0", "\ufeff",
]; // biome-ignore format: a pool
const TIMES = [
  "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.678901+02:00", "2024-01-02T03:04:05.123456789Z", "2024-01-02 03:04:05",
  "2024-01-02T03:04", "20240102T030405", "2024-W10-3T10:00", "2024-001T00:00Z", "2024-01-02", "2024-01", "2024", "10:20:30",
  "10:20", "2024/01/15 1:5", "2024-02-30T00:00:00Z", "2024-01-02T24:00:00Z", "2024-01-02t03:04:05z", "2024-01-02T03:04:05,5",
  "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2024-01-02T03:04:05-00:00", "2024-01-02T03",
]; // biome-ignore format: a pool
const KEYS = [
  "a", "b", "c", "A", "aB", "a_b", "a__b", "a___b", "AB", "a b", "a-b", "a.b", "a_", "__a", "_a", "a__", "1a", "value", "list", "v_text",
  "userId", "user_id", "UserID", "HTTPCode", "", " ", "é", "日本", "🙂", "٣", "!!!", "select", 'q"q', "x\ny", "@id", "$ref", "C++", "50%",
  "constructor", "__proto__", "toString", "a__v_text", "a__v_bigint", "a__v_double", "b__value",
  "k".repeat(70), `${"n".repeat(30)}__${"m".repeat(40)}`, "ä".repeat(80), "_dlt_odd", "id",
]; // biome-ignore format: a pool

const wellFormed = (text: string): string => text.toWellFormed().replaceAll("\0", "");
const quoted = (text: string): string => JSON.stringify(text);

const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 1, arbitrary: fc.maxSafeInteger().map(String) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  {
    weight: 1,
    arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => {
      const text = JSON.stringify(value);
      return /[.e]/.test(text) ? text : `${text}.0`;
    }),
  },
);
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS).map(quoted) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }).map((one) => quoted(wellFormed(one))) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }).map(quoted) },
);
const time = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TIMES).map(quoted) },
  {
    weight: 1,
    arbitrary: fc
      .date({ min: new Date("0001-01-02"), max: new Date("9999-12-30"), noInvalidDate: true })
      .map((date) => quoted(date.toISOString())),
  },
);
const constant = fc.constantFrom("true", "false");
const none = fc.constant("null");

/** What one key of a case may hold: mostly few kinds, so that values meet columns of another type without ending there. */
const scalarOf = fc.constantFrom(
  fc.oneof(number, none),
  fc.oneof(text, none),
  fc.oneof(time, none),
  fc.oneof(constant, none, number),
  fc.oneof({ weight: 3, arbitrary: number }, text),
  fc.oneof({ weight: 3, arbitrary: text }, number, constant),
  fc.oneof({ weight: 3, arbitrary: time }, number),
  fc.oneof(number, text, time, constant, none),
);

const key = fc
  .oneof(
    { weight: 8, arbitrary: fc.constantFrom(...KEYS) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 6 }).map(wellFormed) },
  )
  .filter((one) => !/^[_\s]*__[_\s]*$/.test(one) && !/^_dlt_(id|load_id|parent_id|root_id|list_idx)$/i.test(one));

/** Values of one key: scalars of its kind, and at times lists or objects of the keys of the case. */
const nodeOf = (scalar: fc.Arbitrary<string>, keys: readonly string[]): fc.Arbitrary<Node> =>
  fc.letrec<{ value: Node; inner: Node }>((tie) => ({
    inner: fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: tie("value") }),
    value: fc.oneof(
      { depthSize: "small", maxDepth: 3 },
      scalar,
      scalar,
      fc.array(tie("value"), { maxLength: 3 }).map((list) => ({ list })),
      objectOf(keys, () => tie("value"), 3),
    ),
  })).value;

function objectOf(keys: readonly string[], value: (name: string) => fc.Arbitrary<Node>, maxKeys: number) {
  return fc
    .subarray([...keys], { minLength: 0, maxLength: Math.min(maxKeys, keys.length) })
    .chain((names) => fc.shuffledSubarray(names, { minLength: names.length }))
    .chain((names) =>
      fc.tuple(
        ...names.map((name) => value(name).map((node) => [name, isBlankList(name, node) ? "1" : node] as const)),
      ),
    )
    .map((object): Node => ({ object }));
}

export const randomCase: fc.Arbitrary<RandomCase> = fc
  .uniqueArray(fc.tuple(key, scalarOf), { minLength: 1, maxLength: 6, selector: ([name]) => name })
  .chain((pairs) => {
    const keys = pairs.map(([name]) => name);
    const scalars = new Map(pairs);
    const document = objectOf(keys, (name) => nodeOf(scalars.get(name) ?? none, keys), 6);
    return fc.record({
      loads: fc.array(fc.array(document, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      hints: fc.oneof(
        { weight: 4, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.constantFrom(0, 1, 2).map((n) => ({ max_table_nesting: n })) },
        {
          weight: 1,
          arbitrary: fc
            .constantFrom("bigint", "double", "text", "bool", "timestamp", "date", "decimal", "json", "time")
            .map((data_type) => ({ columns: { a: { data_type } } })),
        },
      ),
    });
  });

/** dlt writes the items of such a list into the table of its record, as records: a deviation, so not tried here. */
function isBlankList(name: string, node: Node): boolean {
  return /^\s*$/.test(name) && typeof node === "object" && "list" in node;
}

/** JSON text of a node. */
export function jsonText(node: Node): string {
  if (typeof node === "string") return node;
  if ("list" in node) return `[${node.list.map(jsonText).join(",")}]`;
  return `{${node.object.map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(",")}}`;
}

/** What the endpoint answers in each load. */
export function answersOf(one: RandomCase): string[] {
  return one.loads.map((documents) => jsonText({ list: documents }));
}
