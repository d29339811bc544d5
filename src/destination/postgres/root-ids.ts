import type { Chain } from "../../load/plan.ts";
import { parentIdColumn, rootIdColumn, rowIdColumn } from "./key-columns.ts";
import type { LoadContext } from "./load-context.ts";
import type { PreparedTables } from "./prepare-tables.ts";
import { openRootIds } from "./schema-gap.ts";
import type { Session } from "./session.ts";
import { fillRootIdSql, hasNullsSql } from "./sql/rows.ts";
import { setNotNullSql } from "./sql/tables.ts";

/**
 * A table that was appended to and is merged from now on has nested rows without a root id, by which a merge deletes.
 * They are found along `_dlt_parent_id`, parents before children. dlt fails here; the result is the layout it expects.
 */
export async function fillRootIds(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
): Promise<void> {
  const { dataset } = context.request.manifest;
  const tables = new Map(chain.tables.map((table) => [table.name, table]));
  for (const { table, column } of openRootIds(chain.tables, prepared.catalog)) {
    const parent = table.parent === undefined ? undefined : tables.get(table.parent);
    if (parent === undefined || prepared.created.has(table.name) || !prepared.catalog.has(parent.name)) continue;
    const names = {
      table: table.name,
      parent: parent.name,
      rootId: column,
      parentId: parentIdColumn(table),
      rowId: rowIdColumn(parent),
      parentRootId: parent.parent === undefined ? rowIdColumn(parent) : rootIdColumn(parent),
    };
    await session.execute(
      {
        doing: `fill ${column} of table ${table.name}`,
        table: table.name,
        grant: context.grants.rows(dataset, table.name),
      },
      fillRootIdSql(dataset, names),
    );
  }
}

/** Makes filled root ids NOT NULL. A nested row without a parent stays as it is, and the column nullable. */
export async function tightenRootIds(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
): Promise<void> {
  const { dataset } = context.request.manifest;
  for (const { table, column } of openRootIds(chain.tables, prepared.catalog)) {
    const doing = `make ${column} of table ${table.name} not null`;
    const [row] = await session.query({ doing, table: table.name }, hasNullsSql(dataset, table.name, column));
    if (row?.[0] === "true") continue;
    const grant = context.grants.ownership(dataset, table.name);
    await session.execute({ doing, table: table.name, grant }, setNotNullSql(dataset, table.name, column));
  }
}
