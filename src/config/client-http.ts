import type { SettingTrace } from "../core/setting-trace.ts";
import { RANKS, type Rank } from "./layers.ts";
import { traceOf } from "./resolve.ts";
import type { ClientHttp } from "./rest-api/http-shape.ts";
import type { SettingName } from "./settings.ts";

/** Keys of `client.http`, and the settings that say the same for any source. */
const SAME: readonly (readonly [key: keyof ClientHttp, setting: SettingName])[] = [
  ["timeout", "idle-timeout"],
  ["max_attempts", "max-attempts"],
  ["backoff_factor", "backoff-factor"],
  ["max_delay", "max-retry-wait"],
  ["concurrency", "max-in-flight"],
  ["ca_file", "ca-certificate"],
];

/**
 * The settings that `client.http` of a source decides: those that it names, unless an input, a flag, the environment or
 * the top of the file gives them. What stands in `.toml` files does not win.
 */
export function decidedByClient(
  http: ClientHttp | null | undefined,
  ranks: ReadonlyMap<SettingName, Rank>,
): ReadonlySet<SettingName> {
  return new Set(pairs(http, ranks).map(([, setting]) => setting));
}

/** The traces of settings with the values of `client.http` where they count. `from`: where a key of it stands. */
export function tracesWithClient(
  traces: readonly SettingTrace[],
  http: ClientHttp | null | undefined,
  ranks: ReadonlyMap<SettingName, Rank>,
  from: (key: string) => string,
): readonly SettingTrace[] {
  const decided = pairs(http, ranks);
  const names = new Set<string>(decided.map(([, setting]) => setting));
  return [
    // Attempts of load transactions stay those of the setting.
    ...traces.filter(({ key }) => !names.has(key) || key === "max-attempts"),
    ...decided.map(([key]) => traceOf(`client.http.${key}`, http?.[key], from(key), false)),
  ];
}

function pairs(
  http: ClientHttp | null | undefined,
  ranks: ReadonlyMap<SettingName, Rank>,
): readonly (readonly [key: keyof ClientHttp, setting: SettingName])[] {
  return SAME.filter(([key, setting]) => {
    return (http?.[key] ?? null) !== null && (ranks.get(setting) ?? RANKS.default) > RANKS.file;
  });
}
