import type { UpsertRules } from "../../load/plan.ts";
import { add, type Progress } from "./progress.ts";
import { dropStagedSql } from "./sql/staged-rows.ts";
import { createLosersSql, loserNumbers } from "./sql/upsert.ts";
import { isFilled, type StagedChain } from "./stage-rows.ts";

/** Takes received records out that another one of the same key replaces. */
export async function dropLosers(
  { root, nested, names, run }: StagedChain,
  rules: UpsertRules,
  progress: Progress,
): Promise<void> {
  const found = await run("find rows with the same key in", root, createLosersSql(root, names, rules));
  if (found === 0) return;
  const losers = loserNumbers(names);
  add(progress.duplicates, root.table, await run("leave out rows of", root, dropStagedSql(root, losers)));
  for (const table of nested.filter(isFilled)) await run("leave out rows of", table, dropStagedSql(table, losers));
}
