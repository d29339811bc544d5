import { type IsoValue, isIsoTimestamp, parseIso } from "../../../src/schema/iso-time.ts";
import type { VectorFile } from "../vector-file.ts";
import { difference, list, member, settle, text } from "./vector.ts";

/** `iso_strings.json`: kind and parsed value in its own zone; the kind `timestamp` is what inference sees. */
export const isoStrings: VectorFile = {
  async run(document, report) {
    for (const vector of list(member(document, "vectors")).map(list)) {
      const [input, kind, parsed] = [text(vector[0]), vector[1] ?? null, vector[2] ?? null];
      const got = parseIso(input);
      settle(report, JSON.stringify(input), [
        ...difference("kind", kind, got?.kind ?? null),
        ...difference("parsed", parsed, got === undefined ? null : isoFormat(got)),
        ...difference("inferred", kind === "timestamp", isIsoTimestamp(input)),
      ]);
    }
  },
};

/** Python's `isoformat`, in the value's own zone. */
function isoFormat(value: IsoValue): string {
  const date = value.kind === "time" ? "" : [pad(value.year, 4), pad(value.month, 2), pad(value.day, 2)].join("-");
  if (value.kind === "date") return date;
  if (Math.abs(value.offset ?? 0) >= 24 * 60) return "unusable offset";
  const clock = [value.hour, value.minute, value.second].map((part) => pad(part, 2)).join(":");
  const fraction = value.microsecond === 0 ? "" : `.${pad(value.microsecond, 6)}`;
  return `${date}${date === "" ? "" : "T"}${clock}${fraction}${zone(value.offset)}`;
}

function zone(offset: number | undefined): string {
  if (offset === undefined) return "";
  const minutes = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
