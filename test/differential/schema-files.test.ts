/** Schema files: what Sluice exports is what Python dlt exports, and both take an import file over in the same way. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import pg from "pg";
import { parse } from "yaml";
import { findDlt, skipWithoutDlt } from "../support/dlt.ts";
import { documentsDocument } from "../support/documents-api.ts";
import { compareDatasets, readDataset } from "./dataset.ts";
import { documentsBench } from "./documents-bench.ts";
import { runWriter, type Writer } from "./handover.ts";

const skip = skipWithoutDlt();
const FILE = "documents.schema.yaml";
const bench = documentsBench();

const RESOURCES = {
  a: {
    write_disposition: "merge",
    primary_key: "id",
    columns: { late: { data_type: "text", description: `a text: ${"long enough to be broken, ".repeat(6)}` } },
  },
  b: { write_disposition: "append", max_table_nesting: 1 },
};
const ANSWERS = {
  "/a": '[{"id":1,"at":"2024-01-01T00:00:00Z","l":[1],"v":1},{"id":2,"v":"text"}]',
  "/b": '[{"x":{"y":{"z":1}},"l":[{"m":[1]}]}]',
};

/** Runs each writer as often as there are documents; gives the files of its folders. */
async function runAll(
  name: string,
  paths: (writer: Writer) => Readonly<Record<string, string>>,
  runs: readonly {
    readonly answers: Readonly<Record<string, string>>;
    readonly before?: (writer: Writer) => Promise<void>;
  }[],
): Promise<void> {
  for (const writer of ["dlt", "sluice"] satisfies Writer[]) {
    for (const { answers, before: prepare } of runs) {
      await prepare?.(writer);
      bench.api.show(answers);
      await runWriter(
        writer,
        documentsDocument(bench.api.baseUrl, RESOURCES, paths(writer)),
        bench.url,
        `${name}_${writer}`,
        bench.folder,
      );
    }
  }
  assert.deepEqual(
    compareDatasets(await readDataset(bench.url, `${name}_sluice`), await readDataset(bench.url, `${name}_dlt`)),
    [],
  );
}

/** A schema file without the order of its keys, which with dlt depends on how the schema came to be; columns keep theirs. */
async function content(path: string): Promise<unknown> {
  const sort = (value: unknown, key: string): unknown => {
    if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([name, each]): [string, unknown] => [name, sort(each, name)]);
    return key === "columns" ? entries : Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return sort(parse(await read(path)), "");
}

/** What dlt exports of a schema that it reads from the destination. */
async function exportedByDlt(dataset: string): Promise<string> {
  const client = new pg.Client({ connectionString: bench.url });
  await client.connect();
  const { rows } = await client.query<{ schema: string }>(
    `SELECT schema FROM ${dataset}._dlt_version ORDER BY inserted_at DESC LIMIT 1`,
  );
  await client.end();
  const script =
    "import sys, json; from dlt.common.schema import Schema; sys.stdout.write(Schema.from_dict(json.loads(sys.argv[1])).to_pretty_yaml())";
  const { stdout } = await run(findDlt() ?? "python3", ["-c", script, rows[0]?.schema ?? ""], { maxBuffer: 1 << 24 });
  return stdout;
}

const run = promisify(execFile);
const read = (path: string): Promise<string> => readFile(join(path, FILE), "utf8");

test("the exported schema has dlt's content, and for one stored schema dlt's bytes", { skip }, async () => {
  const exported = (writer: Writer) => join(bench.folder, `export-${writer}`);
  await runAll("exported", (writer) => ({ export_schema_path: exported(writer) }), [{ answers: ANSWERS }]);
  assert.deepEqual(await content(exported("sluice")), await content(exported("dlt")));
  assert.equal(await read(exported("sluice")), await exportedByDlt("exported_sluice"));
});

test("an import file is written by the first run, and taken over when it was changed", { skip }, async () => {
  const imports = (writer: Writer) => join(bench.folder, `import-${writer}`);
  const exports = (writer: Writer) => join(bench.folder, `imported-${writer}`);
  const change = async (writer: Writer): Promise<void> => {
    const text = await read(imports(writer));
    const changed = text.replace(
      "    columns:\n      late:",
      "    columns:\n      v:\n        data_type: text\n        nullable: true\n      late:",
    );
    assert.notEqual(changed, text);
    await writeFile(join(imports(writer), FILE), changed);
  };
  const paths = (writer: Writer) => ({ import_schema_path: imports(writer), export_schema_path: exports(writer) });
  await runAll("imported", paths, [{ answers: { "/a": '[{"id":1,"v":"x"}]', "/b": '[{"x":0}]' } }]);
  assert.deepEqual(await content(imports("sluice")), await content(imports("dlt")));
  await runAll("imported", paths, [{ answers: { "/a": '[{"id":2,"v":5,"n":1}]', "/b": '[{"x":1}]' }, before: change }]);
  assert.deepEqual(await content(exports("sluice")), await content(exports("dlt")));
  await runAll("imported", paths, [{ answers: { "/a": '[{"id":3,"v":6}]', "/b": '[{"x":2}]' } }]);
});

test("an import file that is there before the first run gives the schema", { skip }, async () => {
  const imports = (writer: Writer) => join(bench.folder, `import-${writer}`);
  await runAll("given", (writer) => ({ import_schema_path: imports(writer) }), [
    { answers: { "/a": '[{"id":1,"v":7}]', "/b": '[{"x":0}]' } },
  ]);
});
