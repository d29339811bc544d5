/** What is generated of every recorded document is a pipeline file that the configuration takes. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfiguration } from "../../../../src/config/load-configuration.ts";
import { analyse } from "../../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../../src/generate/document/read-document.ts";
import { renderProject } from "../../../../src/generate/render/project-files.ts";

const CASES = join(import.meta.dirname, "..", "..", "..", "golden", "cases", "openapi");

for (const mode of ["better", "compat"] as const) {
  for (const name of readdirSync(CASES).filter((file) => /\.ya?ml$/.test(file))) {
    test(`${name}, ${mode} mode`, () => {
      const document = readApiDocument(
        readFileSync(join(CASES, name), "utf8"),
        { name },
        { mode, allowOpenapi2: false },
      );
      const pipeline = analyse(document, { mode, source: "shop" });
      const { files } = renderProject(pipeline, { format: "yaml", documentName: name, limit: 2 });
      const texts = new Map(files.map(({ path, text }) => [path, text]));
      const load = () =>
        loadConfiguration({
          kind: "cli",
          flags: { source: "shop_pipeline.yaml" },
          environment: { SOURCES__SHOP__BASE_URL: "https://api.example.com" },
          readText: (path) => texts.get(path),
          needsDestination: false,
          fillIn: true,
        });
      if (mode === "compat" && name === "quirks.yaml") {
        // The reference cuts paths at the first dot, and so loses a variable that has to be given.
        assert.throws(load, /the path "\/v1\.0\/foo\/\{x\}" of "get_v_1_0_foox" needs a value for "x"/);
        return;
      }
      const configuration = load();
      // Secrets and placeholders are open, and nothing else.
      const open = configuration.open?.message.split("\n") ?? [];
      assert.deepEqual(
        open.filter((line) => !/the placeholder is still there|the authentication "\w+" needs|is not set/.test(line)),
        [],
      );
      assert.equal(configuration.datasetName, "shop_data");
      assert.equal(configuration.settings.limit, 2);
    });
  }
}
