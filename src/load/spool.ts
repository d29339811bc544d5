import { createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { DataError, InternalError } from "../core/errors.ts";
import type { TableChunk } from "../core/flow.ts";
import type { SpooledFile } from "./early-load.ts";
import type { PackageFile, PackageManifest } from "./manifest.ts";
import { writeManifest } from "./manifest-file.ts";
import { packagesFolder } from "./package-folder.ts";
import { pathName } from "./path-name.ts";

export interface PackageOptions {
  /** Folder of the pipeline; packages lie in `packages/` below it. */
  readonly workFolder: string;
  readonly loadId: string;
  /** `E_LIMIT` when the files of the package grow beyond this. Default 10 GiB. */
  readonly maxBytes?: number;
}

/** What the pipeline adds to the manifest when all rows are written. */
export type ManifestFacts = Omit<PackageManifest, "format" | "loadId" | "files">;

/** Writes the rows of one load package to disk. Calls must not overlap: await each. */
export interface PackageWriter {
  readonly loadId: string;
  readonly folder: string;
  /** Bytes and rows written so far. */
  readonly bytes: number;
  readonly rows: number;
  /** The files as they stand; the list and its members grow with each `write`. */
  readonly files: readonly SpooledFile[];
  /** Appends a chunk to its table's file; resolves when the bytes are handed to the system, which is the backpressure. */
  write(chunk: TableChunk): Promise<void>;
  /** Removes all rows of these tables, for good; nothing may be written afterwards. */
  drop(tables: ReadonlySet<string>): Promise<void>;
  /** Closes the files and writes the manifest last. From here on the package exists. */
  commitManifest(facts: ManifestFacts): Promise<PackageManifest>;
  /** Removes the folder with everything in it. Safe to call at any time before `commitManifest` has ended. */
  abort(): Promise<void>;
}

interface OpenFile extends SpooledFile {
  readonly hash: Hash;
  rows: number;
  bytes: number;
  handle: FileHandle | undefined;
}

const DEFAULT_MAX_BYTES = 10 * 1024 ** 3;

/** More tables than this close the file that was idle longest, so that file descriptors do not run out. */
const MAX_OPEN_FILES = 128;

/**
 * Starts a package. Rows go to one file a table; a new file begins when the column list of a table changes, because one
 * COPY has one column list. Memory holds no rows.
 */
export async function createPackage(options: PackageOptions): Promise<PackageWriter> {
  const folder = join(packagesFolder(options.workFolder), pathName(options.loadId));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return new Spool(folder, options.loadId, options.maxBytes ?? DEFAULT_MAX_BYTES);
}

class Spool implements PackageWriter {
  readonly folder: string;
  readonly loadId: string;
  readonly #maxBytes: number;
  readonly #files: OpenFile[] = [];
  readonly #current = new Map<string, OpenFile>();
  /** Files with a handle, the one used longest ago first. */
  readonly #open = new Set<OpenFile>();
  #bytes = 0;
  #rows = 0;
  #closed = false;

  constructor(folder: string, loadId: string, maxBytes: number) {
    this.folder = folder;
    this.loadId = loadId;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get rows(): number {
    return this.#rows;
  }

  get files(): readonly SpooledFile[] {
    return this.#files;
  }

  async write(chunk: TableChunk): Promise<void> {
    if (this.#closed) throw new InternalError("E_INTERNAL", "rows came after the end of the load package");
    if (chunk.rows === 0) return;
    this.#bytes += chunk.bytes.length;
    if (this.#bytes > this.#maxBytes) {
      throw new DataError(
        "E_LIMIT",
        `the load package in ${this.folder} would be larger than ${this.#maxBytes} bytes`,
        {
          step: "load",
          hint: "Raise max-work-bytes, or load fewer resources in one run.",
          context: { table: chunk.table, path: this.folder, bytes: this.#bytes },
        },
      );
    }
    const file = this.#fileFor(chunk);
    const handle = await this.#handle(file);
    file.hash.update(chunk.bytes);
    await writeAll(handle, chunk.bytes, file.path);
    file.rows += chunk.rows;
    file.bytes += chunk.bytes.length;
    this.#rows += chunk.rows;
  }

  async drop(tables: ReadonlySet<string>): Promise<void> {
    if (tables.size === 0) return;
    // A file that came now could take the name of one that stays.
    this.#closed = true;
    for (const file of this.#files.filter(({ table }) => tables.has(table))) {
      await this.#close(file);
      await rm(join(this.folder, file.path), { force: true });
      this.#files.splice(this.#files.indexOf(file), 1);
      this.#bytes -= file.bytes;
      this.#rows -= file.rows;
    }
  }

  async commitManifest(facts: ManifestFacts): Promise<PackageManifest> {
    this.#closed = true;
    await this.#closeAll();
    const files: PackageFile[] = this.#files.map((file) => ({
      table: file.table,
      columns: file.columns,
      path: file.path,
      rows: file.rows,
      bytes: file.bytes,
      sha256: file.hash.digest("hex"),
    }));
    const manifest: PackageManifest = { format: 1, loadId: this.loadId, ...facts, files };
    await writeManifest(this.folder, manifest);
    return manifest;
  }

  async abort(): Promise<void> {
    this.#closed = true;
    await this.#closeAll();
    await rm(this.folder, { recursive: true, force: true });
  }

  #fileFor(chunk: TableChunk): OpenFile {
    const current = this.#current.get(chunk.table);
    if (current !== undefined && sameColumns(current.columns, chunk.columns)) return current;
    const number = String(this.#files.length + 1).padStart(5, "0");
    const file: OpenFile = {
      table: chunk.table,
      columns: [...chunk.columns],
      path: `${number}_${pathName(chunk.table)}.copy`,
      hash: createHash("sha256"),
      rows: 0,
      bytes: 0,
      handle: undefined,
    };
    this.#files.push(file);
    this.#current.set(chunk.table, file);
    return file;
  }

  async #handle(file: OpenFile): Promise<FileHandle> {
    this.#open.delete(file);
    this.#open.add(file);
    if (file.handle !== undefined) return file.handle;
    file.handle = await open(join(this.folder, file.path), "a", 0o600).catch((cause: unknown) => {
      throw diskError(cause, file.path, 0);
    });
    for (const idle of this.#open) {
      if (this.#open.size <= MAX_OPEN_FILES) break;
      await this.#close(idle);
    }
    return file.handle;
  }

  async #close(file: OpenFile): Promise<void> {
    this.#open.delete(file);
    const handle = file.handle;
    file.handle = undefined;
    await handle?.close();
  }

  async #closeAll(): Promise<void> {
    for (const file of [...this.#open]) await this.#close(file);
  }
}

function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, index) => name === b[index]));
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, path: string): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
    }
  } catch (cause) {
    throw diskError(cause, path, bytes.length);
  }
}

function diskError(cause: unknown, path: string, bytes: number): DataError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const why =
    code === "ENOSPC" ? "the disk is full" : code === "EROFS" || code === "EACCES" ? "no right to write" : code;
  return new DataError("E_LIMIT", `the work directory cannot take ${bytes} bytes more of ${path}: ${why}`, {
    step: "load",
    hint: "Point working-directory at a writable disk with enough space.",
    context: { file: path, bytes },
    cause,
  });
}
