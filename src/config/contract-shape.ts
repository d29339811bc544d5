import { z } from "zod";
import type { SchemaContract } from "../core/source.ts";
import type { Kind } from "./setting.ts";

const MODES = ["evolve", "freeze", "discard_row", "discard_value"] as const;

export const contractMode = z.enum(MODES);

/** A schema contract as dlt writes it: one word for all, or a mode for some of tables, columns and types. */
export const contractShape = z.union([
  contractMode,
  z.strictObject({
    tables: contractMode.nullish().describe("Tables that are new; `discard_row` leaves them out."),
    columns: contractMode.nullish().describe("Columns that are new: their value is left out, or their row."),
    data_type: contractMode.nullish().describe("Values that do not fit the type of their column."),
  }),
]);

/** In text a word, or pairs such as `columns: freeze, data_type: discard_row`, one a line or separated by commas. */
export function contract(): Kind<SchemaContract> {
  return {
    schema: contractShape.transform((written) => (typeof written === "string" ? written : definedModes(written))),
    fromText: contractFromText,
    format: "a mode, or pairs such as `columns: freeze, data_type: discard_row`",
  };
}

/** A mapping without the entities that it leaves out. */
export function definedModes(written: Exclude<z.infer<typeof contractShape>, string>): SchemaContract {
  const { tables, columns, data_type } = written;
  return {
    ...(tables ? { tables } : {}),
    ...(columns ? { columns } : {}),
    ...(data_type ? { data_type } : {}),
  };
}

function contractFromText(text: string): unknown {
  const trimmed = text.trim().replace(/^\{(.*)\}$/s, "$1");
  if (!/[:=]/.test(trimmed)) return trimmed.toLowerCase();
  const pairs = trimmed
    .split(/[\n,]/)
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "")
    .map((pair) =>
      pair.split(/[:=]/).map((part) =>
        part
          .trim()
          .replace(/^(["'])(.*)\1$/, "$2")
          .toLowerCase(),
      ),
    );
  return pairs.every((pair) => pair.length === 2) ? Object.fromEntries(pairs) : text;
}
