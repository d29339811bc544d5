import pg from "pg";
import { DestinationError, SluiceError } from "../../core/errors.ts";
import { createRedactor } from "../../core/redact.ts";
import type { ConnectionTarget } from "./connection-target.ts";
import { type Purpose, StatementError } from "./session.ts";
import { quoteIdent } from "./sql/identifier.ts";

type Target = Pick<ConnectionTarget, "user" | "database" | "hosts"> & Partial<Pick<ConnectionTarget, "password">>;

/** Errors of Node's TLS layer that are about the certificate; ask again and the answer is the same. */
const CERTIFICATE =
  /^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|INVALID_CA|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT|ERR_SSL|ERR_OSSL|EPROTO)/;

/**
 * The error for the user: says what we wanted, where, and what to do. Neither the password nor a value of a row is in
 * it: of the server's text only what cannot hold row data is repeated, and a server that repeats the password is masked.
 */
export function databaseError(error: unknown, target: Target, host = target.hosts[0]): SluiceError {
  if (error instanceof SluiceError) return error;
  const purpose = error instanceof StatementError ? error.purpose : { doing: "connect to the database" };
  const redact = createRedactor(target.password === undefined ? [] : [target.password.reveal()]);
  const cause = masked(error instanceof StatementError ? error.cause : error, redact);
  const where = `database ${target.database} at ${host?.host ?? "?"}:${host?.port ?? "?"} as user ${target.user}`;
  const context = {
    host: host?.host,
    port: host?.port,
    database: target.database,
    user: target.user,
    ...(purpose.table === undefined ? {} : { table: purpose.table }),
  };
  const make = (code: DestinationCode, why: string, hint?: string, more: Record<string, string> = {}) =>
    new DestinationError(code, `could not ${purpose.doing} (${where}): ${why}`, {
      step: "load",
      context: { ...context, ...more },
      ...(hint === undefined ? {} : { hint }),
      cause: withoutRowData(cause),
    });

  if (isTlsFailure(cause)) {
    return make("E_DEST_TLS", tlsReason(cause), "Check sslmode, sslrootcert and that the server offers TLS.");
  }
  if (!(cause instanceof pg.DatabaseError) || cause.code === undefined) {
    const why = systemReason(cause);
    return make("E_DEST_UNAVAILABLE", why, "Check host and port, and that this machine may reach the server.");
  }
  const state = cause.code;
  switch (state) {
    case "28P01":
    case "28000":
      return make("E_DEST_AUTH", text(cause), "Check user and password of the connection string.");
    case "3D000":
      return make("E_DEST_AUTH", `there is no database ${target.database}`, "Check the name, or create the database.");
    case "42501":
      return make("E_DEST_PERMISSION", text(cause), permissionHint(purpose, target));
    case "25006":
      return make("E_DEST_READONLY", "it accepts no writes", "Connect to the primary, not to a standby.");
    case "53100":
      return make("E_DEST_FULL", "its disk is full", "Make space on the database server.");
    case "55P03":
      return make("E_LOCKED", "another session holds a lock", "Run again when the other session has ended.");
    case "57014":
      return make(
        "E_TIMEOUT",
        "the server cancelled the statement",
        "Raise statement-timeout or the role's statement_timeout.",
      );
    default:
      if (/^(08|57P|53|40|25P|58)/.test(state) || state === "55006") {
        return make("E_DEST_UNAVAILABLE", `${text(cause)} (${state})`, "Run again later.");
      }
      return refused(cause, purpose, context);
  }
}

/** The same answer of the server, its texts masked in place: no other copy of them goes anywhere. */
function masked(cause: unknown, redact: (text: string) => string): unknown {
  if (!(cause instanceof Error)) return cause;
  cause.message = redact(cause.message);
  if (cause.stack !== undefined) cause.stack = redact(cause.stack);
  if (!(cause instanceof pg.DatabaseError)) return cause;
  for (const part of ["detail", "hint", "where", "internalQuery"] as const) {
    const text = cause[part];
    if (text !== undefined) cause[part] = redact(text);
  }
  return cause;
}

type DestinationCode =
  | "E_DEST_AUTH"
  | "E_DEST_TLS"
  | "E_DEST_PERMISSION"
  | "E_DEST_READONLY"
  | "E_DEST_FULL"
  | "E_DEST_UNAVAILABLE"
  | "E_LOCKED"
  | "E_TIMEOUT";

/** True when the encrypted connection could not be made or trusted. */
export function isTlsFailure(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  if ("code" in cause && typeof cause.code === "string") return CERTIFICATE.test(cause.code);
  // node-postgres gives no code for these.
  return /SSL connection|channel binding/.test(cause.message) && !(cause instanceof pg.DatabaseError);
}

