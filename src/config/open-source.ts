import { posix } from "node:path";
import { isJsonObject } from "../core/json.ts";
import type { ReportedFault } from "./config-error.ts";
import { type ConfigDocument, overlay, readDocument } from "./document.ts";
import { flagName } from "./layers.ts";
import { nearest } from "./nearest.ts";
import { BUILT_IN_SOURCES } from "./pipeline-file.ts";
import { readToml, type TomlFile } from "./toml.ts";

export interface OpenedSource {
  /** Path of the pipeline file as the user gave it; absent when there is none. */
  readonly file?: string;
  /** The file with the inline configuration laid over it; an empty mapping when there is neither. */
  readonly document: ConfigDocument;
  /** `.dlt/secrets.toml`, then `.dlt/config.toml`: beside the pipeline file, else in the present folder. */
  readonly toml: readonly TomlFile[];
  readonly faults: readonly ReportedFault[];
}

export interface OpenRequest {
  readonly kind: "action" | "cli";
  /** A built-in source or a path. */
  readonly source: string | undefined;
  /** A path, which wins over `source`. */
  readonly file: string | undefined;
  /** Inline YAML. */
  readonly config: string | undefined;
  readonly readText: (path: string) => string | undefined;
}

/** Reads the pipeline file, the inline configuration and dlt's `.toml` files. */
export function openSource(request: OpenRequest): OpenedSource {
  const { readText, kind } = request;
  const faults: ReportedFault[] = [];
  const named = request.file ?? request.source;
  const builtIn = request.file === undefined && BUILT_IN_SOURCES.some((name) => name === named);
  const file = named === undefined || builtIn ? undefined : named;

  let document: ConfigDocument = readDocument("", file ?? "config");
  if (file !== undefined) {
    const text = readText(file);
    if (text === undefined) faults.push(absentFile(file, kind));
    else document = readDocument(text, file);
  } else if (builtIn && named !== undefined) {
    document = readDocument(JSON.stringify({ source: named }), flagName(kind, "source"));
  }
  if (request.config !== undefined) {
    document = overlay(document, readDocument(request.config, flagName(kind, "config")));
  }
  faults.push(...document.faults);
  if (document.faults.length === 0 && !isJsonObject(document.value)) {
    faults.push({ path: [], reason: "type", message: "expected a mapping at the top of the file" });
  }
  const folder = file === undefined ? "." : posix.dirname(file.replaceAll("\\", "/"));
  const toml = ["secrets.toml", "config.toml"].map((name) => {
    const paths = [...new Set([posix.join(folder, ".dlt", name), posix.join(".dlt", name)])];
    const path = paths.find((one) => readText(one) !== undefined) ?? posix.join(".dlt", name);
    return readToml(readText(path), path);
  });
  for (const one of toml) faults.push(...one.faults);
  return { ...(file === undefined ? {} : { file }), document, toml, faults };
}

function absentFile(file: string, kind: "action" | "cli"): ReportedFault {
  const isPath = /[/\\]|\.(?:ya?ml|json)$/i.test(file);
  const guess = isPath ? undefined : nearest(file, BUILT_IN_SOURCES);
  return {
    path: [],
    reason: "missing_file",
    message: isPath
      ? `the pipeline file ${JSON.stringify(file)} does not exist`
      : `${JSON.stringify(file)} is neither a built-in source nor a pipeline file`,
    suggestion: guess === undefined ? `built in: ${BUILT_IN_SOURCES.join(", ")}` : `did you mean "${guess}"?`,
    origin: flagName(kind, "source"),
  };
}
