import { ConfigError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";

/** A connection as written by the user, defaults not yet filled in. */
export interface ConnectionParts {
  readonly hosts: readonly HostPort[];
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  readonly database: string | undefined;
  /** Parameters after the question mark and from `PG*` variables, all of them known. */
  readonly parameters: ReadonlyMap<Parameter, string>;
}

export interface HostPort {
  /** Name, address without brackets, or the folder of a unix socket. */
  readonly host: string;
  readonly port: number | undefined;
}

const PARAMETERS = [
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "sslpassword",
  "sslnegotiation",
  "channel_binding",
  "target_session_attrs",
  "connect_timeout",
  "application_name",
  "options",
  "passfile",
] as const;

export type Parameter = (typeof PARAMETERS)[number];

/** Parameters that stand for a part of the URL. */
const PARTS = ["host", "port", "user", "password", "dbname"] as const;

/** Parameters of libpq or node-postgres whose only accepted values change nothing here. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  client_encoding: ["utf8", "utf-8", "auto"],
  gssencmode: ["disable", "prefer"],
  uselibpqcompat: ["true", "false"],
};

/**
 * Reads a PostgreSQL URL: `postgresql://user:password@host:port/database?sslmode=verify-full`, also with several hosts,
 * `[::1]`, a socket folder as host, and parts given as parameters. Unknown parameters are errors.
 *
 * The text is never part of an error, because it holds the password. Throws `E_INPUT`.
 */
export function parseConnectionString(text: Secret): ConnectionParts {
  const match = /^(?:postgres|postgresql)(?:\+[a-z0-9]+)?:\/\/(.*)$/s.exec(text.reveal().trim());
  if (match === null) throw fault("it does not start with postgresql://");
  const rest = match[1] ?? "";
  // As libpq: the authority ends at the first slash or question mark, so these must be percent-encoded in a password.
  const end = rest.search(/[/?]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const path = end < 0 ? "" : rest.slice(end);
  const question = path.indexOf("?");
  const parameters = readParameters(question < 0 ? "" : path.slice(question + 1));
  const database = question < 0 ? path.slice(1) : path.slice(1, Math.max(1, question));

  const at = authority.lastIndexOf("@");
  const userInfo = at < 0 ? "" : authority.slice(0, at);
  const colon = userInfo.indexOf(":");
  const user = decode(colon < 0 ? userInfo : userInfo.slice(0, colon), "user");
  const password = colon < 0 ? "" : decode(userInfo.slice(colon + 1), "password");

  const part = (name: (typeof PARTS)[number]): string | undefined => parameters.parts.get(name);
  const finalPassword = part("password") ?? password;
  return {
    hosts: readHosts(authority.slice(at + 1), part("host"), part("port")),
    user: filled(part("user") ?? user),
    password: finalPassword === "" ? undefined : new Secret(finalPassword),
    database: filled(part("dbname") ?? decode(database, "database")),
    parameters: parameters.known,
  };
}

function readHosts(
  authority: string,
  hostParameter: string | undefined,
  portParameter: string | undefined,
): readonly HostPort[] {
  const ports = (portParameter ?? "").split(",");
  const written =
    hostParameter === undefined ? authority.split(",").map(readHost) : hostParameter.split(",").map(plain);
  return written
    .filter((one) => one.host !== "" || one.port !== undefined)
    .map((one, index) => {
      const port = ports[index] ?? ports[0] ?? "";
      return { host: one.host, port: one.port ?? (port === "" ? undefined : readPort(port)) };
    });
}

function plain(host: string): HostPort {
  return { host, port: undefined };
}

function readHost(text: string): HostPort {
  const bracket = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracket !== null) return { host: bracket[1] ?? "", port: optionalPort(bracket[2]) };
  const colon = text.lastIndexOf(":");
  if (colon < 0) return { host: decode(text, "host"), port: undefined };
  if (text.indexOf(":") !== colon) throw fault("an IPv6 address must stand in brackets: [::1]");
  return { host: decode(text.slice(0, colon), "host"), port: optionalPort(text.slice(colon + 1)) };
}

function optionalPort(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : readPort(text);
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port < 1 || port > 65535) {
    throw fault("the port is not a number from 1 to 65535 (a password with @ : / ? # % must be percent-encoded)");
  }
  return port;
}

function readParameters(query: string): {
  readonly known: ReadonlyMap<Parameter, string>;
  readonly parts: ReadonlyMap<(typeof PARTS)[number], string>;
} {
  const known = new Map<Parameter, string>();
  const parts = new Map<(typeof PARTS)[number], string>();
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), "parameter name");
    const value = equals < 0 ? "" : decode(pair.slice(equals + 1), `value of ${name.slice(0, 40)}`);
    const part = PARTS.find((one) => one === name);
    const parameter = PARAMETERS.find((one) => one === name);
    if (part !== undefined) parts.set(part, value);
    else if (parameter !== undefined) known.set(parameter, value);
    else if (!(HARMLESS[name] ?? []).includes(value.toLowerCase())) throw unknownParameter(name);
  }
  return { known, parts };
}

function unknownParameter(name: string): ConfigError {
  const known = [...PARAMETERS, ...PARTS].join(", ");
  // A name that looks like no parameter may be the rest of a password with a raw question mark.
  const shown = /^[a-z_]{1,40}$/.test(name) ? ` ${name}` : "";
  return fault(`the parameter${shown} is not supported`, `Use only: ${known}.`);
}

/** Percent-decodes strictly, so that a raw percent sign in a password is found instead of changed. */
function decode(text: string, what: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(text))
    throw fault(`the ${what} has a % that starts no percent-encoding; write it as %25`);
  try {
    return decodeURIComponent(text);
  } catch {
    throw fault(`the ${what} has a percent-encoding that is not UTF-8`);
  }
}

function filled(text: string): string | undefined {
  return text === "" ? undefined : text;
}

function fault(why: string, hint?: string): ConfigError {
  return new ConfigError("E_INPUT", `the connection string cannot be used: ${why}`, {
    step: "config",
    reason: "connection_string",
    hint: hint ?? "Write postgresql://USER:PASSWORD@HOST:5432/DATABASE, special characters percent-encoded.",
  });
}
