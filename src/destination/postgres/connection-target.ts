import { ConfigError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { ConnectionParts, Parameter } from "./connection-string.ts";
import { readTls, type TlsSettings } from "./tls.ts";

/** Everything needed to connect, defaults filled in. */
export interface ConnectionTarget {
  readonly hosts: readonly { readonly host: string; readonly port: number; readonly tls: TlsSettings }[];
  readonly user: string;
  readonly password: Secret | undefined;
  readonly database: string;
  readonly applicationName: string | undefined;
  /** Milliseconds for one connection attempt. */
  readonly connectTimeout: number;
  readonly readWrite: boolean;
  readonly requireChannelBinding: boolean;
  readonly channelBinding: boolean;
  readonly directTls: boolean;
  /** Settings of the parameter `options`, to be made with SET LOCAL: poolers refuse them at start-up. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  readonly passfile: string | undefined;
}

export interface TargetOptions {
  /** `PG*` variables, used where the connection string says nothing, as libpq does. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly allowInsecure: boolean;
  /** PEM text that wins over `sslrootcert`. */
  readonly caCertificate: string | undefined;
}

const VARIABLES: readonly (readonly [string, Parameter])[] = [
  ["PGSSLMODE", "sslmode"],
  ["PGSSLROOTCERT", "sslrootcert"],
  ["PGSSLCERT", "sslcert"],
  ["PGSSLKEY", "sslkey"],
  ["PGSSLNEGOTIATION", "sslnegotiation"],
  ["PGCHANNELBINDING", "channel_binding"],
  ["PGTARGETSESSIONATTRS", "target_session_attrs"],
  ["PGCONNECT_TIMEOUT", "connect_timeout"],
  ["PGAPPNAME", "application_name"],
  ["PGOPTIONS", "options"],
  ["PGPASSFILE", "passfile"],
];

/** Fills in defaults and checks every value. Throws `E_INPUT`, or `E_UNSAFE_URL` for an unprotected connection. */
export function connectionTarget(parts: ConnectionParts, options: TargetOptions): ConnectionTarget {
  const { environment } = options;
  const parameters = new Map<Parameter, string>();
  for (const [variable, name] of VARIABLES) {
    const value = environment[variable];
    if (value !== undefined && value !== "") parameters.set(name, value);
  }
  for (const [name, value] of parts.parameters) parameters.set(name, value);

  const user = parts.user ?? environment.PGUSER ?? environment.USER;
  if (user === undefined || user === "") throw fault("it names no user");
  const written = parts.hosts.length > 0 ? parts.hosts : [{ host: environment.PGHOST ?? "localhost", port: undefined }];
  const defaultPort = Number(environment.PGPORT ?? "5432");
  const password = parts.password ?? (environment.PGPASSWORD ? new Secret(environment.PGPASSWORD) : undefined);
  const binding = choice(parameters, "channel_binding", ["prefer", "require", "disable"]);
  const attributes = choice(parameters, "target_session_attrs", ["any", "read-write", "primary"]);
  return {
    hosts: written.map(({ host, port }) => {
      const name = host === "" ? "localhost" : host;
      return { host: name, port: port ?? defaultPort, tls: readTls(name, parameters, options) };
    }),
    user,
    password,
    database: parts.database ?? environment.PGDATABASE ?? user,
    applicationName: parameters.get("application_name"),
    connectTimeout: readSeconds(parameters.get("connect_timeout")) * 1000,
    readWrite: attributes !== "any",
    requireChannelBinding: binding === "require",
    channelBinding: binding !== "disable",
    directTls: choice(parameters, "sslnegotiation", ["postgres", "direct"]) === "direct",
    settings: readSettings(parameters.get("options") ?? ""),
    passfile: parameters.get("passfile"),
  };
}

/** `host:port/database`, for reports; of several hosts the first. */
export function displayName(target: ConnectionTarget): string {
  const first = target.hosts[0];
  if (first === undefined) return target.database;
  const host = first.host.includes(":") ? `[${first.host}]` : first.host;
  return `${host}:${first.port}/${target.database}`;
}

function choice<T extends string>(
  parameters: ReadonlyMap<Parameter, string>,
  name: Parameter,
  allowed: readonly [T, ...T[]],
): T {
  const value = parameters.get(name);
  if (value === undefined) return allowed[0];
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw fault(`${name} must be one of ${allowed.join(", ")}`);
  return found;
}

function readSeconds(text: string | undefined): number {
  if (text === undefined) return 10;
  if (!/^[0-9]{1,6}$/.test(text)) throw fault("connect_timeout is not a number of seconds");
  // As libpq: 0 means no limit (here a day), and less than two seconds is two.
  return text === "0" ? 86_400 : Math.max(2, Number(text));
}

/** `-c name=value` and `--name=value`, with `\ ` for a blank inside a value. */
function readSettings(text: string): ConnectionTarget["settings"] {
  const words = (text.match(/(?:\\.|\S)+/gs) ?? []).map((word) => word.replaceAll(/\\(.)/gs, "$1"));
  const settings: { name: string; value: string }[] = [];
  for (let index = 0; index < words.length; index++) {
    let word = words[index] ?? "";
    if (word === "-c") word = words[++index] ?? "";
    else if (word.startsWith("-c")) word = word.slice(2);
    else if (word.startsWith("--")) word = word.slice(2);
    else throw fault("options may hold only -c name=value");
    const equals = word.indexOf("=");
    const name = word.slice(0, Math.max(0, equals)).replaceAll("-", "_");
    if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(name)) throw fault("options may hold only -c name=value");
    settings.push({ name, value: word.slice(equals + 1) });
  }
  return settings;
}

function fault(why: string): ConfigError {
  return new ConfigError("E_INPUT", `the connection string cannot be used: ${why}`, {
    step: "config",
    reason: "connection_string",
  });
}
