import type { UpsertRules } from "../../load/plan.ts";
import { dropLosers } from "./drop-losers.ts";
import type { Progress } from "./progress.ts";
import { analyzeSql } from "./sql/merge.ts";
import { dropStagedSql, insertStagedSql, isAbsent } from "./sql/staged-rows.ts";
import { createPresentSql, goneNumbers, isUnmatched, strangerNumbers } from "./sql/upsert.ts";
import { isFilled, type StagedChain } from "./stage-rows.ts";

/**
 * Inserts the rows whose key is not there, and nested rows whose id is not there: the list of a record that is there may
 * have grown. Nested rows that would have no root are left out. dlt: golden sql.json `insert_only*`.
 */
export async function insertMissing(chain: StagedChain, rules: UpsertRules, progress: Progress): Promise<void> {
  const { root, nested, names, run } = chain;
  const filled = nested.filter(isFilled);
  const leaveOut = async (numbers: string) => {
    for (const table of filled) await run("leave out rows of", table, dropStagedSql(table, numbers));
  };
  if (rules.hardDelete !== undefined) {
    const gone = goneNumbers(root, rules.hardDelete);
    await leaveOut(gone);
    await run("leave out rows of", root, dropStagedSql(root, gone));
  }
  await dropLosers(chain, rules, progress);
  if (!root.isNew) {
    await run("find the received keys in", root, createPresentSql(root, names, rules));
    await run("find the received keys in", root, analyzeSql(names.old));
    // A row that came by another strategy has an id that is not made from its key.
    await leaveOut(strangerNumbers(names));
  }
  await run("insert rows into", root, insertStagedSql(root, root.isNew ? undefined : isUnmatched(names)));
  for (const table of filled) {
    await run("insert rows into", table, insertStagedSql(table, table.isNew ? undefined : isAbsent(table)));
  }
}
