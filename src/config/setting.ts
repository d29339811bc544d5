import { z } from "zod";
import { Secret } from "../core/secret.ts";

/** How the values of a setting are read: from the text of a flag or a variable, and from a pipeline file. */
export interface Kind<T> {
  /** Checks and converts a value as a pipeline file holds it. */
  readonly schema: z.ZodType<T>;
  /** Text to such a value. Text that cannot be read is returned as it is, so that the schema tells what it expected. */
  readonly fromText: (text: string) => unknown;
  /** For the documents: `a whole number, at least 1`. */
  readonly format: string;
  readonly choices?: readonly string[];
}

export type SettingGroup = "source" | "destination" | "load" | "run" | "network";

/** One setting, declared once; everything that is said or checked about it follows from this value. */
export interface Setting<T, D extends T | undefined = T | undefined> {
  readonly kind: Kind<T>;
  readonly group: SettingGroup;
  /** One sentence, what it does. */
  readonly description: string;
  /** Value when nobody gives one. */
  readonly default?: D;
  /** For the documents, where the default is not a plain value: `the file's, or gitlab.com`. */
  readonly defaultText?: string;
  readonly example: string;
  readonly secret?: true;
  /** Key in the pipeline file; the name in snake_case when absent, none when false. */
  readonly fileKey?: string | false;
  /** Further names of the flag. */
  readonly aliases?: readonly string[];
  /**
   * dlt's dotted names, most specific first: `sources.<section>.token`. They are looked up in the environment
   * (`SOURCES__GITLAB__TOKEN`) and in `.dlt/*.toml`.
   */
  readonly dlt?: readonly string[];
  /** The only source that takes it. */
  readonly onlyFor?: "gitlab";
}

/** Declares a setting; its type follows from its kind and its default. */
export function setting<T, const D extends T | undefined = undefined>(spec: Setting<T, D>): Setting<T, D> {
  return spec;
}

export function text(): Kind<string> {
  return { schema: z.string().min(1), fromText: (value) => value, format: "text" };
}

export function secret(): Kind<Secret> {
  return {
    schema: z
      .string()
      .min(1)
      .transform((value) => new Secret(value)),
    fromText: (value) => value,
    format: "text, kept secret",
  };
}

export function wholeNumber(minimum: number, maximum?: number): Kind<number> {
  const schema = z.int().min(minimum);
  if (maximum === undefined) return { schema, fromText: numberFromText, format: `a whole number, at least ${minimum}` };
  const format = `a whole number from ${minimum} to ${maximum}`;
  return { schema: schema.max(maximum), fromText: numberFromText, format };
}

export function seconds(minimum = 0): Kind<number> {
  const format = minimum === 0 ? "seconds" : `seconds, at least ${minimum}`;
  return { schema: z.number().min(minimum), fromText: numberFromText, format };
}

/** A size: a number of bytes, or a number with a unit (`64 MiB`, `10GiB`). */
export function bytes(): Kind<number> {
  return {
    schema: z.union([
      z.int().min(1),
      z
        .string()
        .regex(SIZE, { message: "expected a number of bytes, or one with a unit such as 64 MiB" })
        .transform(sizeOf),
    ]),
    fromText: (value) => (/^\s*\d+\s*$/.test(value) ? Number(value) : value.trim()),
    format: "bytes, or a number with KiB, MiB or GiB",
  };
}

export function flag(): Kind<boolean> {
  return { schema: z.boolean(), fromText: booleanFromText, format: "`true` or `false`", choices: ["true", "false"] };
}

/** One of several words; aliases are other programs' words for the same. Case does not matter in text. */
export function choice<const W extends string>(
  words: readonly W[],
  aliases: Readonly<Record<string, W>> = {},
): Kind<W> {
  const canonical = new Map<string, W>(words.map((word) => [word, word]));
  for (const [alias, word] of Object.entries(aliases)) canonical.set(alias, word);
  return {
    schema: z.enum([...canonical.keys()]).transform((word, context): W => {
      const found = canonical.get(word);
      if (found === undefined) {
        context.issues.push({ code: "custom", message: "unknown word", input: word });
        return z.NEVER;
      }
      return found;
    }),
    fromText: (value) => value.trim().toLowerCase(),
    format: `one of ${words.map((word) => `\`${word}\``).join(", ")}`,
    choices: words,
  };
}

/** A list of words: in text one a line or separated by commas, in a file a list or such a text. Ids may be numbers. */
export function words(): Kind<readonly string[]> {
  return {
    schema: z.union([
      z.array(z.union([z.string().min(1), z.int().transform(String)])),
      z.string().min(1).transform(splitWords),
    ]),
    fromText: splitWords,
    format: "one a line, or separated by commas",
  };
}

/** A date or a timestamp of ISO 8601; without a zone it means UTC. */
export function timestamp(): Kind<string> {
  return {
    schema: z.string().refine(isTimestamp, { message: "expected a date or a timestamp such as 2026-01-31T00:00:00Z" }),
    fromText: (value) => value.trim(),
    format: "a date or timestamp, without a zone UTC",
  };
}

/** A name that becomes a folder and a name in the database: no separators of paths, no control characters. */
export function name(): Kind<string> {
  return {
    schema: z
      .string()
      .min(1)
      .max(200)
      .refine(isName, { message: 'expected a name without "/", "\\", control characters and a leading dot' }),
    fromText: (value) => value.trim(),
    format: "a name",
  };
}

const SIZE = /^([1-9]\d*)\s*(KiB|MiB|GiB)$/;
const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

function sizeOf(value: string): number {
  const [, count, unit = ""] = SIZE.exec(value) ?? [];
  return Number(count) * (UNITS[unit] ?? 1);
}

function numberFromText(value: string): unknown {
  return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
}

function booleanFromText(value: string): unknown {
  const word = value.trim().toLowerCase();
  return word === "true" ? true : word === "false" ? false : value;
}

function splitWords(value: string): string[] {
  return value
    .split(/[\n,]/)
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

function isTimestamp(value: string): boolean {
  return TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value.replace(" ", "T")));
}

function isName(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return !/[/\\\u0000-\u001f\u007f]/.test(value) && !value.startsWith(".");
}
