/** The forms in which a secret could leave, and the places where to look for them. Written down apart from the product's own list. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TestDatabase } from "../support/postgres.ts";

/** Text by where it was found. */
export type Sinks = Readonly<Record<string, string>>;

/** The eight forms of section 6, with their spellings. `user` is what stands before it in `user:password`. */
export function formsOf(secret: string, user: string): readonly string[] {
  const component = encodeURIComponent(secret);
  const strict = component.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const encoded = [
    component,
    strict,
    strict.replaceAll("%20", "+"),
    new URLSearchParams({ v: secret }).toString().slice(2),
  ];
  const base64 = (text: string) => [Buffer.from(text).toString("base64"), Buffer.from(text).toString("base64url")];
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    ...new Set([
      secret,
      secret.trim(),
      ...secret.split("\n"),
      ...encoded,
      ...encoded.map((form) => form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())),
      ...base64(secret),
      ...base64(`${user}:${secret}`),
      json,
      json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
      JSON.stringify(json).slice(1, -1),
      secret.replaceAll("'", "''"),
    ]),
  ];
}

/** `sink: form`, for every form that stands in a sink; bytes that were read as latin1 are compared as such too. */
export function leaks(sinks: Sinks, forms: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const [sink, text] of Object.entries(sinks))
    for (const form of forms)
      if (text.includes(form) || text.includes(Buffer.from(form).toString("latin1")))
        found.push(`${sink}: ${form} in ${around(text, form)}`);
  return found;
}

function around(text: string, form: string): string {
  const at = Math.max(0, text.indexOf(form));
  return JSON.stringify(text.slice(Math.max(0, at - 80), at + form.length + 40));
}

/** Every file below a folder, names included. */
export function filesBelow(folder: string, except: readonly string[] = []): Sinks {
  const sinks: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, name);
    if (except.includes(name) || !statSync(file).isFile()) continue;
    sinks[name] = `${name}\n${readFileSync(file, "latin1")}`;
  }
  return sinks;
}

/** All rows of all tables, names of tables and columns, comments, and what sessions tell about themselves. */
export async function databaseSinks(database: TestDatabase): Promise<Sinks> {
  const sinks: Record<string, string> = {};
  const tables = await database.query(
    "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
  );
  for (const { name } of tables) {
    const rows = await database.query(`SELECT string_agg(t::text, E'\\n') AS text FROM ${name} t`);
    sinks[`table ${name}`] = rows[0]?.text ?? "";
  }
  const catalog = await database.query(
    "SELECT string_agg(concat_ws(' ', table_name, column_name), E'\\n') AS text FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
  );
  sinks["names in the database"] = catalog[0]?.text ?? "";
  const activity = await database.query(
    "SELECT string_agg(concat_ws(' ', application_name, query), E'\\n') AS text FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
  );
  sinks.pg_stat_activity = activity[0]?.text ?? "";
  return sinks;
}
