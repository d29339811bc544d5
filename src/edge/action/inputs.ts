import { isSecretKey } from "../../config/secret-keys.ts";
import { settingEntries } from "../../config/settings.ts";
import { secretVariableValues } from "../shared/secret-variables.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * All inputs by name, as the runner hands them over (`INPUT_BASE-URL` is `base-url`). Also those that nobody declared:
 * the configuration names them as a fault instead of ignoring what the user meant.
 */
export function readInputs(environment: Environment): Readonly<Record<string, string>> {
  const inputs: Record<string, string> = {};
  for (const [key, value] of Object.entries(environment)) {
    if (!key.startsWith("INPUT_") || value === undefined) continue;
    const name = key.slice("INPUT_".length).toLowerCase();
    inputs[name] = isSecretInput(name) ? value.trim() : value;
  }
  return inputs;
}

/**
 * The values that must be masked before anything else happens: secret inputs, and variables whose name says that they
 * hold a credential (`SOURCES__GITLAB__TOKEN`, `DESTINATION__POSTGRES__CREDENTIALS`, `PGPASSWORD`, `DATABASE_URL`), and proxies with
 * a password.
 */
export function secretValues(environment: Environment): readonly string[] {
  const values = new Set<string>();
  const variables: Record<string, string | undefined> = {};
  for (const [key, value] of Object.entries(environment)) {
    if (value === undefined || value.trim() === "") continue;
    if (!key.startsWith("INPUT_")) variables[key] = value;
    else if (isSecretInput(key.slice("INPUT_".length).toLowerCase())) values.add(value);
  }
  for (const value of secretVariableValues(variables)) values.add(value);
  return [...values];
}

function isSecretInput(name: string): boolean {
  return SECRET_INPUTS.has(name) || isSecretKey(name);
}

const SECRET_INPUTS: ReadonlySet<string> = new Set(
  settingEntries()
    .filter(([, spec]) => spec.secret === true)
    .map(([name]): string => name),
);
