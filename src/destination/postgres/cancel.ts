import type { LoadContext } from "./load-context.ts";
import type { Session } from "./session.ts";

/** A statement that was cancelled has this long to end before the socket is cut. */
const CANCEL_WAIT = 2000;

/** A COMMIT that was sent has this long to answer. */
const COMMIT_WAIT = 6000;

/**
 * While a transaction runs, an abort asks the server to cancel its statement, so that the rollback starts at once; a
 * server that does not answer loses the connection, which rolls back as well. When COMMIT is on its way its answer is
 * waited for. Returns the function that ends the watch.
 */
export function cancelOnAbort(
  session: Session,
  context: LoadContext,
  connect: (signal: AbortSignal) => Promise<Session>,
): () => void {
  const { signal } = context.request;
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => session.destroy(), context.committing ? COMMIT_WAIT : CANCEL_WAIT);
    if (!context.committing) void cancel(session, connect);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  };
}

/** Through a second connection and not by a CancelRequest: that would travel unencrypted, and poolers misdirect it. */
async function cancel(session: Session, connect: (signal: AbortSignal) => Promise<Session>): Promise<void> {
  const pid = session.backendPid;
  if (pid === undefined) return;
  try {
    const second = await connect(AbortSignal.timeout(CANCEL_WAIT));
    try {
      await second.query({ doing: "cancel the statement" }, "SELECT pg_catalog.pg_cancel_backend($1::int)::text", [
        pid,
      ]);
    } finally {
      await second.close();
    }
  } catch {
    session.destroy();
  }
}
