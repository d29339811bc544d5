import type { Settings } from "../../config/settings.ts";
import type { DataRules } from "../../normalize/data-rules.ts";

/** The settings about single values, as normalize reads them. */
export function dataRules(
  settings: Pick<Settings, "onNullKey" | "onBigInteger" | "reservedFields" | "compat">,
): DataRules {
  const { onNullKey, onBigInteger, reservedFields, compat } = settings;
  return { onNullKey, onBigInteger, reservedFields, refuseSurrogates: compat === "strict" };
}
