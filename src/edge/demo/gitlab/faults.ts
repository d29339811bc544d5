import { type Answer, jsonAnswer } from "./answer.ts";
import type { ServerOptions } from "./options.ts";

/** What can go wrong with an answer. `502` and `503` come as HTML, `truncate` breaks off in the body. */
export type FaultKind = "500" | "502" | "503" | "reset" | "truncate" | "slow";

export interface Faults {
  /** The fault of this request, if it gets one. */
  next(url: string, request: number, faultsSoFar: number): string | null;
  reset(): void;
}

const KINDS: readonly FaultKind[] = ["500", "502", "reset", "503", "truncate", "slow"];

export function createFaults(options: ServerOptions): Faults {
  const seen = new Map<string, number>();
  const firstTimes = (url: string): boolean => {
    const times = seen.get(url) ?? 0;
    if (times >= options.failFirst) return false;
    seen.set(url, times + 1);
    return true;
  };
  return {
    next: (url, request, faultsSoFar) => {
      const { failEvery, failFirst, failMatch, failKind } = options;
      const due = (failEvery > 0 && request % failEvery === 0) || failFirst > 0;
      if (!due || (failMatch && !url.includes(failMatch))) return null;
      if (failFirst > 0 && !firstTimes(url)) return null;
      if (failKind !== "mixed") return failKind;
      const turn = failFirst > 0 ? faultsSoFar : Math.floor(request / failEvery);
      return KINDS[turn % KINDS.length] ?? null;
    },
    reset: () => seen.clear(),
  };
}

/** The answer of a fault that answers at once. */
export function faultAnswer(kind: string): Answer {
  if (kind === "500") return jsonAnswer(500, { message: "500 Internal Server Error" });
  return { status: Number(kind), headers: ["Content-Type", "text/html"], body: Buffer.from(HTML) };
}

const HTML =
  "<!DOCTYPE html>\n<html><head><title>GitLab is not responding (502)</title></head><body><h1>502</h1><p>Whoops, GitLab is taking too much time to respond.</p></body></html>";
