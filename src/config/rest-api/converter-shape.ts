import { z } from "zod";
import type { Fault } from "../fault.ts";
import { type Code, codeFaults, moduleText } from "./code.ts";

/** Converters of a word. */
export const NAMED_CONVERTERS = ["date", "datetime", "unix_seconds", "unix_millis", "string", "int"] as const;

export type NamedConverter = (typeof NAMED_CONVERTERS)[number];

/** How a cursor's value is written in a request; the state keeps the value as the source gave it. */
export const converterShape = z.union([
  z.string().meta({ anyOf: [{ enum: NAMED_CONVERTERS }, { type: "string" }] }),
  z.strictObject({
    format: z.string().min(1).optional().describe("`yyyy-MM-dd HH:mm:ss.SSSXXX`, in UTC; text in quotes as it is."),
    add: z.number().optional().describe("Seconds added to dates, units added to numbers; the form stays."),
    module: moduleText.optional(),
  }),
]);

export type ConverterConfig = z.infer<typeof converterShape>;

export function isNamedConverter(config: ConverterConfig): config is NamedConverter {
  return NAMED_CONVERTERS.some((name) => name === config);
}

/** The code of a converter; undefined for those that need none. */
export function converterCode(config: ConverterConfig | null | undefined): Code | undefined {
  if (config === null || config === undefined || isNamedConverter(config)) return undefined;
  if (typeof config === "string") return config;
  return config.module === undefined ? undefined : { module: config.module };
}

/** What the shape of a converter cannot say. */
export function converterFaults(
  config: ConverterConfig | null | undefined,
  at: readonly (string | number)[],
): readonly Fault[] {
  if (typeof config === "object" && config !== null) {
    const keys = Object.entries(config).flatMap(([key, value]) => (value === undefined ? [] : [key]));
    if (keys.length !== 1) return [{ path: at, reason: "type", message: "expected one of format, add and module" }];
    const problem = config.format === undefined ? undefined : formatProblem(config.format);
    if (problem !== undefined) return [{ path: [...at, "format"], reason: "type", message: problem }];
  }
  const known = NAMED_CONVERTERS.join(", ");
  return codeFaults(converterCode(config), at, "value", "any").map((fault) => ({
    ...fault,
    suggestion: fault.suggestion ?? `converters with a name: ${known}`,
  }));
}

/** A piece of a date's form: a field, or text. */
export type FormatPiece = { readonly field: string } | { readonly text: string };

/** Fields of a form that are understood, a subset of those of Unicode (UTS 35). */
const FIELDS: ReadonlySet<string> = new Set([
  "yyyy",
  "yy",
  "MM",
  "M",
  "dd",
  "d",
  "HH",
  "H",
  "mm",
  "m",
  "ss",
  "s",
  "SSS",
  "SSSSSS",
  "X",
  "XXX",
]);

/** Reads a form: letters are fields, `'text'` and everything else is text, `\'\'` a quote. */
export function formatPieces(format: string): readonly FormatPiece[] {
  return [...format.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g)].map(([whole, quoted]) => {
    if (quoted !== undefined) return { text: quoted === "" ? "'" : quoted.replaceAll("''", "'") };
    return /^[A-Za-z]/.test(whole) ? { field: whole } : { text: whole };
  });
}

function formatProblem(format: string): string | undefined {
  const pieces = formatPieces(format);
  const unknown = pieces.find((piece) => "field" in piece && !FIELDS.has(piece.field));
  const known = [...FIELDS].join(", ");
  if (unknown !== undefined && "field" in unknown) {
    return `${JSON.stringify(unknown.field)} is no field of a date; the fields are ${known}; put text in single quotes`;
  }
  if (!pieces.some((piece) => "field" in piece)) return `the form has no field of a date; the fields are ${known}`;
  return pieces.some((piece) => "text" in piece && piece.text === "'" && !format.includes("''"))
    ? "a single quote is not closed"
    : undefined;
}
