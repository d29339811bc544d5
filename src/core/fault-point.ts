/** What a test makes happen at a named point: the process dies, the point throws, or it never returns. */
export type FaultAction = "kill" | "throw" | "stall";

/** Called at every point with its name; returns when the run may go on. */
export type FaultHandler = (name: string) => Promise<void>;

let handler: FaultHandler | undefined;

/**
 * A named place where a test can break the run (`load:before-commit`, `load:copy:2`). Does nothing unless a handler was
 * installed, so that the product pays one comparison for it.
 */
export async function faultPoint(name: string): Promise<void> {
  if (handler !== undefined) await handler(name);
}

/** Installs the handler of this process, or takes it away. Called by the edge, and by tests. */
export function installFaultHandler(next: FaultHandler | undefined): void {
  handler = next;
}

/**
 * The handler for the text `name:action`, the value of the variable `SLUICE_FAULT`; undefined when the text is not of
 * that form. Several faults are separated by commas. What the actions do is handed in: core knows no process.
 */
export function parseFault(
  text: string,
  actions: Readonly<Record<FaultAction, () => Promise<void>>>,
): FaultHandler | undefined {
  const faults = new Map<string, FaultAction>();
  for (const part of text.split(",")) {
    const at = part.lastIndexOf(":");
    const action = part.slice(at + 1);
    if (at < 1 || !(action === "kill" || action === "throw" || action === "stall")) return undefined;
    faults.set(part.slice(0, at), action);
  }
  return async (name) => {
    const action = faults.get(name);
    if (action !== undefined) await actions[action]();
  };
}
