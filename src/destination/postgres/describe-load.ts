import { parseJson } from "../../core/json-reader.ts";
import type { LoadQuestion, LoadRecord, SchemaChange } from "../../load/destination.ts";
import { completeColumns, isSystemTable } from "../../schema/schema.ts";
import { parseStoredSchema } from "../../schema/stored.ts";
import { LOADS_TABLE, VERSION_TABLE } from "../../schema/system-tables.ts";
import type { Schema, Table } from "../../schema/table.ts";
import { readCatalog, tableExists } from "./catalog.ts";
import type { Grants } from "./grants.ts";
import { columnAdded, tableAdded } from "./prepare-tables.ts";
import type { Row, Session } from "./session.ts";
import { countLoadRowsSql, loadByIdSql, newestLoadSql, previousLoadSql, schemaByHashSql } from "./sql/loads.ts";
import { newestSchemasSql } from "./sql/system-tables.ts";
import { beginSql, type TransactionSettings } from "./sql/transaction.ts";

/**
 * Reads what the destination knows of a load, in one snapshot: by its id, or the newest one. Null when there is none. What
 * it changed is the difference between its schema and that of the load before.
 */
export async function describeLoad(
  session: Session,
  request: LoadQuestion,
  options: {
    readonly transaction: Pick<TransactionSettings, "statementTimeout" | "settings">;
    readonly grants: Grants;
  },
): Promise<LoadRecord | null> {
  const { dataset, loadId } = request;
  const { grants } = options;
  await session.execute({ doing: "begin to read" }, beginSql({ readOnly: true, ...options.transaction }));
  try {
    if (!(await tableExists(session, dataset, LOADS_TABLE, grants))) return null;
    const ask = (table: string, text: string, values: readonly (string | readonly string[])[]) =>
      session.query({ doing: `read ${table}`, table, grant: grants.rows(dataset, table) }, text, values);
    const [row] =
      loadId === undefined
        ? await ask(LOADS_TABLE, newestLoadSql(dataset), [request.schemas])
        : await ask(LOADS_TABLE, loadByIdSql(dataset), [loadId]);
    if (row === undefined) return null;
    const load = loadFrom(row);
    const [earlier] = await ask(LOADS_TABLE, previousLoadSql(dataset), [load.schemaName, load.loadId]);
    const hasVersions = await tableExists(session, dataset, VERSION_TABLE, grants);
    const version = async (hash: string) => {
      const rows = hasVersions ? await ask(VERSION_TABLE, schemaByHashSql(dataset), [load.schemaName, hash]) : [];
      return parsed(rows[0]?.[0]);
    };
    const schema = await version(load.schemaVersionHash);
    const before = earlier === undefined ? undefined : await version(loadFrom(earlier).schemaVersionHash);
    const [newest] = hasVersions ? await ask(VERSION_TABLE, newestSchemasSql(dataset), [[load.schemaName]]) : [];
    const rows = await countRows(session, request, load.loadId, schema ?? parsed(newest?.[1]), grants);
    const isKnown = schema !== undefined && (earlier === undefined || before !== undefined);
    return { ...load, rows, changes: isKnown ? schemaChanges(before, schema) : null };
  } finally {
    await session.rollback();
  }
}

type Load = Omit<LoadRecord, "rows" | "changes">;

function loadFrom([loadId, schemaName, status, insertedAt, schemaVersionHash]: Row): Load {
  return {
    loadId: loadId ?? "",
    schemaName: schemaName ?? "",
    status: Number(status),
    insertedAt: insertedAt ?? "",
    schemaVersionHash: schemaVersionHash ?? "",
  };
}

function parsed(document: string | null | undefined): Schema | undefined {
  return document === null || document === undefined ? undefined : parseStoredSchema(parseJson(document));
}

async function countRows(
  session: Session,
  { dataset, signal }: LoadQuestion,
  loadId: string,
  schema: Schema | undefined,
  grants: Grants,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const tables = [...(schema?.tables.values() ?? [])].filter(({ name }) => !isSystemTable(name));
  const names = tables.map((table) => table.name);
  const catalog = await readCatalog(session, dataset, names);
  for (const { name } of tables) {
    signal.throwIfAborted();
    const chain = schema === undefined ? [] : chainUp(schema, name);
    const columns = chain.map((table) => catalog.get(table)?.columns);
    const isLinked = columns.every((own, at) => own?.has(at === chain.length - 1 ? "_dlt_load_id" : "_dlt_parent_id"));
    if (chain.length === 0 || !isLinked) continue;
    const purpose = { doing: `count the rows of table ${name}`, table: name, grant: grants.rows(dataset, name) };
    const [row] = await session.query(purpose, countLoadRowsSql(dataset, chain), [loadId]);
    counts.set(name, Number(row?.[0] ?? 0));
  }
  return counts;
}

/** The table, its parent and so on up to the root. */
function chainUp(schema: Schema, name: string): readonly string[] {
  const chain: string[] = [];
  for (let at: Table | undefined = schema.tables.get(name); at !== undefined && !chain.includes(at.name); ) {
    chain.push(at.name);
    at = at.parent === undefined ? undefined : schema.tables.get(at.parent);
  }
  return chain;
}

function schemaChanges(before: Schema | undefined, after: Schema): readonly SchemaChange[] {
  const changes: SchemaChange[] = [];
  for (const table of after.tables.values()) {
    if (isSystemTable(table.name) || table.seenData !== true) continue;
    const known = before?.tables.get(table.name);
    if (known?.seenData !== true) {
      changes.push(tableAdded(table));
      continue;
    }
    const columns = completeColumns(table).filter(({ name }) => known.columns.get(name)?.dataType === undefined);
    for (const column of columns) changes.push(columnAdded({ table }, column));
  }
  return changes;
}
