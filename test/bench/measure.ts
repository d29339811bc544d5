import { spawn } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { endedChildrenCpuSeconds, processTree, treeCpuSeconds } from "./process-table.ts";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What is seen of a command from outside. */
export interface Measured {
  readonly exit: number | NodeJS.Signals;
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Of the process and everything below it. */
  readonly cpuSeconds: number | null;
  /** Of the whole database cluster, what it does in the background included. */
  readonly serverCpuSeconds: number | null;
  /** Highest sum over the process tree, sampled. */
  readonly peakResidentBytes: number | null;
  /** One minute's load average before and after. */
  readonly loadAverage: readonly [number, number];
  readonly stdout: string;
  readonly stderr: string;
}

const SAMPLE_MS = 50;

/** Runs a command to its end. `postmaster` is the process id of the database server; null when it is not on this machine. */
export async function measureCommand(
  command: Command,
  postmaster: number | null,
  signal: AbortSignal,
): Promise<Measured> {
  signal.throwIfAborted();
  const server = () => (postmaster === null ? null : treeCpuSeconds(postmaster));
  const before = { load: load(), cpu: endedChildrenCpuSeconds(), server: server() };
  const start = performance.now();
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: { PATH: process.env.PATH ?? "", HOME: command.cwd, LANG: "C.UTF-8", ...command.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = (): unknown => child.kill("SIGTERM");
  signal.addEventListener("abort", end);
  process.once("exit", end);
  let peak = 0;
  const sampler = setInterval(() => {
    if (child.pid === undefined) return;
    peak = Math.max(
      peak,
      processTree(child.pid).reduce((sum, stat) => sum + stat.residentBytes, 0),
    );
  }, SAMPLE_MS);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  try {
    const closed = once(child, "close");
    closed.catch(() => {});
    const [code, killed] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    const seconds = (performance.now() - start) / 1000;
    const after = { cpu: endedChildrenCpuSeconds(), server: server() };
    await closed;
    signal.throwIfAborted();
    return {
      exit: code ?? killed ?? 1,
      seconds,
      cpuSeconds: difference(after.cpu, before.cpu),
      serverCpuSeconds: difference(after.server, before.server),
      peakResidentBytes: peak === 0 ? null : peak,
      loadAverage: [before.load, load()],
      stdout: stdout(),
      stderr: stderr(),
    };
  } finally {
    clearInterval(sampler);
    signal.removeEventListener("abort", end);
    process.off("exit", end);
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return () => text;
}

function difference(after: number | null, before: number | null): number | null {
  return after === null || before === null ? null : after - before;
}

function load(): number {
  return loadavg()[0] ?? 0;
}
