import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { testDatabase } from "../support/postgres.ts";
import { folder, jsonApi, onlyObject, shopFile, sluice } from "./support.ts";

/** Values of every kind that JSON can bring, some of them awkward in CSV. */
const ORDERS = [
  `{"id":1,"Name":"a,\\"b\\"","note":"","at":"2024-02-29T12:00:00.120+02:00","total":1.10,"paid":true,"lines":[{"sku":"x","n":1},{"sku":"y","n":null}]}`,
  `{"id":2,"Name":"line\\nbreak\\r\\nend","note":null,"at":"1969-12-31T23:59:59Z","total":1e20,"paid":false,"lines":[]}`,
  `{"id":3,"Name":"\\t tab \\\\ é \u{1f600} \\u2028","total":-0.00001,"paid":null,"big":9223372036854775807,"deep":{"a":{"b":[1.50,{"z":1,"a":"two"}]}},"late":"here"}`,
  `{"id":4,"Name":"NULL","note":"\\\\N","total":3,"date":"2024-02-29","paid":true,"lines":[{"sku":"","n":2.5,"tags":["p","q"]}]}`,
  `{"id":5,"Name":"not a number now","total":"many","note":" "}`,
];

test("normalize: the CSV files say what PostgreSQL prints after a load of the same records", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": `[${ORDERS.join(",")}]` });
  const resource = { name: "orders", primary_key: "id", write_disposition: "merge", endpoint: { path: "orders" } };
  // The schema of a normalize is called like its first file.
  const file = shopFile(api.url, [resource], { name: "orders", max_table_nesting: 1 });
  const cwd = await folder(t, { "shop.json": file, "orders.jsonl": `${ORDERS.join("\n")}\n` });
  const run = await sluice(["run", "shop.json", "--connection-string", database.url], { cwd });
  assert.equal(run.code, 0, run.stderr);
  const hints = ["--primary-key", "id", "--write-disposition", "merge", "--max-table-nesting", "1"];
  const ended = await sluice(["normalize", "orders.jsonl", "--out", "tables", "--load-id", "12.5", ...hints], { cwd });
  assert.equal(ended.code, 0, ended.stderr);

  const names = (await readdir(join(cwd, "tables"))).sort();
  assert.deepEqual(names, ["orders.csv", "orders__lines.csv", "schema.json"]);
  for (const name of ["orders", "orders__lines"]) {
    const [header = [], ...rows] = parseCsv(await readFile(join(cwd, "tables", `${name}.csv`), "utf8"));
    const columns = await database.query(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'shop_data' AND table_name = $1 ORDER BY ordinal_position",
      [name],
    );
    assert.deepEqual(
      header,
      columns.map((column) => column.name),
      "header in schema order",
    );
    const list = columns.map((column) => `"${column.name}"::text AS "${column.name}"`).join(", ");
    const order = name === "orders" ? "id" : "sku";
    const loaded = await database.query(`SELECT ${list} FROM shop_data.${name} ORDER BY ${order}`);
    const printed = rows
      .map((row) => Object.fromEntries(header.map((column, index) => [column, row[index] ?? null])))
      .sort((a, b) => (String(a[order]) < String(b[order]) ? -1 : 1));
    // Ids are random, and the load has its own.
    const data = (row: Record<string, string | null>) =>
      Object.fromEntries(
        Object.entries(row).filter(([column]) => !/^_dlt_(load_id|id|parent_id|root_id)$/.test(column ?? "")),
      );
    assert.deepEqual(printed.map(data), loaded.map(data));
  }
  const orders = parseCsv(await readFile(join(cwd, "tables", "orders.csv"), "utf8"));
  const loadId = orders[0]?.indexOf("_dlt_load_id") ?? -1;
  assert.deepEqual(new Set(orders.slice(1).map((row) => row[loadId])), new Set(["12.5"]));
  // Null is nothing, an empty text is `""`; a column that came late is empty in the rows before it.
  const text = await readFile(join(cwd, "tables", "orders.csv"), "utf8");
  assert.match(text, /^1,"a,""b""","",2024-02-29 10:00:00\.12\+00,1\.1,true,/m);
  assert.match(text, /\r\n2,"line\nbreak\r\nend",,1969/);
  assert.ok(orders[0]?.includes("late") && orders[0].includes("total__v_text"));

  const [stored] = await database.query("SELECT schema FROM shop_data._dlt_version");
  const schema = JSON.parse(await readFile(join(cwd, "tables", "schema.json"), "utf8"));
  const inDatabase = JSON.parse(stored?.schema ?? "");
  for (const name of ["orders", "orders__lines", "_dlt_loads", "_dlt_version"]) {
    assert.deepEqual(schema.tables[name], inDatabase.tables[name], name);
  }
});

