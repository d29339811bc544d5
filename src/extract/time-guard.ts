import { type Context, createContext, Script } from "node:vm";

/** Code of a configuration that took too long. */
export class TimeGuardError extends Error {}

/**
 * Runs code of a configuration, and ends it after so many milliseconds wherever it is: in a long loop, in a pattern that
 * goes back over a text again and again. It stands on the time limit of `node:vm`, as nothing else can interrupt
 * JavaScript of the same thread; the code runs in this realm as ever. Throws {@link TimeGuardError}, else what the code
 * throws.
 */
export function withinTime<T>(milliseconds: number, work: () => T): T {
  realm ??= createContext({});
  let done: { readonly value: T } | undefined;
  realm.work = () => {
    done = { value: work() };
  };
  try {
    CALL.runInContext(realm, { timeout: milliseconds });
  } catch (error) {
    if (isTimeout(error)) {
      throw new TimeGuardError(`it took longer than ${milliseconds / 1000} s`);
    }
    throw error;
  } finally {
    realm.work = undefined;
  }
  if (done === undefined) throw new TimeGuardError("it did not end");
  return done.value;
}

/** An error of the other realm is no `Error` of this one. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}

const CALL = new Script("work()");
/** Made when it is first needed: most configurations have no code. */
let realm: Context | undefined;
