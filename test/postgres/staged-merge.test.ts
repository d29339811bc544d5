/**
 * What the strategies that stage whole rows do where dlt fails, leaves rows without a root, or touches more than it must; what
 * dlt does as well is compared with it in test/differential/strategies.test.ts and in the golden files.
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { JsonValue } from "../../src/core/json.ts";
import type { ResourceHints } from "../../src/core/source.ts";
import type { PipelineRun } from "../../src/pipeline/run.ts";
import { type DocumentsPipeline, documentsPipeline } from "../support/documents-pipeline.ts";
import { documentsSource, goldenHints } from "../support/documents-source.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let end: (() => Promise<void>) | undefined;
let number = 0;

const merge = (strategy: string, more = {}, hints = {}): ResourceHints =>
  goldenHints({ write_disposition: { disposition: "merge", strategy, ...more }, primary_key: "id", ...hints });
const GONE = { columns: { gone: { data_type: "bool", hard_delete: true } } };

interface Pipeline extends DocumentsPipeline {
  readonly dataset: string;
  load(documents: readonly JsonValue[], hints: ResourceHints): Promise<PipelineRun>;
  /** Each row of `t` as `id x`, with the values of its list in their order. */
  rows(): Promise<readonly string[]>;
  /** Nested rows whose parent is not there. */
  orphans(): Promise<number>;
}

async function pipelineOf(): Promise<Pipeline> {
  const dataset = `staged_${++number}`;
  const pipeline = await documentsPipeline({ url: database.url, dataset, resource: "t" });
  const nested = async () => {
    const [row] = await database.query("SELECT (to_regclass($1) IS NOT NULL)::text AS there", [`${dataset}.t__l`]);
    return row?.there === "true";
  };
  return {
    ...pipeline,
    dataset,
    async load(documents, hints) {
      const run = await pipeline.run(documents, hints);
      if (run.error !== undefined) throw run.error;
      return run;
    },
    async rows() {
      const list = (await nested())
        ? `(SELECT string_agg(l.value::text, ',' ORDER BY l._dlt_list_idx) FROM ${dataset}.t__l l WHERE l._dlt_parent_id = t._dlt_id)`
        : "NULL::text";
      const rows = await database.query(
        `SELECT concat_ws(' ', t.id, t.x, '[' || ${list} || ']') AS line FROM ${dataset}.t t ORDER BY 1`,
      );
      return rows.map((row) => row.line ?? "");
    },
    async orphans() {
      const [row] = await database.query(
        `SELECT count(*)::text AS n FROM ${dataset}.t__l l WHERE NOT EXISTS (SELECT 1 FROM ${dataset}.t t WHERE t._dlt_id = l._dlt_parent_id)`,
      );
      return Number(row?.n);
    },
  };
}

function duplicates({ trace }: PipelineRun): number {
  return trace.warnings.filter((one) => one.code === "W_DUPLICATE_KEY").reduce((sum, one) => sum + (one.count ?? 0), 0);
}

