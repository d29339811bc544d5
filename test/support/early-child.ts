/**
 * Runs a pipeline whose load begins early, as a process of its own that a fault can kill. Arguments: connection string,
 * work folder; the fault comes in SLUICE_FAULT.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { installFaultHandler, parseFault } from "../../src/core/fault-point.ts";
import { pagedSource, records, runEarly } from "./early-pipeline.ts";

const [url = "", workFolder = ""] = process.argv.slice(2);
const never = () => new Promise<void>(() => setInterval(() => {}, 1000));
installFaultHandler(
  parseFault(process.env.SLUICE_FAULT ?? "", {
    kill: () => {
      process.kill(process.pid, "SIGKILL");
      return never();
    },
    throw: () => Promise.reject(new Error("fault")),
    stall: never,
  }),
);
const pages = Array.from({ length: 10 }, (_, page) => records(page * 100, 100));
const hints = { writeDisposition: { disposition: "merge" as const }, primaryKey: ["id"] };
const source = pagedSource("child", [{ name: "items", hints, pages }], () => sleep(50), { cursor: 1 });
const { error } = await runEarly({ url, workFolder, source });
process.stdout.write(error === undefined ? "done\n" : `failed ${String(error)}\n`);
