/** Hints of tables, those of nested ones too: what Python dlt and Sluice leave behind after the same runs must be equal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithoutDlt } from "../support/dlt.ts";
import { documentsDocument } from "../support/documents-api.ts";
import { compareDatasets, readDataset } from "./dataset.ts";
import { documentsBench } from "./documents-bench.ts";
import { runWriter } from "./handover.ts";

const skip = skipWithoutDlt();
const bench = documentsBench();

const FIRST = [
  { aId: 1, v: "x", tags: [{ n: 1, price: 2 }, { n: 2 }], more: [{ deep: [{ k: 1 }] }] },
  { aId: 2, v: "y", tags: [{ n: 3 }], more: [] },
];
const SECOND = [{ aId: 2, v: "z", tags: [{ n: 3, price: 9 }, { n: 4 }], more: [{ deep: [{ k: 2 }] }] }];

const column = (name: string, more: object) => ({ name, ...more });
const CASES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "of the table": {
    references: [
      { referenced_table: "Other", columns: ["aId"], referenced_columns: ["someId"], cardinality: "many_to_one" },
      { referenced_table: "third", columns: ["v"], referenced_columns: ["w"], label: "is" },
    ],
    file_format: "csv",
    table_format: "native",
  },
  "of nested tables": {
    nested_hints: {
      tags: {
        columns: { n: column("n", { data_type: "text" }), price: column("price", { data_type: "decimal" }) },
        write_disposition: "append",
        references: [{ referenced_table: "t", columns: ["n"], referenced_columns: ["Id"] }],
        file_format: "csv",
      },
      unheard: { columns: { x: column("x", { data_type: "bigint" }) } },
    },
  },
  "a key makes it a table": { nested_hints: { tags: { primary_key: "n" } } },
  "a key, and merge": {
    write_disposition: "merge",
    primary_key: "aId",
    nested_hints: {
      tags: { primary_key: "n", write_disposition: "merge" },
      more: { columns: { k: column("k", { data_type: "text" }) } },
    },
  },
};

for (const [name, hints] of Object.entries(CASES)) {
  test(`hints: ${name}`, { skip }, async () => {
    const datasets = [];
    for (const writer of ["dlt", "sluice"] as const) {
      const dataset = `hints_${name.replaceAll(/\W+/g, "_")}_${writer}`;
      for (const records of [FIRST, SECOND]) {
        bench.api.show({ "/docs": JSON.stringify(records) });
        const document = documentsDocument(bench.api.baseUrl, { docs: hints });
        await runWriter(writer, document, bench.url, dataset, bench.folder);
      }
      datasets.push(await readDataset(bench.url, dataset));
    }
    const [reference, own] = datasets;
    assert.ok(reference !== undefined && own !== undefined);
    assert.deepEqual(compareDatasets(own, reference), []);
  });
}
