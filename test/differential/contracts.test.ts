/** Schema contracts: what Python dlt and Sluice leave behind after the same runs must be equal, hashes and state included. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithoutDlt } from "../support/dlt.ts";
import { documentsDocument } from "../support/documents-api.ts";
import { compareDatasets, readDataset } from "./dataset.ts";
import { documentsBench } from "./documents-bench.ts";
import { runWriter, type Writer } from "./handover.ts";

const skip = skipWithoutDlt();
const bench = documentsBench();

interface Run {
  readonly documents: string;
  readonly contract?: unknown;
  /** Hints of the resource beside the contract. */
  readonly hints?: Readonly<Record<string, unknown>>;
}

let serial = 0;

/**
 * The runs of several resources by each writer, into a dataset of its own. `top` is laid over the pipeline file; the number
 * of `failing` is that of a run which must end in a broken contract.
 */
async function compare(
  runs: readonly Readonly<Record<string, Run>>[],
  rest: { readonly failing?: number; readonly top?: (run: number) => Readonly<Record<string, unknown>> } = {},
): Promise<void> {
  serial += 1;
  const name = `contract_${serial}`;
  for (const writer of ["dlt", "sluice"] satisfies Writer[]) {
    for (const [number, resources] of runs.entries()) {
      const entries = Object.entries(resources);
      bench.api.show(Object.fromEntries(entries.map(([resource, run]) => [`/${resource}`, run.documents])));
      const document = documentsDocument(
        bench.api.baseUrl,
        Object.fromEntries(
          entries.map(([resource, { contract, hints }]) => [
            resource,
            { ...hints, ...(contract === undefined ? {} : { schema_contract: contract }) },
          ]),
        ),
        rest.top?.(number),
      );
      const ran = runWriter(writer, document, bench.url, `${name}_by_${writer}`, bench.folder);
      if (number === rest.failing) await assert.rejects(ran, /E_DATA_CONTRACT|frozen/, `${writer}, run ${number}`);
      else await ran;
    }
  }
  const differences = compareDatasets(
    await readDataset(bench.url, `${name}_by_sluice`),
    await readDataset(bench.url, `${name}_by_dlt`),
  );
  assert.deepEqual(differences, []);
}

const FIRST = '[{"id":1,"a":1,"l":[{"x":1}]}]';
const CHANGED =
  '[{"id":2,"a":"text","l":[{"x":2},{"x":"text","deep":[1,{"y":2}]},{"x":3,"late":1}],"n":[{"q":1}]},{"id":3,"b":"new","o":{"p":1}},{"id":4,"b":null,"a":4},{"id":5,"a":5,"l":[{"x":5,"late":null}]},{"id":6,"n":[1,2]}]';
const ENTITIES = ["tables", "columns", "data_type"] as const;

/** Resources by name, made from pairs of a contract and what it is given. */
function named(runs: readonly Run[]): Record<string, Run> {
  return Object.fromEntries(runs.map((run, index) => [`things${index}`, run]));
}

test("every mode of a contract, on tables that are there", { skip }, async () => {
  const contracts = [
    ...ENTITIES.flatMap((entity) => ["evolve", "discard_row", "discard_value"].map((mode) => ({ [entity]: mode }))),
    "evolve",
    "discard_row",
    "discard_value",
    { columns: "discard_row", data_type: "discard_value" },
    { columns: "discard_value", data_type: "discard_row" },
  ];
  await compare([
    named(contracts.map(() => ({ documents: FIRST }))),
    named(contracts.map((contract) => ({ documents: CHANGED, contract }))),
    // The stored contract holds on.
    named(contracts.map(() => ({ documents: '[{"id":7,"a":"text","c":1,"l":[{"x":true}],"m":[1]},{"id":8,"a":8}]' }))),
  ]);
});

test("every mode of a contract, on the first run", { skip }, async () => {
  const documents =
    '[{"id":1,"l":[{"a":1},{"b":2},{"a":3,"b":3}]},{"id":2,"late":1},{"id":"x","late":2,"l":[{"a":3},{"b":4}]}]';
  const contracts = [
    ...ENTITIES.flatMap((entity) => ["discard_row", "discard_value"].map((mode) => ({ [entity]: mode }))),
    "discard_row",
    "discard_value",
    { tables: "evolve", columns: "discard_value", data_type: "discard_row" },
  ];
  await compare([
    named(contracts.map((contract) => ({ documents, contract }))),
    named(contracts.map((contract) => ({ documents: '[{"id":4,"l":[{"a":5,"c":5}],"other":1}]', contract }))),
  ]);
});

for (const entity of ENTITIES) {
  test(`${entity}: freeze ends the run before anything is written`, { skip }, async () => {
    const first = { things: { documents: FIRST } };
    await compare([first, { things: { documents: CHANGED, contract: { [entity]: "freeze" } } }, first], { failing: 1 });
  });
}

test("a frozen new nested table takes the columns of its first row only", { skip }, async () => {
  const documents = '[{"id":1,"l":[{"a":1},{"b":2}]}]';
  await compare([{ things: { documents: '[{"id":1}]' } }, { things: { documents, contract: { columns: "freeze" } } }], {
    failing: 1,
  });
});

test("contracts of the source and of the run", { skip }, async () => {
  const runs = [FIRST, CHANGED, '[{"id":9,"a":9,"z":1}]'].map((documents) => ({ things: { documents } }));
  const contracted = (contract: unknown) => (run: number) => (run === 1 ? { schema_contract: contract } : {});
  await compare(runs, { top: (run) => ({ source: contracted("discard_row")(run) }) });
  await compare(runs, { top: contracted({ columns: "discard_value", data_type: "discard_value" }) });
});

test("hints of the resource are held against the contract too", { skip }, async () => {
  const extra = { columns: { id: { data_type: "bigint" }, extra: { data_type: "text" } } };
  const retyped = { columns: { id: { data_type: "text" } } };
  const documents = '[{"id":2,"extra":"x"}]';
  await compare([
    named([{ documents: FIRST }, { documents: FIRST }, { documents: FIRST }]),
    named([
      { documents, contract: { columns: "discard_value" }, hints: extra },
      { documents: '[{"id":2}]', contract: { data_type: "discard_value" }, hints: retyped },
      { documents: '[{"id":2}]', contract: { data_type: "discard_row" }, hints: retyped },
    ]),
  ]);
  const first = { things: { documents: FIRST } };
  await compare([first, { things: { documents, contract: { columns: "freeze" }, hints: extra } }], { failing: 1 });
  await compare([first, { things: { documents: FIRST, contract: { data_type: "freeze" }, hints: retyped } }], {
    failing: 1,
  });
});
