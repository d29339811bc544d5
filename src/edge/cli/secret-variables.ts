import { isSecretKey } from "../../config/secret-keys.ts";

/** Values of environment variables whose name says that they hold a credential; masked before anything is printed. */
export function secretVariables(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const values: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || value.trim().length < 4) continue;
    const key = name.toLowerCase();
    const last = key.split("__").at(-1) ?? key;
    const isUrl = key === "database_url" || last === "credentials" || key.endsWith("connection_string");
    if (isUrl || key === "pgpassword" || (key.includes("__") && isSecretKey(last))) values.push(value);
  }
  return values;
}
