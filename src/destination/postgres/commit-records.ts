import { faultPoint } from "../../core/fault-point.ts";
import { ENGINE_VERSION } from "../../schema/migrate.ts";
import { storedSchemaText } from "../../schema/stored.ts";
import { LOADS_TABLE, STATE_TABLE, VERSION_TABLE } from "../../schema/system-tables.ts";
import type { LoadContext } from "./load-context.ts";
import type { Session } from "./session.ts";
import { insertLoadSql, insertStateSql, insertVersionSql } from "./sql/system-tables.ts";

/**
 * Writes the rows by which Sluice and dlt know the package: the state, the schema version when its hash is new, and last
 * the completed load, without which the others do not count.
 */
export async function writeRecords(session: Session, context: LoadContext): Promise<void> {
  const { manifest, schema } = context.request;
  const { dataset } = manifest;
  const now = new Date(context.clock.now()).toISOString();
  const purpose = (table: string) => ({
    doing: `write table ${table}`,
    table,
    grant: context.grants.rows(dataset, table),
  });
  const { state } = manifest;
  if (state !== undefined) {
    await session.query(purpose(STATE_TABLE), insertStateSql(dataset), [
      state.version,
      state.engineVersion,
      state.pipelineName,
      state.state,
      state.createdAt,
      state.versionHash,
      manifest.loadId,
      state.dltId,
    ]);
  }
  await faultPoint("load:after-state");
  await session.query(purpose(VERSION_TABLE), insertVersionSql(dataset), [
    schema.version,
    ENGINE_VERSION,
    now,
    schema.name,
    schema.versionHash,
    storedSchemaText(schema),
  ]);
  const load = [manifest.loadId, manifest.schemaName, now, schema.versionHash];
  await session.query(purpose(LOADS_TABLE), insertLoadSql(dataset), load);
}
