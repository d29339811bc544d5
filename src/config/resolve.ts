import { z } from "zod";
import { Double, getOwn, type JsonObject, type JsonValue } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import type { SettingTrace } from "../core/setting-trace.ts";
import { isPem } from "./ca-certificate.ts";
import type { ReportedFault } from "./config-error.ts";
import { findCredentials } from "./credentials.ts";
import { faultsFromZod } from "./explain.ts";
import { type Found, fromEnvironment, fromFlags, fromToml, type Layers, RANKS, type Rank } from "./layers.ts";
import { withoutUserInfo } from "./secret-keys.ts";
import type { Setting } from "./setting.ts";
import { camelCase, fileKeyOf, type SettingName, type Settings, settingEntries } from "./settings.ts";

/** The file-level keys of a pipeline file, and where each stands. */
export interface FileValues {
  readonly values: JsonObject;
  /** `gitlab.yaml:3` */
  readonly from: (key: string) => string;
}

export interface ResolvedSettings {
  readonly settings: Settings;
  /** Rank of the layer that gave each setting; `default` when nobody did. */
  readonly ranks: ReadonlyMap<SettingName, Rank>;
  readonly traces: readonly SettingTrace[];
  readonly secrets: readonly Secret[];
  /** Faults of inputs, flags, variables and `.toml` files; those of the file are found by its shape. */
  readonly faults: readonly ReportedFault[];
}

/**
 * Gives every setting its value: input or flag, then environment, then the pipeline file, then `.dlt/secrets.toml`,
 * then `.dlt/config.toml`, then the default. All faults are collected.
 */
export function resolveSettings(layers: Layers, file: FileValues): ResolvedSettings {
  const values: Record<string, unknown> = {};
  const ranks = new Map<SettingName, Rank>();
  const traces: SettingTrace[] = [];
  const secrets: Secret[] = [];
  const faults: ReportedFault[] = [];

  for (const [name, spec] of settingEntries()) {
    let found = findSetting(layers, name, spec, file);
    if (name === "connection-string") {
      const credentials = findCredentials(layers, found?.rank === RANKS.toml ? undefined : found);
      found = credentials.found;
      faults.push(...credentials.faults);
    }
    const read = found === undefined ? undefined : readValue(name, spec, found);
    faults.push(...(read?.faults ?? []));
    const value = read === undefined ? spec.default : read.value;
    values[camelCase(name)] = value;
    ranks.set(name, found?.rank ?? RANKS.default);
    if (value instanceof Secret) secrets.push(value);
    // Inline configuration may hold secrets; what it sets is traced by its own keys.
    const isLong = name === "config" || (typeof value === "string" && isPem(value));
    const shown = isLong && value !== undefined ? "given" : value;
    if (shown !== undefined) traces.push(traceOf(name, shown, found?.from ?? "default", spec.secret === true));
  }
  // Each value was checked by its setting's schema, from whose type that of its member follows.
  return { settings: values as Settings, ranks, traces, secrets, faults };
}

/** One setting's raw value from the highest layer that has it. */
export function findSetting(
  layers: Layers,
  name: SettingName,
  spec: Setting<unknown>,
  file: FileValues,
): Found | undefined {
  const dotted = spec.dlt ?? [];
  return (
    fromFlags(layers, [name, ...(spec.aliases ?? [])]) ??
    fromEnvironment(layers, dotted) ??
    fromFile(name, file) ??
    fromToml(layers, dotted)
  );
}

function fromFile(name: SettingName, file: FileValues): Found | undefined {
  const key = fileKeyOf(name);
  const value = key === undefined ? undefined : getOwn(file.values, key);
  if (key === undefined || value === undefined || value === null) return undefined;
  return { value, rank: RANKS.file, from: file.from(key) };
}

function readValue(
  name: SettingName,
  spec: Setting<unknown>,
  found: Found,
): { readonly value: unknown; readonly faults: readonly ReportedFault[] } {
  const key = name.replaceAll("-", "_");
  const shape = z.object({ [key]: spec.kind.schema });
  for (const candidate of candidates(spec, found)) {
    const parsed = shape.safeParse({ [key]: candidate });
    if (parsed.success) return { value: parsed.data[key], faults: [] };
  }
  // The file's own shape reports what is wrong in the file.
  if (found.rank === RANKS.file) return { value: spec.default, faults: [] };
  const input = { [key]: candidates(spec, found)[0] };
  const { error } = shape.safeParse(input);
  const faults = error === undefined ? [] : faultsFromZod(error, input);
  return { value: spec.default, faults: faults.map((fault) => ({ ...fault, origin: found.from })) };
}

/** Text is read by the setting's kind; a number where text is wanted (an id, a password) is taken as its text. */
function candidates(spec: Setting<unknown>, found: Found): readonly unknown[] {
  const { value } = found;
  if (typeof value === "string") return [found.rank === RANKS.file ? value : spec.kind.fromText(value)];
  const plain = value instanceof Double ? value.value : value;
  return typeof plain === "number" || typeof plain === "bigint" ? [plain, String(plain)] : [plain];
}

export function traceOf(key: string, value: unknown, from: string, secret: boolean): SettingTrace {
  return { key, from, secret, value: secret ? "***" : traceText(value) };
}

function traceText(value: unknown): string {
  return withoutUserInfo(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

/** File-level values as the kinds of their settings read them, where they came from a variable and so are text. */
export function readReferencedValues(values: JsonObject, used: ReadonlyMap<string, string>): JsonObject {
  const result: Record<string, JsonValue> = { ...values };
  for (const [name, spec] of settingEntries()) {
    const key = fileKeyOf(name);
    const value = key === undefined ? undefined : getOwn(values, key);
    if (key === undefined || typeof value !== "string" || !used.has(JSON.stringify([key]))) continue;
    const read = spec.kind.fromText(value);
    if (typeof read === "number" || typeof read === "boolean") result[key] = read;
  }
  return result;
}
