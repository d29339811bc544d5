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

/** Values of such variables; masked before anything is printed. */
export function secretVariableValues(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value.trim() !== "" && isSecretVariable(name) ? [value] : [],
  );
}
