import { VERSION_TABLE } from "../../schema/system-tables.ts";
import { tableExists } from "./catalog.ts";
import type { LoadContext } from "./load-context.ts";
import { add, type Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { deleteAllSql, truncateSql } from "./sql/rows.ts";
import { deleteVersionsSql } from "./sql/system-tables.ts";
import { dropTablesSql } from "./sql/tables.ts";

/**
 * Drops the tables that a refresh forgets, with the stored versions of their schema, in the transaction that loads what takes
 * their place: until its COMMIT nobody sees anything of it. dlt's staging dataset has tables of the same names, whose columns
 * would no longer fit; they go too.
 */
export async function dropRefreshed(session: Session, context: LoadContext): Promise<void> {
  const { dataset, dropped = [], schemaName } = context.request.manifest;
  if (dropped.length === 0) return;
  for (const place of [dataset, `${dataset}_staging`]) {
    const there: string[] = [];
    for (const table of dropped) {
      if (await tableExists(session, place, table, context.grants)) there.push(table);
    }
    const first = there[0];
    if (first !== undefined) {
      const purpose = { doing: `drop table ${first}`, table: first, grant: context.grants.ownership(place, first) };
      await session.execute(purpose, dropTablesSql(place, there));
    }
    if (await tableExists(session, place, VERSION_TABLE, context.grants)) {
      const grant = context.grants.rows(place, VERSION_TABLE);
      const purpose = { doing: `forget the versions of schema ${schemaName}`, table: VERSION_TABLE, grant };
      await session.query(purpose, deleteVersionsSql(place), [schemaName]);
    }
  }
}

/** Empties the tables of which a refresh keeps the schema, as replace would. */
export async function emptyRefreshed(session: Session, context: LoadContext, progress: Progress): Promise<void> {
  const { dataset, emptied = [] } = context.request.manifest;
  for (const table of emptied) {
    if (!(await tableExists(session, dataset, table, context.grants))) continue;
    if (context.replaceMethod === "delete") {
      const purpose = { doing: `delete the rows of table ${table}`, table, grant: context.grants.rows(dataset, table) };
      add(progress.deleted, table, await session.execute(purpose, deleteAllSql(dataset, table)));
    } else {
      const purpose = { doing: `truncate table ${table}`, table, grant: context.grants.truncate(dataset, table) };
      await session.execute(purpose, truncateSql(dataset, [table]));
    }
  }
}
