import { ConfigError } from "../../../core/errors.ts";
import type { Method } from "../../../generate/reading/read-endpoints.ts";
import type { Flags } from "../command.ts";
import type { DocumentPlace } from "./read-source.ts";

/** The flags of `sluice generate`. */
export interface GenerateFlags {
  readonly place: DocumentPlace | undefined;
  /** A configuration file of dlt-init-openapi. */
  readonly config: string | undefined;
  readonly outputPath: string;
  /** Patterns; undefined: not given. */
  readonly endpoints: readonly string[] | undefined;
  /** Undefined: not given. */
  readonly methods: readonly Method[] | undefined;
  readonly nameByOperation: boolean;
  /** Pages of each list; 0: all; undefined: not given. */
  readonly globalLimit: number | undefined;
  readonly format: "yaml" | "json";
  readonly interactive: boolean;
  readonly compat: boolean;
  readonly allowOpenapi2: boolean;
  readonly explain: boolean;
  readonly update: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

/** Reads the flags of the command; what is left are settings of the network. Throws `E_INPUT`. */
export function readFlags(given: Flags): { readonly flags: GenerateFlags; readonly network: Flags } {
  const { path, url, config, outputPath, endpoints, methods, nameByOperation, globalLimit, ...others } = given;
  const { format, interactive, compat, allowOpenapi2, explain, update, force, json, ...network } = others;
  if (path !== undefined && url !== undefined) throw refuse("--path and --url name two documents", "Give one of them.");
  for (const [flag, value] of Object.entries({ path, url, config })) {
    if (String(value ?? "-").trim() === "")
      throw refuse(`--${flag} is empty`, `Give it a value: --${flag} ${flag === "url" ? "URL" : "FILE"}.`);
  }
  if (update === true && force === true) {
    throw refuse("--update and --force exclude each other", "--update keeps your changes, --force does not.");
  }
  const limit = globalLimit === undefined ? undefined : String(globalLimit);
  if (limit !== undefined && !/^\d{1,9}$/.test(limit)) {
    throw refuse(`--global-limit: expected a whole number, found ${JSON.stringify(limit)}`, "Write --global-limit 2.");
  }
  return {
    network,
    flags: {
      place: path !== undefined ? { path: String(path) } : url !== undefined ? { url: String(url) } : undefined,
      config: config === undefined ? undefined : String(config),
      outputPath: String(outputPath),
      endpoints: endpoints === undefined ? undefined : words(String(endpoints), /[,\n]/),
      methods: methods === undefined ? undefined : readMethods(String(methods)),
      nameByOperation: nameByOperation === true,
      globalLimit: limit === undefined ? undefined : Number(limit),
      format: format === "json" ? "json" : "yaml",
      interactive: interactive !== false,
      compat: compat === true,
      allowOpenapi2: allowOpenapi2 === true,
      explain: explain === true,
      update: update === true,
      force: force === true,
      json: json === true,
    },
  };
}

function readMethods(text: string): readonly Method[] {
  return words(text, /[,\s]/).map((word) => {
    const method = METHODS.find((one) => one === word.toLowerCase());
    if (method !== undefined) return method;
    throw refuse(
      `--methods: expected ${METHODS.join(", ")}, found ${JSON.stringify(word)}`,
      "Write --methods get,post.",
    );
  });
}

function words(text: string, between: RegExp): readonly string[] {
  return text
    .split(between)
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

const METHODS: readonly Method[] = ["get", "post", "put", "patch"];

function refuse(message: string, hint: string): ConfigError {
  return new ConfigError("E_INPUT", message, { step: "config", hint });
}
