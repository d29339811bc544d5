import type { DataType } from "../../../src/core/flow.ts";
import { Double, getOwn } from "../../../src/core/json.ts";
import { compactJson } from "../../../src/core/json-writer.ts";
import { coerceValue, VARIANT } from "../../../src/schema/coercion.ts";
import { plainDecimal } from "../../../src/schema/coercion-decimal.ts";
import { dateText, timestampText, timeText } from "../../../src/schema/iso-time.ts";
import type { VectorFile } from "../vector-file.ts";
import { json, PythonBytes, PythonCall, type PythonValue, parsePythonLiteral } from "./python-literal.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

/** `coercion.json`: value and target type -> coerced value, or a variant. */
export const coercion: VectorFile = {
  async run(document, report) {
    for (const vector of list(member(document, "vectors")).map(object)) {
      const to = text(vector.to) as DataType;
      const name = `${text(vector.from)} ${text(vector.in)} to ${to}`;
      const input = parsePythonLiteral(text(vector.in));
      if (input instanceof PythonCall || input instanceof PythonBytes || input === null) {
        report.notApplicable(name);
        continue;
      }
      const out = getOwn(vector, "out");
      const expected =
        out === undefined ? "(variant)" : comparable(to, expectedText(to, parsePythonLiteral(text(out))));
      const coerced = coerceValue(to, input);
      const got = coerced === VARIANT ? "(variant)" : comparable(to, coerced);
      settle(report, name, difference("out", expected, got));
    }
  },
};

function expectedText(to: DataType, out: PythonValue): string {
  switch (to) {
    case "timestamp":
      return timestampText({ kind: "timestamp", ...numbers(out, DATE_FIELDS), ...numbers(out, TIME_FIELDS, 3) });
    case "date":
      return dateText(numbers(out, DATE_FIELDS));
    case "time":
      return timeText({ kind: "time", ...numbers(out, TIME_FIELDS) });
    case "decimal":
    case "wei":
      return String(out instanceof PythonCall ? out.positional[0] : out);
    case "binary":
      return out instanceof PythonBytes ? `\\x${out.hex}` : String(out);
    case "json":
      return compactJson(json(out));
    case "bool":
      return out === true ? "t" : "f";
    default:
      return out instanceof Double ? String(out.value) : String(out);
  }
}

const DATE_FIELDS = ["year", "month", "day"] as const;
const TIME_FIELDS = ["hour", "minute", "second", "microsecond"] as const;

function numbers<K extends string>(value: PythonValue, fields: readonly K[], skip = 0): Record<K, number> {
  if (!(value instanceof PythonCall)) throw new Error("not a date or time");
  const given = value.positional;
  return Object.fromEntries(fields.map((field, index) => [field, Number(given[skip + index] ?? 0)])) as Record<
    K,
    number
  >;
}

/** Equal values, equal texts: `1.0` and `1` as numbers, `1E+5` and `100000`, fractions without trailing zeros. */
function comparable(to: DataType, value: string): string {
  if (to === "double") return String(Number(value) + 0);
  if (to !== "decimal" && to !== "wei") return value;
  const plain = plainDecimal(value) ?? value;
  const digits = plain.includes(".") ? plain.replace(/\.?0+$/, "") : plain;
  return digits === "-0" ? "0" : digits;
}
