import { getOwn, isJsonObject } from "../../../src/core/json.ts";
import { lexemeJson } from "../../../src/core/json-writer.ts";
import type { VectorFile } from "../vector-file.ts";
import { replayCase } from "./replay-case.ts";

export const files = {};

/** Every file is one case. Cases that record a quirk of dlt run in strict only, all others in both modes. */
export function fileFor(): VectorFile {
  return {
    async run(document, report, { name }) {
      const text = lexemeJson(document);
      const quirk = isJsonObject(document) && getOwn(document, "quirk") === true;
      for (const compat of quirk ? (["strict"] as const) : (["strict", "default"] as const)) {
        const difference = await replayCase(text, compat);
        if (difference !== undefined) {
          report.fail(`${name} (${compat})`, difference);
          return;
        }
      }
      report.pass(name);
    },
  };
}