test("normalize: from a stored schema and with column hints", async (t) => {
  const files = {
    "orders.jsonl": `{"id":1,"price":"1.005","tag":"x"}\n\n{"id":2,"price":2}\r\n`,
    "more.jsonl": `{"id":"7"}`,
    "columns.yaml": "price: { data_type: decimal, precision: 10, scale: 2 }\n",
  };
  const cwd = await folder(t, files);
  const first = await sluice(["normalize", "orders.jsonl", "--out", "a", "--columns", "columns.yaml", "--json"], {
    cwd,
  });
  assert.equal(first.code, 0, first.stderr);
  const summary = onlyObject(first);
  assert.deepEqual(summary.tables, [{ table: "orders", rows: 2, path: "a/orders.csv" }]);
  const csv = parseCsv(await readFile(join(cwd, "a", "orders.csv"), "utf8"));
  const price = csv[0]?.indexOf("price") ?? -1;
  assert.deepEqual(
    csv.slice(1).map((row) => row[price]),
    ["1.01", "2.00"],
  );

  // The schema goes on: its columns stay, values of other types take the known one or a variant.
  const second = await sluice(["normalize", "orders.jsonl", "more.jsonl", "--out", "b", "--schema", "a/schema.json"], {
    cwd,
  });
  assert.equal(second.code, 0, second.stderr);
  const before = JSON.parse(await readFile(join(cwd, "a", "schema.json"), "utf8"));
  const after = JSON.parse(await readFile(join(cwd, "b", "schema.json"), "utf8"));
  assert.deepEqual(after.tables.orders, before.tables.orders);
  assert.ok(after.version > before.version && after.previous_hashes.includes(before.version_hash));
  assert.ok(after.tables.more);
});

test("normalize: what cannot be read names file and line, and leaves nothing", async (t) => {
  const files = { "bad.jsonl": `{"id":1}\n{"id":2,}\n`, "columns.json": `{"price":"decimal"}`, "schema.json": "{}" };
  const cwd = await folder(t, files);
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [["bad.jsonl"], 7, /^E_DATA_VALUE: bad\.jsonl:2: the line is not JSON at character 9$/m],
    [["none.jsonl"], 2, /^E_INPUT: the file none\.jsonl cannot be read$/m],
    [["bad.jsonl", "--columns", "columns.json"], 2, /^E_CONFIG: columns\.json: expected a mapping/m],
    [["bad.jsonl", "--schema", "schema.json"], 2, /^E_INPUT: schema\.json: not a stored schema/m],
  ];
  const all = await Promise.all(cases.map(([args]) => sluice(["normalize", ...args, "--out", "out"], { cwd })));
  for (const [index, [args, code, message]] of cases.entries()) {
    assert.equal(all[index]?.code, code, `${args}: ${all[index]?.stderr}`);
    assert.match(all[index]?.stderr ?? "", message);
  }
  assert.deepEqual(await readdir(join(cwd, "out")).catch(() => []), []);
});

/** RFC 4180, where nothing between commas is null and `""` an empty text. */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    row.push(match[1]?.replaceAll('""', '"') ?? (match[2] === "" ? null : (match[2] ?? null)));
    if (match[3] === ",") continue;
    rows.push(row);
    row = [];
    if (field.lastIndex === text.length) return rows;
  }
  throw new Error(`not CSV at row ${rows.length + 1}: ${JSON.stringify(text.slice(-80))}`);
}
