import pg from "pg";
import { DestinationError, type SluiceError } from "../../core/errors.ts";
import type { Clock, Random } from "../../core/ports.ts";
import { retryClass, retryDelay } from "../../load/retry-class.ts";
import type { ConnectionTarget } from "./connection-target.ts";
import { databaseError, isTlsFailure } from "./database-error.ts";
import { passwordFromFile } from "./passfile.ts";
import { Session, StatementError } from "./session.ts";

export interface ConnectRules {
  /** Milliseconds during which an absent server is asked again. */
  readonly connectWait: number;
  readonly applicationName: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

type Host = ConnectionTarget["hosts"][number];

/**
 * Connects, asking again while the server is not there (refused, name not found, starting up, too many connections)
 * until `connectWait` is over. A refused password, an unknown database and a certificate that cannot be verified end it
 * at once. Of several hosts the first that answers is taken.
 */
export async function connect(target: ConnectionTarget, rules: ConnectRules): Promise<Session> {
  const deadline = rules.clock.now() + rules.connectWait;
  for (let attempt = 1; ; attempt++) {
    let last: SluiceError | undefined;
    for (const host of target.hosts) {
      rules.signal.throwIfAborted();
      try {
        return await connectTo(host, target, rules);
      } catch (cause) {
        rules.signal.throwIfAborted();
        last = databaseError(cause, target, host);
        if (!isWorthWaiting(cause)) throw last;
      }
    }
    const pause = retryDelay(attempt, rules.random.next());
    if (rules.clock.now() + pause > deadline) {
      throw last ?? new DestinationError("E_DEST_UNAVAILABLE", "no host is given for the database", { step: "load" });
    }
    await rules.clock.sleep(pause, rules.signal);
  }
}

async function connectTo(host: Host, target: ConnectionTarget, rules: ConnectRules): Promise<Session> {
  const { options, instead } = host.tls;
  try {
    return await openSession(host, options, target, rules);
  } catch (cause) {
    if (instead === undefined || !wantsOtherWay(cause)) throw cause;
    return openSession(host, instead, target, rules);
  }
}

/** A server that speaks no TLS, or one that lets nobody in without. */
function wantsOtherWay(cause: unknown): boolean {
  if (cause instanceof pg.DatabaseError) return cause.code === "28000";
  return cause instanceof Error && cause.message.includes("does not support SSL connections");
}

async function openSession(
  host: Host,
  tls: Host["tls"]["options"],
  target: ConnectionTarget,
  rules: ConnectRules,
): Promise<Session> {
  const client = new pg.Client({
    host: host.host,
    port: host.port,
    user: target.user,
    database: target.database,
    password: () => password(host, target),
    ssl: tls,
    ...(target.directTls && tls !== false ? { sslnegotiation: "direct" as const } : {}),
    enableChannelBinding: target.channelBinding,
    application_name: target.applicationName ?? rules.applicationName,
    connectionTimeoutMillis: target.connectTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // Everything stays the text that the server sent: int8 and numeric are exact, times keep their microseconds.
    types: { getTypeParser: () => (text: string) => text },
  });
  if (target.requireChannelBinding) demandChannelBinding(client);
  const abort = () => client.connection.stream.destroy();
  rules.signal.addEventListener("abort", abort, { once: true });
  const session = new Session(client);
  try {
    await client.connect();
  } catch (cause) {
    client.connection.stream.destroy();
    throw cause;
  } finally {
    rules.signal.removeEventListener("abort", abort);
  }
  if (target.readWrite && target.hosts.length > 1) await demandReadWrite(session);
  return session;
}

function password(host: Host, target: ConnectionTarget): string {
  if (target.password !== undefined) return target.password.reveal();
  const found = passwordFromFile(target.passfile, { ...target, host: host.host, port: host.port });
  return found ?? "";
}

/** Ends the connection when the server does not offer SCRAM with channel binding, before any proof is sent. */
function demandChannelBinding(client: pg.Client): void {
  const refuse = () => {
    client.connection.stream.destroy(new Error("the server does not offer channel binding, which is required"));
  };
  const { connection } = client;
  connection.prependListener("authenticationCleartextPassword", refuse);
  connection.prependListener("authenticationMD5Password", refuse);
  connection.prependListener("authenticationSASL", (message: { readonly mechanisms?: readonly string[] }) => {
    if (!(message.mechanisms ?? []).includes("SCRAM-SHA-256-PLUS")) refuse();
  });
}

async function demandReadWrite(session: Session): Promise<void> {
  const purpose = { doing: "ask whether the server takes writes" };
  const [row] = await session.query(purpose, "SELECT pg_catalog.pg_is_in_recovery()::text");
  if (row?.[0] === "true") {
    session.destroy();
    throw new StatementError(purpose, new Error("the server is a read-only standby"));
  }
}

function isWorthWaiting(cause: unknown): boolean {
  if (isTlsFailure(cause)) return false;
  const sqlState = cause instanceof pg.DatabaseError ? cause.code : undefined;
  return retryClass({ sqlState }) === "retry";
}
