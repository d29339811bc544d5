import { isJsonObject, type JsonValue, setOwn } from "../core/json.ts";
import type { Path } from "./document.ts";
import type { Fault } from "./fault.ts";
import { isSecretPath } from "./secret-keys.ts";
import type { TomlFile } from "./toml.ts";
import { tomlOfVariable } from "./toml-variable.ts";

export interface Expansion {
  readonly value: JsonValue;
  /** References to variables that are not set, or that cannot be read. */
  readonly faults: readonly Fault[];
  /** Variables used, by the path of the text (as JSON), in order. */
  readonly used: ReadonlyMap<string, string>;
  /** Values that must not be shown: used for a secret key, a header or authentication, or of a variable named so. */
  readonly secrets: readonly string[];
}

const REFERENCE = /\$\{env:([^}]*)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SECRET_VARIABLE = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|_KEY|APIKEY|_PAT$/i;

/**
 * Replaces `${env:NAME}` in every text of a configuration by the variable's value. What comes from a variable is not
 * looked at again. Keys are left alone. A variable that is not set and is named as dlt names a setting
 * (`SOURCES__SHOP__KEY`) is looked up in dlt's files, as dlt itself does.
 */
export function expandReferences(
  value: JsonValue,
  environment: Readonly<Record<string, string | undefined>>,
  toml: readonly TomlFile[] = [],
): Expansion {
  const faults: Fault[] = [];
  const used = new Map<string, string>();
  const secrets: string[] = [];

  const expandText = (text: string, path: Path): string =>
    text.replace(REFERENCE, (whole, variable: string) => {
      if (!VARIABLE.test(variable)) {
        faults.push({ path, reason: "type", message: `${JSON.stringify(variable)} is no name of a variable` });
        return whole;
      }
      const content = environment[variable] || tomlOfVariable(toml, variable);
      if (content === undefined || content === "") {
        faults.push({ path, reason: "missing_secret", message: `the environment variable ${variable} is not set` });
        return "";
      }
      used.set(JSON.stringify(path), variable);
      if (isSecretPath(path) || path.includes("headers") || path.includes("auth") || SECRET_VARIABLE.test(variable)) {
        secrets.push(content);
      }
      return content;
    });

  const expand = (item: JsonValue, path: Path): JsonValue => {
    if (typeof item === "string") return item.includes("${env:") ? expandText(item, path) : item;
    if (Array.isArray(item)) return item.map((part, index) => expand(part, [...path, index]));
    if (!isJsonObject(item)) return item;
    const object: { [key: string]: JsonValue } = {};
    for (const [key, part] of Object.entries(item)) setOwn(object, key, expand(part, [...path, key]));
    return object;
  };

  return { value: expand(value, []), faults, used, secrets };
}
