/**
 * Loads the package of a folder, as a process of its own that a fault can kill. Arguments: connection string, folder of
 * the package; the fault comes in SLUICE_FAULT (`name:action`).
 */

import { installFaultHandler, parseFault } from "../../src/core/fault-point.ts";
import { WarningLog } from "../../src/core/warnings.ts";
import { readManifest } from "../../src/load/manifest-file.ts";
import { markCommitted, markCommitting } from "../../src/load/package-folder.ts";
import { parseStoredSchema } from "../../src/schema/stored.ts";
import { destinationFor } from "./package-builder.ts";

const [url = "", folder = "", committing = ""] = process.argv.slice(2);
const never = () => new Promise<void>(() => setInterval(() => {}, 1000));
installFaultHandler(
  parseFault(process.env.SLUICE_FAULT ?? "", {
    kill: () => {
      process.kill(process.pid, "SIGKILL");
      return never();
    },
    throw: () => Promise.reject(new Error("fault")),
    stall: () => {
      process.stdout.write("stalled\n");
      return never();
    },
  }),
);

const abort = new AbortController();
process.once("SIGINT", () => abort.abort(new Error("interrupted")));
const manifest = await readManifest(folder, { verifyFiles: true });
if ("damaged" in manifest) throw new Error(manifest.damaged);
try {
  const outcome = await destinationFor(url).load({
    manifest,
    folder,
    schema: parseStoredSchema(manifest.schema),
    maybeCommitted: committing === "committing",
    beforeCommit: () => markCommitting(folder),
    signal: abort.signal,
    warn: new WarningLog().warn,
    onEvent: () => {},
  });
  await markCommitted(folder);
  process.stdout.write(`loaded ${outcome.loadedNow}\n`);
} catch (error) {
  process.stdout.write(`failed ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 3;
}
