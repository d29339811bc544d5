/** Documents with broken parts: a project, or `E_OPENAPI`; never anything else, and soon. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parse, parseDocument } from "yaml";
import { ConfigError } from "../../../src/core/errors.ts";
import { analyse } from "../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../src/generate/document/read-document.ts";
import { renderProject } from "../../../src/generate/render/project-files.ts";

const CASES = join(import.meta.dirname, "..", "..", "golden", "cases", "openapi");
const SWAGGER = {
  swagger: "2.0",
  info: { title: "Shop", version: "1" },
  host: "shop.example.com",
  securityDefinitions: { key: { type: "apiKey", in: "header", name: "T" } },
  parameters: { page: { name: "page", in: "query", type: "integer" } },
  paths: {
    "/orders/{id}": {
      parameters: [{ $ref: "#/parameters/page" }, { name: "id", in: "path", required: true, type: "string" }],
      get: { responses: { 200: { description: "x", schema: { $ref: "#/definitions/Order" } } } },
    },
  },
  definitions: { Order: { allOf: [{ $ref: "#/definitions/Order" }, { properties: { id: { type: "integer" } } }] } },
};
const DOCUMENTS: readonly unknown[] = [
  ...["gitlab-shapes.yaml", "quirks.yaml", "pagination.yml"].map((name) =>
    parse(readFileSync(join(CASES, name), "utf8")),
  ),
  SWAGGER,
];
const JUNK: readonly unknown[] = [
  ...[null, "", 5, -1.5, true, [], {}, ["x"], [null], "constructor", "__proto__", "{x}", "a".repeat(300)],
  ...[{ $ref: "#/paths" }, { $ref: "#" }, { $ref: "nowhere" }, { $ref: 5 }, { type: ["object", null, 5] }],
  ...[
    { allOf: "x" },
    { allOf: [null, { $ref: "#/components/schemas" }] },
    { type: "array", items: [] },
    { properties: [1] },
  ],
];

/** Puts junk at some places of a copy. */
function broken(document: unknown, places: readonly (readonly [number, number])[]): unknown {
  const copy = structuredClone(document);
  for (const [place, junk] of places) {
    const slots: { owner: Record<string, unknown>; key: string }[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const key of Object.keys(value)) {
        slots.push({ owner: value as Record<string, unknown>, key });
        walk((value as Record<string, unknown>)[key]);
      }
    };
    walk(copy);
    const slot = slots[place % slots.length];
    if (slot !== undefined) slot.owner[slot.key] = structuredClone(JUNK[junk % JUNK.length]);
  }
  return copy;
}

test("a document with broken parts gives a project or E_OPENAPI", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...DOCUMENTS),
      fc.array(fc.tuple(fc.nat(5000), fc.nat(100)), { minLength: 1, maxLength: 5 }),
      (document, places) => {
        const text = JSON.stringify(broken(document, places));
        for (const mode of ["better", "compat"] as const) {
          const started = process.cpuUsage();
          try {
            const tree = readApiDocument(text, { name: "api.json" }, { mode, allowOpenapi2: true });
            const pipeline = analyse(tree, { mode, source: "shop" });
            const options = { format: "yaml", documentName: "api.json", limit: undefined } as const;
            const [file] = renderProject(pipeline, options).files;
            assert.deepEqual(parseDocument(file?.text ?? "").errors, []);
          } catch (error) {
            if (!(error instanceof ConfigError) || error.code !== "E_OPENAPI") throw error;
          }
          assert.ok(process.cpuUsage(started).user < 2_000_000, "slow");
        }
      },
    ),
    { numRuns: 200 },
  );
});
