/** Reads what `node --cpu-prof` writes: which functions the time went to. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Node id of each sample. */
  readonly samples: readonly number[];
  /** Microseconds between a sample and the one before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

export interface SelfTime {
  /** `function file:line`. */
  readonly name: string;
  readonly seconds: number;
}

/** The profile of the main thread: the largest file of the folder. */
export function readProfile(folder: string): CpuProfile {
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith(".cpuprofile"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const [text] = texts.sort((a, b) => b.length - a.length);
  if (text === undefined) throw new Error("node wrote no CPU profile");
  return JSON.parse(text) as CpuProfile;
}

/** Time of each function itself, the longest first. `(idle)` is waiting, `(program)` is native code. */
export function selfTimes(profile: CpuProfile, place: (url: string, line: number) => string = shortPlace): SelfTime[] {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const name = functionName === "" ? "(anonymous)" : functionName;
      return [id, url === "" ? name : `${name} ${place(url, lineNumber + 1)}`];
    }),
  );
  const seconds = new Map<string, number>();
  for (const [at, sample] of profile.samples.entries()) {
    const name = names.get(sample) ?? "(unknown)";
    // The time between two samples belongs to what ran when it began.
    seconds.set(name, (seconds.get(name) ?? 0) + (profile.timeDeltas[at + 1] ?? 0) / 1e6);
  }
  return [...seconds].map(([name, time]) => ({ name, seconds: time })).sort((a, b) => b.seconds - a.seconds);
}

function shortPlace(url: string, line: number): string {
  return `${basename(url)}:${line}`;
}

/** Places in bundles by the modules that the bundler has put together, as its comments name them. */
export function bundlePlaces(readText: (url: string) => string): (url: string, line: number) => string {
  const modules = new Map<string, readonly string[]>();
  return (url, line) => {
    if (!url.startsWith("file:")) return shortPlace(url, line);
    const known = modules.get(url) ?? moduleOfLines(readText(url));
    modules.set(url, known);
    const module = known[line - 1] ?? "";
    return module === "" ? shortPlace(url, line) : module;
  };
}

function moduleOfLines(text: string): string[] {
  let module = "";
  return text.split("\n").map((line) => {
    const named = /^;\/\/ CONCATENATED MODULE: (?:\.\/)?(\S+)/.exec(line)?.[1];
    if (named !== undefined) module = named;
    // A module that stands alone has a number instead of a name.
    else if (/^\/\*\*\*\/ \d+:/.test(line)) module = "";
    return module;
  });
}

/** The `count` longest as lines, with their share of the whole; waiting and collecting garbage are told apart. */
export function renderProfile(times: readonly SelfTime[], count: number): string {
  const whole = times.reduce((sum, time) => sum + time.seconds, 0);
  const line = ({ name, seconds }: SelfTime) =>
    `${seconds.toFixed(3).padStart(8)} s ${((100 * seconds) / whole).toFixed(1).padStart(5)} %  ${name}`;
  const apart = ["(idle)", "(garbage collector)", "(program)"];
  const functions = times.filter((time) => !apart.includes(time.name));
  return [
    `${whole.toFixed(3).padStart(8)} s 100.0 %  profiled`,
    ...times.filter((time) => apart.includes(time.name)).map(line),
    ...functions.slice(0, count).map(line),
  ].join("\n");
}
