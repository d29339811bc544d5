import { InternalError } from "../../core/errors.ts";
import { installFaultHandler, parseFault } from "../../core/fault-point.ts";

/**
 * Arms the fault point that the variable `SLUICE_FAULT` names (`load:before-commit:kill`). Only tests set it; without it
 * nothing happens.
 */
export function installFaults(environment: Readonly<Record<string, string | undefined>>): void {
  const text = environment.SLUICE_FAULT;
  if (text === undefined || text === "") return;
  installFaultHandler(
    parseFault(text, {
      kill: async () => {
        process.kill(process.pid, "SIGKILL");
        // The signal is delivered while the process waits.
        await new Promise(() => {});
      },
      throw: async () => {
        throw new InternalError("E_INTERNAL", `fault point ${text}`);
      },
      stall: () => new Promise(() => setInterval(() => {}, 1000)),
    }),
  );
}
