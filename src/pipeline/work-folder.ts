import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { SluiceError } from "../core/errors.ts";
import { pathName } from "../load/path-name.ts";

/** Folder of one pipeline below the work folder. */
export function pipelineFolder(workFolder: string, pipeline: string): string {
  return join(workFolder, "pipelines", pathName(pipeline));
}

/** Where the trace of the last run lies. */
export function traceFile(workFolder: string, pipeline: string): string {
  return join(pipelineFolder(workFolder, pipeline), "trace.json");
}

/**
 * Takes the folder of a pipeline for this process, so that two runs on one machine do not touch each other's packages.
 * A lock whose process is gone is taken over. Throws `E_LOCKED` when the process lives.
 *
 * @returns gives the folder back
 */
export async function lockPipelineFolder(workFolder: string, pipeline: string): Promise<() => Promise<void>> {
  const folder = pipelineFolder(workFolder, pipeline);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new SluiceError("E_LIMIT", `the work directory ${workFolder} cannot be written`, {
      step: "sync",
      hint: "Point working-directory at a folder that may be written.",
      context: { path: workFolder },
      cause,
    });
  });
  const path = join(folder, "lock");
  const own = `${process.pid} ${await startTime(process.pid)} ${PROCESS_MARK}`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const handle = await open(path, "wx", 0o600);
      await handle.writeFile(own);
      await handle.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      const owner = await readFile(path, "utf8").catch(() => "");
      if (attempt > 2 || (await isAlive(owner))) {
        throw new SluiceError("E_LOCKED", `another run of pipeline ${pipeline} uses the work directory`, {
          step: "sync",
          hint: "Wait for it to end, or give this run another working-directory.",
          context: { pipeline, process: owner.split(" ")[0] },
          cause: error,
        });
      }
      await rm(path, { force: true });
    }
  }
}

/** Does something with the folder of a pipeline for itself; leaves no folder behind where there was nothing to do. */
export async function inPipelineFolder<T>(workFolder: string, pipeline: string, work: () => Promise<T>): Promise<T> {
  const unlock = await lockPipelineFolder(workFolder, pipeline);
  try {
    return await work();
  } finally {
    await unlock();
    await rmdir(pipelineFolder(workFolder, pipeline)).catch(() => {});
  }
}

/** Tells this process from an earlier one that had its id, as in containers, where ids are few. */
const PROCESS_MARK = randomUUID();

async function isAlive(owner: string): Promise<boolean> {
  const [pidText = "", started = "", mark = ""] = owner.split(" ");
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return mark === PROCESS_MARK;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return (await startTime(pid)) === started;
}

/** Start of a process in clock ticks, where the system tells (a process id alone is used again); else empty. */
async function startTime(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
