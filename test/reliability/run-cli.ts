/** The command line as a process, with the peak of its memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

export interface Measured {
  readonly code: number | null;
  readonly stderr: string;
  /** MiB; 0 where `/proc` does not tell. */
  readonly peak: number;
  readonly seconds: number;
}

/** Runs `entry run rows.json` in a folder. */
export async function runMeasured(entry: string, cwd: string, url: string): Promise<Measured> {
  const start = performance.now();
  const args = [entry, "run", "rows.json", "--progress", "none", "--json"];
  const env = { PATH: process.env.PATH ?? "", HOME: cwd, DESTINATION__POSTGRES__CREDENTIALS: url };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const text = readFileSync(`/proc/${child.pid}/status`, "utf8");
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1] ?? 0));
    } catch {
      // It has ended, or this is no Linux.
    }
  }, 50);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(watch);
  return { code, stderr, peak: Math.round(peak / 1024), seconds: (performance.now() - start) / 1000 };
}
