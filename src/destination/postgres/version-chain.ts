import type { VersionRules } from "../../load/plan.ts";
import { add, type Progress } from "./progress.ts";
import { dropStagedSql } from "./sql/staged-rows.ts";
import {
  createKnownSql,
  dropConstraintSql,
  insertNestedVersionsSql,
  insertVersionsSql,
  knownNumbers,
  retireSql,
  returnsSql,
  uniqueIdsSql,
} from "./sql/versions.ts";
import { isFilled, type StagedChain } from "./stage-rows.ts";

/**
 * Slowly changing dimensions: ends the versions that were not received again, and writes those that do not hold yet. Nested
 * rows are only added. dlt: golden sql.json `scd2*`; but where a column of the data tells the versions apart, rows below
 * a version that holds already are left out: dlt adds them again with each load, without a row above them.
 */
export async function writeVersions(chain: StagedChain, rules: VersionRules, progress: Progress): Promise<void> {
  const { root, nested, names, run } = chain;
  const filled = nested.filter(isFilled);
  if (!root.isNew) {
    add(progress.deleted, root.table, await run("end versions in", root, retireSql(root, rules)));
    await run("find the received versions in", root, createKnownSql(root, names, rules));
    const known = knownNumbers(names);
    if (rules.version !== root.rowId) {
      for (const table of filled) await run("leave out rows of", table, dropStagedSql(table, known));
    }
    await run("leave out rows of", root, dropStagedSql(root, known));
    if (rules.version === root.rowId) await allowReturns(chain);
  }
  await run("insert versions into", root, insertVersionsSql(root, rules));
  for (const table of filled) await run("insert rows into", table, insertNestedVersionsSql(table));
}

/** The rows that are left are new versions, or old ones that come back under the id that they had. */
async function allowReturns({ root, run, query }: StagedChain): Promise<void> {
  const [unique] = await query("look for constraints of", root, uniqueIdsSql(root));
  const name = unique?.[0];
  if (!name) return;
  const [returns] = await query("look for versions that come back in", root, returnsSql(root));
  if (returns?.[0] === "true") await run("drop the constraint on row ids of", root, dropConstraintSql(root, name));
}
