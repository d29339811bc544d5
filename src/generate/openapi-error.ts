import { ConfigError, type ErrorOptions, type FaultPlace } from "../core/errors.ts";

/** One thing wrong in an OpenAPI document. Lines and columns count from 1. */
export interface DocumentFault {
  /** What is wrong; no full stop, no place. */
  readonly message: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** Faults of one document that are shown. */
export const MOST_SHOWN = 10;

/**
 * The error for a document from which nothing can be generated: `E_OPENAPI`, one line a fault,
 * `api.yaml:12:5: tab characters must not be used in indentation`. A hostile document may have thousands of faults: the
 * first ten are shown.
 *
 * @param name what the document is called: a file name, or a URL without credentials
 */
export function openapiError(
  name: string,
  faults: readonly DocumentFault[],
  options: Pick<ErrorOptions, "hint" | "cause" | "reason"> = {},
): ConfigError {
  const shown = faults.slice(0, MOST_SHOWN);
  const lines = shown.map((fault) => `${name}${placeOf(fault)}: ${fault.message}`);
  if (faults.length > shown.length) lines.push(`${name}: and ${faults.length - shown.length} more`);
  return new ConfigError("E_OPENAPI", lines.join("\n"), {
    step: "config",
    hint: options.hint ?? "Correct the document, or ask its maker to; nothing was written.",
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.cause === undefined ? {} : { cause: options.cause }),
    context: { file: name, faults: faults.length, ...(shown[0]?.line === undefined ? {} : { line: shown[0].line }) },
    places: shown.flatMap((fault): FaultPlace[] =>
      fault.line === undefined
        ? []
        : [
            {
              message: fault.message,
              file: name,
              line: fault.line,
              ...(fault.column === undefined ? {} : { column: fault.column }),
            },
          ],
    ),
  });
}

/** `:12:5`; empty where the place is not known. */
export function placeOf({ line, column }: DocumentFault): string {
  return line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`;
}
