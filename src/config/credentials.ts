import { Double, isJsonObject, type JsonValue } from "../core/json.ts";
import type { ReportedFault } from "./config-error.ts";
import { type Found, fromEnvironment, fromToml, type Layers, RANKS } from "./layers.ts";

export interface Credentials {
  /** A PostgreSQL URL. */
  readonly found?: Found;
  readonly faults: readonly ReportedFault[];
}

const WHOLE = ["destination.postgres.credentials", "destination.credentials", "credentials"];
const PART_SECTIONS = ["destination.postgres.credentials", "destination.postgres", "destination.credentials"];
const PARTS = ["host", "port", "database", "username", "password", "connect_timeout"] as const;

type Part = (typeof PARTS)[number];

/**
 * The connection string: an input or flag, else a whole URL or its components in the environment, the file and
 * `.dlt/*.toml`. Components may be spread over these layers (the password in the environment, the rest in
 * `config.toml`); a URL without a password takes one that is given as a component.
 *
 * dlt: a whole URL wins over components wherever it stands; here host or database of a higher layer win over it.
 */
export function findCredentials(layers: Layers, given: Found | undefined): Credentials {
  const whole = [given, fromEnvironment(layers, WHOLE), wholeFromToml(layers)]
    .filter((found) => found !== undefined)
    .toSorted((a, b) => a.rank - b.rank)[0];
  if (whole?.rank === RANKS.flag) return { found: normalized(whole), faults: [] };

  const parts = new Map<Part, Found>();
  for (const part of PARTS) {
    const names = PART_SECTIONS.map((section) => `${section}.${part}`);
    const found = fromEnvironment(layers, names) ?? fromToml(layers, names);
    if (found !== undefined && scalarText(found.value) !== undefined) parts.set(part, found);
  }
  const partsRank = Math.min(
    ...[parts.get("host"), parts.get("database")].map((found) => found?.rank ?? RANKS.default),
  );
  if (whole !== undefined && whole.rank <= partsRank) {
    return { found: withPassword(normalized(whole), parts.get("password")), faults: [] };
  }
  return parts.has("host") || parts.has("database") ? fromParts(parts) : { faults: [] };
}

/** The names to mention when nothing was found. */
export const CREDENTIAL_NAMES = "DESTINATION__POSTGRES__CREDENTIALS";

function wholeFromToml(layers: Layers): Found | undefined {
  // A table under the same name holds components.
  const files = layers.toml.map((file) => fromToml({ ...layers, toml: [file] }, WHOLE));
  return files.find((found) => found !== undefined && !isJsonObject(found.value));
}

function fromParts(parts: ReadonlyMap<Part, Found>): Credentials {
  const text = (part: Part): string | undefined => scalarText(parts.get(part)?.value);
  const missing = (["host", "database", "username"] as const).filter((part) => text(part) === undefined);
  // Of a `.toml` file the table says enough.
  const origins = [...new Set([...parts.values()].map(({ from }) => from.replace(/(\]) \w+$/, "$1")))];
  if (missing.length > 0) {
    const fault: ReportedFault = {
      path: [],
      reason: "missing_key",
      message: `the credentials of the destination lack ${missing.join(" and ")}`,
      suggestion: `set ${missing.map((part) => `${CREDENTIAL_NAMES}__${part.toUpperCase()}`).join(" and ")}`,
      origin: origins[0] ?? CREDENTIAL_NAMES,
    };
    return { faults: [fault] };
  }
  const password = text("password");
  const user = encodeURIComponent(text("username") ?? "") + (password === undefined ? "" : `:${encode(password)}`);
  const host = text("host") ?? "";
  const address = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const timeout = text("connect_timeout");
  const query = timeout === undefined ? "" : `?connect_timeout=${encode(timeout)}`;
  const url = `postgresql://${user}@${address}:${text("port") ?? "5432"}/${encode(text("database") ?? "")}${query}`;
  const rank = Math.min(...[...parts.values()].map((found) => found.rank));
  return { found: { value: url, rank, from: origins.join(", ") }, faults: [] };
}

/** dlt: `postgresql+psycopg2://` is SQLAlchemy's way to name a driver. */
function normalized(found: Found): Found {
  if (typeof found.value !== "string") return found;
  return { ...found, value: found.value.trim().replace(/^postgres(?:ql)?\+\w+:/, "postgresql:") };
}

function withPassword(found: Found, password: Found | undefined): Found {
  const text = scalarText(password?.value);
  if (text === undefined || password === undefined || typeof found.value !== "string") return found;
  const match = /^(postgres(?:ql)?:\/\/[^:@/?#]+)(@.*)$/s.exec(found.value);
  if (match === null) return found;
  return { ...found, value: `${match[1]}:${encode(text)}${match[2]}`, from: `${found.from}, ${password.from}` };
}

// dlt: surrounding blanks of a password are removed.
function encode(text: string): string {
  return encodeURIComponent(text.trim());
}

function scalarText(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (value instanceof Double) return value.lexeme ?? String(value.value);
  return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}
