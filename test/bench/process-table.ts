/**
 * Processes, their memory and their CPU time as Linux tells them in `/proc`. Elsewhere there is nothing to read: trees
 * are empty and times null.
 */
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessStat {
  readonly pid: number;
  /** CPU seconds of the process itself. */
  readonly cpuSeconds: number;
  /** CPU seconds of its children that have ended and been waited for, with theirs. */
  readonly endedChildrenCpuSeconds: number;
  /** Resident memory; pages shared with other processes count in each. */
  readonly residentBytes: number;
}

/** Linux reports times in hundredths of a second to programs, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;
/** Of x64; some arm64 kernels have larger pages, where memory is then told too low. */
const PAGE_BYTES = 4096;

/** Reads the text of `/proc/PID/stat`; undefined when it is none. The program's name may hold blanks and brackets. */
export function parseStat(text: string): ProcessStat | undefined {
  const end = text.lastIndexOf(")");
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(end + 2).split(" ");
  const number = (index: number): number => Number(fields[index] ?? Number.NaN);
  const stat = {
    pid,
    cpuSeconds: (number(11) + number(12)) / TICKS_PER_SECOND,
    endedChildrenCpuSeconds: (number(13) + number(14)) / TICKS_PER_SECOND,
    residentBytes: number(21) * PAGE_BYTES,
  };
  return end < 0 || Object.values(stat).some(Number.isNaN) ? undefined : stat;
}

/** The process and its descendants; those that end meanwhile are left out. */
export function processTree(root: number): ProcessStat[] {
  const found: ProcessStat[] = [];
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const stat = parseStat(read(`/proc/${pid}/stat`));
    if (stat === undefined) continue;
    found.push(stat);
    waiting.push(...childrenOf(pid));
  }
  return found;
}

/** CPU seconds used so far by a process, its descendants, and those of its children that have ended. */
export function treeCpuSeconds(root: number): number | null {
  const tree = processTree(root);
  if (tree.length === 0) return null;
  return tree.reduce((sum, stat) => sum + stat.cpuSeconds, tree[0]?.endedChildrenCpuSeconds ?? 0);
}

/** CPU seconds of all children of this program that have ended. Exact, unlike what sampling sees. */
export function endedChildrenCpuSeconds(): number | null {
  return parseStat(read("/proc/self/stat"))?.endedChildrenCpuSeconds ?? null;
}

function childrenOf(pid: number): number[] {
  const children: number[] = [];
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const text = read(`/proc/${pid}/task/${task}/children`).trim();
      if (text !== "") children.push(...text.split(" ").map(Number));
    }
  } catch {
    // It has ended.
  }
  return children;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
