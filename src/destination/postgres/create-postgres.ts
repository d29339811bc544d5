import type { Clock, Random } from "../../core/ports.ts";
import type { Secret } from "../../core/secret.ts";
import type { Warn } from "../../core/warnings.ts";
import type { Destination, LoadRequest } from "../../load/destination.ts";
import { planLoad } from "../../load/plan.ts";
import { retryDelay } from "../../load/retry-class.ts";
import { checkDatabase } from "./check.ts";
import { connect } from "./connect.ts";
import { type ConnectionParts, parseConnectionString } from "./connection-string.ts";
import { connectionTarget, displayName } from "./connection-target.ts";
import { databaseError } from "./database-error.ts";
import { describeLoad } from "./describe-load.ts";
import { beginEarly, EARLY_LIMITS, type EarlyLimits, earlyLoadRequest, PostgresEarlyLoad } from "./early-load.ts";
import { createGrants } from "./grants.ts";
import type { LoadContext, ReplaceMethod } from "./load-context.ts";
import { classOf, loadPackage } from "./load-package.ts";
import { type Session, StatementError } from "./session.ts";
import { syncPipeline } from "./sync.ts";

export interface PostgresOptions {
  /** A PostgreSQL URL, or its parts. */
  readonly dsn: Secret | ConnectionParts;
  readonly clock: Clock;
  readonly random: Random;
  /** Name and version of the program, for `pg_stat_activity`. */
  readonly applicationName?: string;
  /** `PG*` variables, for what the connection string leaves open. Default: none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds during which an absent server is asked again. Default 60 000. */
  readonly connectWait?: number;
  /** Milliseconds to wait for another run of the same pipeline. Default 60 000. */
  readonly lockWait?: number;
  /** Milliseconds to wait for other pipelines of the dataset. Default 600 000. */
  readonly datasetLockWait?: number;
  /** Milliseconds to wait for a table that another session holds, in each attempt. Default 10 000. */
  readonly tableLockWait?: number;
  /** Tries of the load transaction. Default 5. */
  readonly maxAttempts?: number;
  /** `statement_timeout` of the transactions in milliseconds; 0 switches off what server and role say. */
  readonly statementTimeout?: number;
  readonly replaceMethod?: ReplaceMethod;
  /** Limits of loads that begin while pages still arrive. */
  readonly early?: Partial<EarlyLimits>;
  /** Lets `sslmode=disable`, `allow` and `prefer` reach remote hosts. */
  readonly allowInsecurePostgres?: boolean;
  /** PEM text of the authority that signed the server's certificate. */
  readonly caCertificate?: string;
}

/**
 * The PostgreSQL and AlloyDB destination. Connects when it is used, and closes each connection after use, so that none
 * idles through a long extraction. Throws `E_INPUT` or `E_UNSAFE_URL` for a connection string that cannot be used.
 */
export function createPostgres(options: PostgresOptions): Destination {
  const parts = "hosts" in options.dsn ? options.dsn : parseConnectionString(options.dsn);
  const target = connectionTarget(parts, {
    environment: options.environment ?? {},
    allowInsecure: options.allowInsecurePostgres ?? false,
    caCertificate: options.caCertificate,
  });
  const { clock, random } = options;
  const grants = createGrants(target.database, target.user);
  const replaceMethod = options.replaceMethod ?? "delete";
  const transaction = { statementTimeout: options.statementTimeout, settings: target.settings };
  const maxAttempts = options.maxAttempts ?? 5;
  const early = { ...EARLY_LIMITS, ...options.early };
  const sessions = new Set<Session>();

  const open = async (label: string, signal: AbortSignal): Promise<Session> => {
    const name = `${options.applicationName ?? "sluice"}${label}`;
    const rules = { connectWait: options.connectWait ?? 60_000, applicationName: cut63(name), clock, random, signal };
    const session = await connect(target, rules);
    for (const old of sessions) if (old.broken) sessions.delete(old);
    sessions.add(session);
    return session;
  };
  const warnOfTls = (warn: Warn): void => {
    for (const host of target.hosts) {
      if (host.tls.unverified) warn("W_TLS", host.host, { detail: "sslmode=require does not verify the server" });
    }
  };

  const contextFor = (request: LoadRequest, waits: LoadContext["waits"], tableLockWait: number): LoadContext => ({
    request,
    plan: planLoad(request.manifest, request.schema),
    grants,
    replaceMethod,
    transaction,
    clock,
    random,
    waits,
    tableLockWait,
    maybeCommitted: request.maybeCommitted,
    committing: false,
    changes: [],
    bloated: new Set(),
  });

  /** One connection for something that only reads. */
  const reading = async <T>(
    { signal, warn }: { readonly signal: AbortSignal; readonly warn: Warn },
    read: (session: Session) => Promise<T>,
  ): Promise<T> => {
    warnOfTls(warn);
    for (let attempt = 1; ; attempt++) {
      let session: Session | undefined;
      try {
        session = await open("", signal);
        return await read(session);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof StatementError)) throw error;
        if (classOf(error) === "never" || attempt >= maxAttempts) throw databaseError(error, target);
      } finally {
        await session?.close();
      }
      await clock.sleep(retryDelay(attempt, random.next()), signal);
    }
  };

  return {
    displayName: displayName(target),
    sync: (request) => reading(request, (session) => syncPipeline(session, request, { transaction, grants })),
    describeLoad: (request) => reading(request, (session) => describeLoad(session, request, { transaction, grants })),
    check: (request) =>
      reading(request, (session) => checkDatabase(session, request.dataset, { transaction, grants, clock })),
    beginEarly(request) {
      const { lockWait } = early;
      const base = contextFor(earlyLoadRequest(request), { pipeline: lockWait, dataset: lockWait }, lockWait);
      return beginEarly(request, base, { connect: (signal) => open(` ${request.loadId}`, signal) }, early);
    },
    async load(request, begun) {
      const waits = { pipeline: options.lockWait ?? 60_000, dataset: options.datasetLockWait ?? 600_000 };
      const context = contextFor(request, waits, options.tableLockWait ?? 10_000);
      const replaces = context.plan.chains.filter((chain) => chain.action === "replace");
      if (replaceMethod !== "delete") {
        for (const { root } of replaces) request.warn("W_REPLACE_VISIBLE", root.name, { detail: replaceMethod });
      }
      const rules = {
        maxAttempts,
        target,
        connect: (signal: AbortSignal) => open(` ${request.manifest.loadId}`, signal),
      };
      return loadPackage(context, rules, begun instanceof PostgresEarlyLoad ? begun : undefined);
    },
    async close() {
      for (const session of sessions) session.destroy();
      sessions.clear();
    },
  };
}

/** The server cuts longer names with a notice. */
function cut63(name: string): string {
  const bytes = Buffer.from(name, "utf8");
  return bytes.length <= 63
    ? name
    : bytes
        .subarray(0, 63)
        .toString("utf8")
        .replace(/\uFFFD$/, "");
}
