import { dropBytes, takeBytes } from "../../core/byte-pool.ts";
import { InternalError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import type { SpooledFile } from "../../load/early-load.ts";
import type { Chain } from "../../load/plan.ts";
import { completeColumns } from "../../schema/schema.ts";
import type { LoadContext } from "./load-context.ts";
import { deleteLosers, deleteOldRows, stageKeys } from "./merge-chain.ts";
import { CHUNK_MEMORY, packageChunks } from "./package-chunks.ts";
import type { PreparedTables } from "./prepare-tables.ts";
import { add, type CopiedPart, type Progress } from "./progress.ts";
import { fillRootIds, tightenRootIds } from "./root-ids.ts";
import type { Purpose, Session } from "./session.ts";
import { copySql, deleteAllSql, truncateSql } from "./sql/rows.ts";
import { addUniqueSql } from "./sql/tables.ts";

/** Writes the rows of one root table and its nested tables by their disposition. Locks are held, columns are there. */
export async function writeChain(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
  progress: Progress,
): Promise<void> {
  await fillRootIds(session, context, prepared, chain);
  if (chain.action === "merge") {
    const merge = await stageKeys(session, context, prepared, chain, progress.merges++);
    await deleteOldRows(session, context, prepared, merge, progress);
    await copyFiles(session, context, chain, progress);
    await deleteLosers(session, context, merge, progress);
  } else {
    if (chain.action === "replace") await emptyTables(session, context, prepared, chain, progress);
    await copyFiles(session, context, chain, progress);
  }
  await addConstraints(session, context, prepared, chain);
  await tightenRootIds(session, context, prepared, chain);
}

/** Copies what is left of the files: all of them, or what came after an early load had stopped. */
async function copyFiles(session: Session, context: LoadContext, chain: Chain, progress: Progress): Promise<void> {
  const { request } = context;
  for (const file of chain.files) {
    const number = ++progress.files;
    const done = progress.early.get(file.path) ?? { rows: 0, bytes: 0 };
    const part = { file, from: done, fault: `load:copy:${number}`, signal: request.signal };
    const rows = done.rows + (await copyPart(session, context, part, progress));
    if (rows !== file.rows) {
      throw new InternalError("E_INTERNAL", `${file.path} gave ${rows} rows, its manifest says ${file.rows}`, {
        step: "load",
        context: { table: file.table },
      });
    }
    request.onEvent({ type: "table-loaded", table: file.table, rows, bytes: file.bytes });
  }
}

export interface FilePart {
  /** The file up to where it is copied. */
  readonly file: SpooledFile;
  /** Where the last copy ended. */
  readonly from: Pick<CopiedPart, "bytes">;
  /** Fault point in the middle of the COPY. */
  readonly fault: string;
  readonly signal: AbortSignal;
}

/** Copies one part of a file into its table and gives the number of rows. */
export async function copyPart(
  session: Session,
  context: LoadContext,
  { file, from, fault, signal }: FilePart,
  progress: Progress,
): Promise<number> {
  const { folder, manifest } = context.request;
  const purpose: Purpose = {
    doing: `copy rows into table ${file.table}`,
    table: file.table,
    grant: context.grants.rows(manifest.dataset, file.table),
  };
  if (from.bytes === file.bytes) {
    await faultPoint(fault);
    return 0;
  }
  const memory = takeBytes(CHUNK_MEMORY);
  const chunks = withFault(packageChunks(folder, file, from.bytes, memory), fault);
  add(progress.bytes, file.table, file.bytes - from.bytes);
  const rows = await session.copy(purpose, copySql(manifest.dataset, file.table, file.columns), chunks, signal);
  add(progress.copied, file.table, rows);
  // The server has taken all of it. After an error the collector does it: the socket may still have some.
  dropBytes(memory);
  return rows;
}

/** The fault point lies in the middle of the COPY, after its first piece. */
async function* withFault(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    yield chunk;
    if (first) await faultPoint(name);
    first = false;
  }
}

async function emptyTables(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
  progress: Progress,
): Promise<void> {
  const { dataset } = context.request.manifest;
  // Children first: a foreign key of the user's from child to parent then does not stand in the way.
  const tables = chain.tables
    .map((table) => table.name)
    .filter((name) => prepared.catalog.has(name) && !prepared.created.has(name))
    .reverse();
  const first = tables[0];
  if (first === undefined) return;
  if (context.replaceMethod === "truncate") {
    const grant = context.grants.truncate(dataset, first);
    await session.execute(
      { doing: `truncate table ${chain.root.name}`, table: first, grant },
      truncateSql(dataset, tables),
    );
    return;
  }
  for (const table of tables) {
    const purpose = { doing: `delete the rows of table ${table}`, table, grant: context.grants.rows(dataset, table) };
    add(progress.deleted, table, await session.execute(purpose, deleteAllSql(dataset, table)));
  }
}

async function addConstraints(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
): Promise<void> {
  const { dataset } = context.request.manifest;
  for (const table of chain.tables) {
    if (!prepared.created.has(table.name)) continue;
    const sql = addUniqueSql(dataset, table.name, completeColumns(table));
    const purpose = { doing: `make the row ids of table ${table.name} unique`, table: table.name };
    if (sql !== undefined) await session.execute(purpose, sql);
  }
}
