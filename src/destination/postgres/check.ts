import type { Clock } from "../../core/ports.ts";
import type { DestinationCheck, PrivilegeCheck } from "../../load/destination.ts";
import type { Grants } from "./grants.ts";
import type { Row, Session } from "./session.ts";
import { missingRightsSql, serverFactsSql } from "./sql/check.ts";
import { beginSql, type TransactionSettings } from "./sql/transaction.ts";

/**
 * What a load into a dataset will find: the server, and each privilege that it needs with the statement that gives it.
 * Reads only.
 */
export async function checkDatabase(
  session: Session,
  dataset: string,
  options: {
    readonly transaction: Pick<TransactionSettings, "statementTimeout" | "settings">;
    readonly grants: Grants;
    readonly clock: Clock;
  },
): Promise<DestinationCheck> {
  const { grants } = options;
  const doing = { doing: "ask for the privileges" };
  await session.execute({ doing: "begin to read" }, beginSql({ readOnly: true, ...options.transaction }));
  try {
    const [facts] = await session.query(doing, serverFactsSql(), [dataset]);
    const [version, user, encrypted, seconds, readOnly, exists, createSchema, createInSchema, temporary] = facts ?? [];
    const yes = (field: string | null | undefined) => field === "t";
    const privileges: PrivilegeCheck[] = [
      yes(exists)
        ? { what: `create tables in schema ${dataset}`, ok: yes(createInSchema), grant: grants.createInSchema(dataset) }
        : { what: `create schema ${dataset}`, ok: yes(createSchema), grant: grants.createSchema() },
      { what: "create temporary tables (for merge)", ok: yes(temporary), grant: grants.temporary() },
    ];
    const missing: readonly Row[] = yes(exists) ? await session.query(doing, missingRightsSql(), [dataset]) : [];
    for (const [table, kind] of missing) {
      if (table === undefined || table === null) continue;
      const owner = kind === "owner";
      privileges.push({
        what: owner ? `add columns to ${dataset}.${table}` : `read and write ${dataset}.${table}`,
        ok: false,
        grant: owner ? grants.ownership(dataset, table) : grants.rows(dataset, table),
      });
    }
    return {
      serverVersion: version ?? "",
      user: user ?? "",
      encrypted: yes(encrypted),
      writable: !yes(readOnly),
      datasetExists: yes(exists),
      clockSkewSeconds: Number(seconds) - options.clock.now() / 1000,
      privileges,
    };
  } finally {
    await session.rollback();
  }
}
