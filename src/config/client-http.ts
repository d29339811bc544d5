import { RANKS, type Rank } from "./layers.ts";
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
  const decided = SAME.filter(([key, setting]) => {
    return (http?.[key] ?? null) !== null && (ranks.get(setting) ?? RANKS.default) > RANKS.file;
  });
  return new Set(decided.map(([, setting]) => setting));
}
