import { parseJson } from "../../core/json-reader.ts";
import type { SyncRequest, SyncResult } from "../../load/destination.ts";
import { parseStoredSchema } from "../../schema/stored.ts";
import { LOADS_TABLE, STATE_TABLE, VERSION_TABLE } from "../../schema/system-tables.ts";
import type { Schema } from "../../schema/table.ts";
import { stateSchemaNames } from "../../state/pipeline-state.ts";
import { decodeState } from "../../state/stored.ts";
import { schemaExists, tableExists } from "./catalog.ts";
import type { Grants } from "./grants.ts";
import type { Session } from "./session.ts";
import { newestSchemasSql, newestStateLoadIdSql, restoreStateSql, stateRowIdsSql } from "./sql/system-tables.ts";
import { beginSql, type TransactionSettings } from "./sql/transaction.ts";

/**
 * Reads what the destination knows of a pipeline, in one snapshot: the state of its newest completed load, the ids of all
 * its state rows, the newest stored schemas. A table that is not there is "nothing to restore"; what cannot be read is
 * an error, never nothing.
 */
export async function syncPipeline(
  session: Session,
  request: SyncRequest,
  options: {
    readonly transaction: Pick<TransactionSettings, "statementTimeout" | "settings">;
    readonly grants: Grants;
  },
): Promise<SyncResult> {
  const { dataset, pipeline } = request;
  await session.execute({ doing: "begin to read" }, beginSql({ readOnly: true, ...options.transaction }));
  try {
    if (!(await schemaExists(session, dataset))) return nothing(false);
    const read = (table: string) => ({ doing: `read ${table}`, table, grant: options.grants.rows(dataset, table) });
    const schemas = new Map<string, Schema>();
    let result = nothing(true);
    if (await tableExists(session, dataset, STATE_TABLE, options.grants)) {
      const ids = await session.query(read(STATE_TABLE), stateRowIdsSql(dataset), [pipeline]);
      const [newest] = await session.query(read(STATE_TABLE), newestStateLoadIdSql(dataset), [pipeline]);
      const restored = (await tableExists(session, dataset, LOADS_TABLE, options.grants))
        ? await session.query(read(LOADS_TABLE), restoreStateSql(dataset), [pipeline])
        : [];
      const stored = restored[0]?.[0];
      result = {
        ...result,
        stateRowIds: ids.map(([id]) => id ?? ""),
        newestStateLoadId: newest?.[0] ?? null,
        state: stored === null || stored === undefined ? null : decodeState(stored),
      };
    }
    const names = new Set([...request.schemas, ...(result.state === null ? [] : stateSchemaNames(result.state))]);
    if (names.size > 0 && (await tableExists(session, dataset, VERSION_TABLE, options.grants))) {
      for (const [name, document] of await session.query(read(VERSION_TABLE), newestSchemasSql(dataset), [
        [...names],
      ])) {
        if (name && document) schemas.set(name, parseStoredSchema(parseJson(document)));
      }
    }
    return { ...result, schemas };
  } finally {
    await session.rollback();
  }
}

function nothing(datasetExists: boolean): SyncResult {
  return { datasetExists, stateRowIds: [], state: null, newestStateLoadId: null, schemas: new Map() };
}
