import type { JsonValue } from "../core/json.ts";
import { type TomlFile, tomlValue } from "./toml.ts";

/** The texts that settings come from, and the names under which dlt looks things up. */
export interface Layers {
  readonly kind: "action" | "cli";
  /** Inputs or flags by setting name; empty ones left out. */
  readonly flags: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `.dlt/secrets.toml`, then `.dlt/config.toml`. */
  readonly toml: readonly TomlFile[];
  /** The source's name without a trailing `_source`. */
  readonly section: string;
  readonly sourceName: string;
  /** Undefined while the pipeline's own name is looked up. */
  readonly pipeline?: string;
}

/** Lower wins: input or flag, environment, file, `.dlt/*.toml`, default. */
export const RANKS = { flag: 0, environment: 1, file: 2, toml: 3, default: 4 } as const;

export type Rank = number;

/** A value and where it came from. */
export interface Found {
  readonly value: JsonValue;
  readonly rank: Rank;
  /** `flag --dataset-name`, `environment SOURCES__GITLAB__TOKEN`, `.dlt/secrets.toml [sources.gitlab] token`, ... */
  readonly from: string;
}

/** The input or flag of a setting, under its name or one of its aliases. */
export function fromFlags(layers: Layers, names: readonly string[]): Found | undefined {
  for (const name of names) {
    const value = layers.flags[name];
    if (value !== undefined) return { value, rank: RANKS.flag, from: flagName(layers.kind, name) };
  }
  return undefined;
}

export function flagName(kind: "action" | "cli", name: string): string {
  return kind === "action" ? `input ${name}` : `flag --${name}`;
}

/** The first environment variable that is set and not empty. */
export function fromEnvironment(layers: Layers, dotted: readonly string[]): Found | undefined {
  for (const path of lookupPaths(layers, dotted)) {
    const variable = environmentName(path);
    const value = layers.environment[variable];
    if (value !== undefined && value !== "") {
      return { value, rank: RANKS.environment, from: `environment ${variable}` };
    }
  }
  return undefined;
}

/** The first value in `.dlt/secrets.toml`, else in `.dlt/config.toml`. */
export function fromToml(layers: Layers, dotted: readonly string[]): Found | undefined {
  for (const file of layers.toml) {
    for (const path of lookupPaths(layers, dotted)) {
      const value = tomlValue(file, path);
      if (value !== undefined) return { value, rank: RANKS.toml, from: tomlName(file.name, path) };
    }
  }
  return undefined;
}

/** `SOURCES__GITLAB__TOKEN` */
export function environmentName(path: readonly string[]): string {
  return path.join("__").toUpperCase();
}

function tomlName(file: string, path: readonly string[]): string {
  const table = path.slice(0, -1).join(".");
  return `${file}${table === "" ? "" : ` [${table}]`} ${path.at(-1)}`;
}

/** dlt: each provider is asked under the pipeline's name first, then without it. */
export function lookupPaths(layers: Layers, dotted: readonly string[]): readonly (readonly string[])[] {
  const plain = dotted.map((path) =>
    path.split(".").map((part) => {
      if (part === "<section>") return layers.section;
      if (part === "<source>") return layers.sourceName;
      return part === "<pipeline>" ? (layers.pipeline ?? "") : part;
    }),
  );
  const usable = plain.filter((path) => !path.includes(""));
  const pipeline = layers.pipeline;
  return pipeline === undefined ? usable : [...usable.map((path) => [pipeline, ...path]), ...usable];
}
