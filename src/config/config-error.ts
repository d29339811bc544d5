import { ConfigError, type FaultPlace } from "../core/errors.ts";
import type { Path, Place, PlacedFault } from "./document.ts";

/** A fault of a setting says where the value came from: `input max-table-nesting`, `environment RUNTIME__LOG_LEVEL`. */
export type ReportedFault = PlacedFault & { readonly origin?: string; readonly hint?: string };

export interface ErrorPlaces {
  /** The pipeline file, as the user named it. */
  readonly file?: string;
  /** Where a path of the configuration stands. */
  readonly positions?: (path: Path) => Place | undefined;
}

/**
 * One error for all faults, one a line in the order of the file:
 * `gitlab.yaml:14: source.resources[3].endpoint.paginator.type: expected ...; did you mean "page_number"?`.
 * Its code is `E_INPUT` when every fault is one of an input or flag, else `E_CONFIG`; its reason is the first fault's, a
 * mistake before a secret that is only absent.
 */
export function configError(faults: readonly ReportedFault[], places: ErrorPlaces = {}): ConfigError {
  const located = faults.map((fault) => ({
    fault,
    place: fault.place ?? (fault.origin === undefined ? places.positions?.(fault.path) : undefined),
  }));
  located.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  const lines = located.map(({ fault, place }) => faultLine(fault, place, places.file));
  const first = located[0];
  const reason = (located.find(({ fault }) => fault.reason !== "missing_secret") ?? first)?.fault.reason;
  const place = located.find((one) => one.place !== undefined)?.place;
  const inputsOnly = faults.length > 0 && faults.every((fault) => /^(?:input|flag) /.test(fault.origin ?? ""));
  return new ConfigError(inputsOnly ? "E_INPUT" : "E_CONFIG", [...new Set(lines)].join("\n"), {
    step: "config",
    hint: first?.fault.hint ?? "Correct what is named and run again; nothing was requested or written.",
    ...(reason === undefined ? {} : { reason }),
    context: {
      faults: faults.length,
      ...(place === undefined ? {} : { file: place.file, line: place.line }),
    },
    places: located.flatMap((one): FaultPlace[] =>
      one.place === undefined ? [] : [{ message: faultText(one.fault), ...one.place }],
    ),
  });
}

function faultLine(fault: ReportedFault, place: Place | undefined, file: string | undefined): string {
  const at = fault.origin ?? (place === undefined ? file : `${place.file}:${place.line}`);
  return at === undefined || at === "" ? faultText(fault) : `${at}: ${faultText(fault)}`;
}

/** A fault without its file: where in the configuration, what, and what to write instead. */
function faultText(fault: ReportedFault): string {
  const parts = [fault.origin === undefined ? pathText(fault.path) : "", fault.message];
  const line = parts.filter((part) => part !== "").join(": ");
  return fault.suggestion === undefined ? line : `${line}; ${fault.suggestion}`;
}

/** `source.resources[3].endpoint.params["a.b"]` */
export function pathText(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}