suite("strategies that stage whole rows", () => {
  before(async () => {
    database = await testDatabase({
      after: (ending) => {
        end = ending;
      },
    });
  });
  after(() => end?.());

  test("upsert: of several records with one key the last received stays, with its own list and no other", async () => {
    const pipeline = await pipelineOf();
    const first = await pipeline.load(
      [
        { id: 1, x: 1, l: [1, 2, 3] },
        { id: 2, x: 2, l: [7] },
        { id: 1, x: 3, l: [9] },
        { id: 1, x: 4 },
        { id: 2, x: 5, l: [8, 8] },
      ],
      merge("upsert"),
    );
    assert.deepEqual(await pipeline.rows(), ["1 4", "2 5 [8,8]"]);
    assert.equal(duplicates(first), 3);
    const second = await pipeline.load(
      [
        { id: 2, x: 6, l: [1, 2, 3] },
        { id: 2, x: 7, l: [4] },
        { id: 1, x: 8, l: [5] },
      ],
      merge("upsert"),
    );
    assert.deepEqual(await pipeline.rows(), ["1 8 [5]", "2 7 [4]"]);
    assert.equal(duplicates(second), 1);
    assert.equal(await pipeline.orphans(), 0);
    await pipeline.close();
  });

  test("upsert: dedup_sort chooses among several records of one key", async () => {
    const pipeline = await pipelineOf();
    const hints = merge("upsert", {}, { columns: { x: { dedup_sort: "desc" } } });
    await pipeline.load(
      [
        { id: 1, x: 5, l: [1] },
        { id: 1, x: 9, l: [2] },
        { id: 1, x: 7, l: [3] },
      ],
      hints,
    );
    assert.deepEqual(await pipeline.rows(), ["1 9 [2]"]);
    await pipeline.close();
  });

  test("upsert: a mark deletes what is there or came earlier in the load; alone it is inserted, as by dlt", async () => {
    const pipeline = await pipelineOf();
    const hints = merge("upsert", {}, GONE);
    await pipeline.load(
      [
        { id: 1, x: 1, gone: false, l: [1] },
        { id: 2, x: 1, gone: false, l: [2] },
        { id: 2, x: 2, gone: true },
        { id: 3, x: 1, gone: true, l: [3] },
        { id: 4, x: 1, gone: true },
        { id: 4, x: 2, gone: false, l: [4] },
      ],
      hints,
    );
    assert.deepEqual(await pipeline.rows(), ["1 1 [1]", "3 1", "4 2 [4]"]);
    await pipeline.load(
      [
        { id: 1, x: 3, gone: false, l: [6] },
        { id: 1, x: 4, gone: true, l: [5] },
        { id: 4, x: 5, gone: true },
        { id: 4, x: 6, l: [7, 7] },
      ],
      hints,
    );
    assert.deepEqual(await pipeline.rows(), ["3 1", "4 6 [7,7]"]);
    assert.equal(await pipeline.orphans(), 0);
    await pipeline.close();
  });

  test("upsert: columns and foreign keys of the user stay, triggers see an update, nested rows as they were are not written", async () => {
    const pipeline = await pipelineOf();
    const { dataset } = pipeline;
    await pipeline.load(
      [
        { id: 1, x: 1, l: [1, 2] },
        { id: 2, x: 2, l: [3] },
      ],
      merge("upsert"),
    );
    await database.query(`ALTER TABLE ${dataset}.t ADD COLUMN note text, ADD PRIMARY KEY (id)`);
    await database.query(`UPDATE ${dataset}.t SET note = 'kept ' || id`);
    await database.query(`CREATE TABLE ${dataset}.mine (t_id bigint REFERENCES ${dataset}.t (id) ON DELETE CASCADE)`);
    await database.query(`INSERT INTO ${dataset}.mine VALUES (1), (2)`);
    await database.query(`CREATE TABLE ${dataset}.seen (what text)`);
    await database.query(
      `CREATE FUNCTION ${dataset}.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ${dataset}.seen VALUES (TG_OP); RETURN NULL; END $$`,
    );
    await database.query(
      `CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON ${dataset}.t FOR EACH ROW EXECUTE FUNCTION ${dataset}.note()`,
    );
    const versions = `SELECT string_agg(value || ':' || xmin::text, ' ' ORDER BY value) AS v FROM ${dataset}.t__l WHERE value < 3`;
    const before = await database.query(versions);
    await pipeline.load(
      [
        { id: 1, x: 9, l: [1, 2] },
        { id: 2, x: 8, l: [4] },
        { id: 3, x: 7 },
      ],
      merge("upsert"),
    );
    const notes = await database.query(`SELECT id::text, x::text, note FROM ${dataset}.t ORDER BY id`);
    assert.deepEqual(notes, [
      { id: "1", x: "9", note: "kept 1" },
      { id: "2", x: "8", note: "kept 2" },
      { id: "3", x: "7", note: null },
    ]);
    assert.equal((await database.query(`SELECT * FROM ${dataset}.mine`)).length, 2);
    const seen = await database.query(`SELECT what FROM ${dataset}.seen ORDER BY what`);
    assert.deepEqual(
      seen.map((row) => row.what),
      ["INSERT", "UPDATE", "UPDATE"],
    );
    assert.deepEqual(await database.query(versions), before);
    await pipeline.close();
  });

  test("upsert after merge and after append: rows get the id of their key, no nested row is left behind, one row a key", async () => {
    const pipeline = await pipelineOf();
    await pipeline.load([{ id: 1, x: 1, l: [1, 2] }], goldenHints({}));
    await pipeline.load(
      [
        { id: 1, x: 2, l: [3] },
        { id: 2, x: 3, l: [4] },
      ],
      goldenHints({}),
    );
    await pipeline.load([{ id: 2, x: 4, l: [5] }], goldenHints({ write_disposition: "merge", primary_key: "id" }));
    await pipeline.load(
      [
        { id: 1, x: 5, l: [6] },
        { id: 2, x: 6 },
      ],
      merge("upsert"),
    );
    assert.deepEqual(await pipeline.rows(), ["1 5 [6]", "2 6"]);
    assert.equal(await pipeline.orphans(), 0);
    await pipeline.close();
  });

  test("insert-only: the first received of a key stays; rows below a marked record or a stranger are left out", async () => {
    const pipeline = await pipelineOf();
    await pipeline.load([{ id: 9, x: 9, l: [9] }], goldenHints({ write_disposition: "merge", primary_key: "id" }));
    const hints = merge("insert-only", {}, GONE);
    const run = await pipeline.load(
      [
        { id: 1, x: 1, l: [1] },
        { id: 1, x: 2, l: [2, 3] },
        { id: 2, x: 3, gone: true, l: [4] },
        { id: 9, x: 4, l: [5, 6] },
      ],
      hints,
    );
    assert.deepEqual(await pipeline.rows(), ["1 1 [1]", "9 9 [9]"]);
    assert.equal(duplicates(run), 1);
    await pipeline.load([{ id: 1, x: 5, l: [7, 8] }], hints);
    assert.deepEqual(await pipeline.rows(), ["1 1 [1,8]", "9 9 [9]"]);
    assert.equal(await pipeline.orphans(), 0);
    await pipeline.close();
  });

  test("scd2 with a version of the data: rows below a version that holds are not written again", async () => {
    const pipeline = await pipelineOf();
    const hints = merge("scd2", { row_version_column_name: "v" });
    for (const v of [1, 1, 2]) await pipeline.load([{ id: 1, x: v, v, l: [v, v] }], hints);
    assert.deepEqual(await pipeline.rows(), ["1 1 [1,1]", "1 2 [2,2]"]);
    assert.equal(await pipeline.orphans(), 0);
    await pipeline.close();
  });

  test("scd2: the same record twice has its nested rows once; a version that comes back has them again", async () => {
    const pipeline = await pipelineOf();
    const hints = merge("scd2");
    const one = { id: 1, x: 1, l: [1, 2] };
    await pipeline.load([one, one], hints);
    await pipeline.load([{ ...one, x: 2 }], hints);
    await pipeline.load([one], hints);
    const held = await database.query(
      `SELECT x::text, count(*)::text AS n, (count(*) FILTER (WHERE _dlt_valid_to IS NULL))::text AS holds FROM ${pipeline.dataset}.t GROUP BY x ORDER BY x`,
    );
    assert.deepEqual(held, [
      { x: "1", n: "3", holds: "1" },
      { x: "2", n: "1", holds: "0" },
    ]);
    assert.equal(await pipeline.orphans(), 0);
    assert.deepEqual(await pipeline.rows(), ["1 1 [1,2]", "1 1 [1,2]", "1 1 [1,2]", "1 2 [1,2]"]);
    await pipeline.close();
  });

  test("scd2 after append: a version may come back although the row ids were unique", async () => {
    const pipeline = await pipelineOf();
    await pipeline.load([{ id: 1, x: 0 }], goldenHints({}));
    for (const x of [1, 2, 1]) await pipeline.load([{ id: 1, x }], merge("scd2"));
    assert.deepEqual(await pipeline.rows(), ["1 0", "1 1", "1 1", "1 2"]);
    const constraints = await database.query(
      `SELECT conname FROM pg_constraint WHERE conrelid = '${pipeline.dataset}.t'::regclass AND contype = 'u'`,
    );
    assert.deepEqual(constraints, []);
    await pipeline.close();
  });

  test("resources that share a table: records of both are told apart", async () => {
    const pipeline = await pipelineOf();
    const hints = { ...merge("upsert"), tableName: "t" };
    const { error } = await pipeline.runSource(
      documentsSource({
        name: pipeline.dataset,
        resources: [
          {
            name: "a",
            documents: [
              { id: 1, x: 1, l: [1, 1] },
              { id: 2, x: 2, l: [2] },
            ],
            hints,
          },
          {
            name: "b",
            documents: [
              { id: 1, x: 3, l: [3] },
              { id: 3, x: 4, l: [4] },
            ],
            hints,
          },
        ],
      }),
    );
    assert.equal(error, undefined);
    assert.deepEqual(await pipeline.rows(), ["1 3 [3]", "2 2 [2]", "3 4 [4]"]);
    await pipeline.close();
  });
});
