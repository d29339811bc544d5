import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ConfigError } from "../../../core/errors.ts";
import type { ProjectFile } from "../../../generate/render/project-files.ts";

/**
 * Makes a project folder that is there whole or not at all: everything is written beside it and renamed. Throws
 * `E_INPUT` when there is something of that name.
 */
export async function createFolder(folder: string, files: readonly ProjectFile[]): Promise<void> {
  await makeFolders(dirname(folder)).catch((cause) => {
    throw cannotWrite(dirname(folder), cause);
  });
  const staging = join(dirname(folder), `.${basename(folder)}-${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(staging);
    for (const file of files) await writeInto(staging, file);
    if (await exists(folder)) throw folderExists(folder);
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error instanceof ConfigError ? error : cannotWrite(folder, error);
  }
}

/**
 * Replaces files of a folder: all are written under temporary names first, then renamed, so that what fails while writing
 * changes nothing. Files that are not given stay, and so does the mode of those that are.
 */
export async function replaceFiles(folder: string, files: readonly ProjectFile[]): Promise<void> {
  const temporary: string[] = [];
  const ending = `.${randomBytes(6).toString("hex")}.new`;
  try {
    for (const { path } of files) {
      const there = await stat(join(folder, path)).catch(() => undefined);
      if (there?.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    }
    for (const file of files) {
      const name = `${file.path}${ending}`;
      temporary.push(name);
      await writeInto(folder, { ...file, path: name });
      const mode = file.isSecret ? undefined : await modeOf(join(folder, file.path));
      if (mode !== undefined) await chmod(join(folder, name), mode);
    }
    for (const [index, { path }] of files.entries()) {
      await rename(join(folder, temporary[index] ?? ""), join(folder, path));
    }
  } catch (error) {
    // What stands in the way of writing may stand in the way of this, too: the first error is the one that counts.
    for (const name of temporary) await rm(join(folder, name), { force: true }).catch(() => undefined);
    throw cannotWrite(folder, error);
  }
}

/** Takes the rights of all but the owner from a file that holds secrets. Throws `E_INPUT`. */
export async function protectFile(path: string): Promise<void> {
  if (((await modeOf(path)) ?? 0o600) === 0o600) return;
  await chmod(path, 0o600).catch((cause) => {
    throw cannotWrite(path, cause);
  });
}

/** True when there is a folder of that name. Throws `E_INPUT` for something else. */
export async function folderIsThere(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined || there.isDirectory()) return there !== undefined;
  throw new ConfigError("E_INPUT", `${path} is no folder`, {
    step: "config",
    hint: "Move it away, or choose another NAME or --output-path.",
  });
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Text of a file, undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
    throw new ConfigError("E_INPUT", `${path} cannot be read`, {
      step: "config",
      hint: "Check its permissions.",
      cause,
    });
  });
}

export function folderExists(folder: string): ConfigError {
  return new ConfigError("E_INPUT", `${folder} exists`, {
    step: "config",
    hint: "--update brings it up to date and keeps your changes; --force writes over what was generated; or choose another NAME or --output-path.",
  });
}

/**
 * A folder and those above it. Not by `recursive`: with it Node tries for ever where a file system answers "no such
 * folder" to a new one, as `/proc` does.
 */
async function makeFolders(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => undefined);
  if (there?.isDirectory()) return;
  if (there !== undefined) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
  await makeFolders(dirname(folder));
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
}

async function writeInto(folder: string, { path, text, isSecret }: ProjectFile): Promise<void> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text, { mode: isSecret ? 0o600 : 0o666 });
  // The mode above counts only for a new file.
  if (isSecret) await chmod(target, 0o600);
}

function cannotWrite(folder: string, cause: unknown): ConfigError {
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new ConfigError("E_INPUT", `${folder} cannot be written${code}`, {
    step: "config",
    hint: "Give --output-path of a folder that can be written; nothing was changed.",
    cause,
  });
}
