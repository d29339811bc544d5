import { InternalError } from "../../core/errors.ts";
import type { Chain } from "../../load/plan.ts";
import { insertMissing } from "./insert-missing.ts";
import type { LoadContext } from "./load-context.ts";
import type { PreparedTables } from "./prepare-tables.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { stageRows } from "./stage-rows.ts";
import { upsert } from "./upsert-chain.ts";
import { writeVersions } from "./version-chain.ts";

/**
 * Merges by a strategy that looks at the rows that are there before it writes: upsert, insert-only, scd2. All received
 * rows go to temporary tables first; old and new rows have the same ids, so they cannot stand side by side.
 */
export async function mergeStaged(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
  progress: Progress,
): Promise<void> {
  const rules = chain.staged;
  if (rules === undefined) throw new InternalError("E_INTERNAL", `merge of table ${chain.root.name} has no rules`);
  const staged = await stageRows(session, context, prepared, chain, rules, progress);
  if (rules.strategy === "scd2") await writeVersions(staged, rules, progress);
  else if (rules.strategy === "upsert") await upsert(staged, rules, progress);
  else await insertMissing(staged, rules, progress);
}
