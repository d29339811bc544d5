/**
 * The command line from its sources, with a barrier: at the fault point that `SLUICE_BARRIER` names it tells its parent
 * and waits for an answer, the first time it comes by.
 */
import { once } from "node:events";
import { installFaultHandler } from "../../src/core/fault-point.ts";

const point = process.env.SLUICE_BARRIER;
let passed = false;
installFaultHandler(async (name) => {
  if (passed || name !== point) return;
  passed = true;
  process.channel?.ref();
  process.send?.("there");
  await once(process, "message");
  process.channel?.unref();
});
// A run that never comes to the point must not wait for its parent.
process.channel?.unref();
await import("../../src/edge/cli/index.ts");
