import { dropBytes, takeBytes } from "../../core/byte-pool.ts";
import { InternalError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import type { SpooledFile } from "../../load/early-load.ts";
import type { PackageFile } from "../../load/manifest.ts";
import type { Chain } from "../../load/plan.ts";
import type { LoadContext } from "./load-context.ts";
import { CHUNK_MEMORY, packageChunks } from "./package-chunks.ts";
import { add, type CopiedPart, type Progress } from "./progress.ts";
import type { Purpose, Session } from "./session.ts";
import { copySql } from "./sql/rows.ts";

/**
 * Copies what is left of the files: all of them, or what came after an early load had stopped.
 *
 * @param copyInto the COPY statement of a file, where the rows do not go straight into their table
 */
export async function copyFiles(
  session: Session,
  context: LoadContext,
  chain: Chain,
  progress: Progress,
  copyInto?: (file: PackageFile) => string,
): Promise<void> {
  const { request } = context;
  for (const file of chain.files) {
    const number = ++progress.files;
    const done = progress.early.get(file.path) ?? { rows: 0, bytes: 0 };
    const fault = `load:copy:${number}`;
    const sql = copyInto?.(file);
    const part = { file, from: done, fault, signal: request.signal, ...(sql === undefined ? {} : { sql }) };
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
  /** The COPY statement; absent: into the table of the file. */
  readonly sql?: string;
}

/** Copies one part of a file into its table and gives the number of rows. */
export async function copyPart(
  session: Session,
  context: LoadContext,
  { file, from, fault, signal, sql }: FilePart,
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
  const rows = await session.copy(purpose, sql ?? copySql(manifest.dataset, file.table, file.columns), chunks, signal);
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
