import { keysOf } from "../../../src/core/json.ts";
import { pluralize, singularize } from "../../../src/generate/words/inflect.ts";
import { snakeCase } from "../../../src/generate/words/snake-case.ts";
import { difference, member, object, settle, text } from "../interop/vector.ts";
import type { VectorFile } from "../vector-file.ts";
import { betterFile } from "./better-file.ts";
import { expectedFile } from "./expected-file.ts";

/** By the form of a file, which its name tells. */
export const files = {};

export function fileFor(name: string): VectorFile | "skip" | undefined {
  if (name.endsWith(".expected")) return expectedFile;
  if (name.endsWith(".better")) return betterFile;
  if (name === "naming.vectors") return namingVectors;
  // The pipeline of the walkthrough: loaded by test/unit/sources, test/cli and the comparison with dlt.
  return name === "gitlab.walkthrough" ? "skip" : undefined;
}

const namingVectors: VectorFile = {
  async run(document, report) {
    for (const [name, call] of Object.entries({ snake_case: snakeCase, singularize, pluralize })) {
      const vectors = object(member(document, name));
      for (const input of keysOf(vectors)) {
        settle(report, `${name} ${JSON.stringify(input)}`, difference("out", text(vectors[input]), call(input)));
      }
    }
  },
};
