import { isSecretKey } from "../../config/secret-keys.ts";

/**
 * Whether the name of an environment variable says that it holds a credential: `SOURCES__GITLAB__TOKEN`,
 * `DESTINATION__POSTGRES__CREDENTIALS`, `PGPASSWORD`, `DATABASE_URL`. A variable of dlt's kind is judged by its last part.
 */
export function isSecretVariable(name: string): boolean {
  if (name === "PGPASSWORD" || name === "DATABASE_URL") return true;
  const parts = name.toLowerCase().split("__");
  // `CREDENTIALS` alone is dlt's shortest name; `..._CREDENTIALS__HOST` is a part that is no secret.
  return isSecretKey(parts.at(-1)) && (parts.length > 1 || parts[0] === "credentials");
}

/** Values of such variables, and proxies with their credentials; masked before anything is printed. */
export function secretVariableValues(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined || value.trim() === "") return [];
    return isSecretVariable(name) ? [value] : proxySecrets(name, value);
  });
}

/** A proxy with a credential, in the two ways in which it can be written. */
function proxySecrets(name: string, value: string): readonly string[] {
  if (!/^https?_proxy$/i.test(name) || !value.includes("@")) return [];
  // Without a scheme nothing would tell that there is a password in it.
  return value.includes("://") ? [value] : [value, `http://${value}`];
}