/** Rows or DDL that the server does not take. */
function refused(cause: pg.DatabaseError, purpose: Purpose, context: SluiceError["context"]): SluiceError {
  const table = cause.table ?? purpose.table;
  const place = copyPlace(cause);
  const column = cause.column ?? place.column;
  const id = cause.code === "23505" ? duplicateId(cause) : undefined;
  const what = id === undefined ? text(cause) : `a row with _dlt_id ${id} is there already`;
  const at = [table && `table ${table}`, column && `column ${column}`, place.line && `row ${place.line}`];
  const named = at.filter((part) => part !== undefined && part !== "").join(", ");
  const message = `could not ${purpose.doing}${named === "" ? "" : ` (${named})`}: ${what} (${cause.code})`;
  return new DestinationError("E_DEST_DATA", message, {
    step: "load",
    hint: refusalHint(cause.code, id),
    context: {
      ...context,
      ...(table === undefined ? {} : { table }),
      ...(column === undefined ? {} : { column }),
      ...(place.line === undefined ? {} : { row: place.line }),
      ...(id === undefined ? {} : { id }),
    },
    cause: withoutRowData(cause),
  });
}

/** What the user can do about it. */
function refusalHint(state: string | undefined, id: string | undefined): string {
  if (id !== undefined) return "Set reserved-fields: regenerate, so that ids of the source are not used.";
  if (state === "2BP01") return "Drop what stands upon the table (views, foreign keys) first; Sluice never drops it.";
  if (state?.startsWith("23") === true) return "Change the rows or the constraint; nothing of this load was written.";
  return "Nothing of this load was written; the server's message says what it refused.";
}

/** `COPY t, line 12, column a: "..."`: the server's own words, in every language in this order. */
function copyPlace(cause: pg.DatabaseError): { readonly line?: number; readonly column?: string } {
  const first = (cause.where ?? "").split("\n", 1)[0] ?? "";
  const match = /^COPY \S.*?, \D*(\d+)(?:, \S+ ([^:]+))?/.exec(first);
  if (match === null) return {};
  const column = match[2]?.trim();
  return { line: Number(match[1]), ...(column === undefined ? {} : { column }) };
}

function duplicateId(cause: pg.DatabaseError): string | undefined {
  return /\("?_dlt_id"?\)=\(([^)]{1,128})\)/.exec(cause.detail ?? "")?.[1];
}

/** The server's message without a quoted value at its end (`invalid input syntax for type bigint: "x"`). */
function text(cause: pg.DatabaseError): string {
  const line = cause.message.split("\n", 1)[0] ?? "";
  return cause.code?.startsWith("22") === true ? line.replace(/\s*[:：]?\s*".*$/s, "") : line;
}

/** The server's answer with the parts left out that can hold values of rows. */
function withoutRowData(cause: unknown): unknown {
  if (!(cause instanceof pg.DatabaseError)) return cause;
  const copy = new DataErrorCause(`${cause.severity ?? "ERROR"} ${cause.code ?? ""}: ${text(cause)}`);
  return copy;
}

class DataErrorCause extends Error {
  override readonly name = "DatabaseError";
}

function permissionHint(purpose: Purpose, target: Target): string {
  const grant =
    purpose.grant ?? `GRANT CONNECT ON DATABASE ${quoteIdent(target.database)} TO ${quoteIdent(target.user)}`;
  return `Let an owner run: ${grant};`;
}

function tlsReason(cause: unknown): string {
  if (!(cause instanceof Error)) return "the encrypted connection failed";
  const code = "code" in cause && typeof cause.code === "string" ? ` (${cause.code})` : "";
  return `${cause.message.split("\n", 1)[0] ?? ""}${code}`;
}

function systemReason(cause: unknown): string {
  const errors = cause instanceof AggregateError ? cause.errors : [cause];
  const first: unknown = errors[0];
  const code = first instanceof Error && "code" in first && typeof first.code === "string" ? first.code : "";
  const known: Readonly<Record<string, string>> = {
    ENOTFOUND: "the host name is not known",
    EAI_AGAIN: "the host name cannot be looked up now",
    ECONNREFUSED: "nothing listens there",
    ECONNRESET: "the connection was closed",
    EPIPE: "the connection was closed",
    ETIMEDOUT: "no answer in time",
    EHOSTUNREACH: "the host cannot be reached",
    ENETUNREACH: "the network cannot be reached",
    ENOENT: "there is no socket of that name",
  };
  const why = known[code];
  if (why !== undefined) return `${why} (${code})`;
  return first instanceof Error ? (first.message.split("\n", 1)[0] ?? "") : "the connection failed";
}
