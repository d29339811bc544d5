/** Runs the Action as GitHub's runner does: a process with `INPUT_*`, the runner's files and its variables. */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readFile, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** The committed bundle; `SLUICE_ACTION_ENTRY` names another entry, to try the sources. */
export const ACTION_ENTRY = process.env.SLUICE_ACTION_ENTRY ?? join(root, "dist", "main", "index.js");

export interface ActionRequest {
  /** Inputs by the names that a workflow uses. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Another entry of the Action, to run its `post` step. */
  readonly entry?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Files of the checkout by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly event?: { readonly name: string; readonly payload: unknown };
  /** Called with the process as soon as it runs, to send signals. */
  readonly onStart?: (child: ChildProcess, output: () => string) => void;
  /** Milliseconds after which the process is killed. */
  readonly timeout?: number;
}

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

export interface ActionResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Log as a reader sees it: workflow commands taken out, registered masks applied. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly state: string;
  readonly annotations: readonly Annotation[];
  readonly groups: readonly string[];
  /** What the Action asked the runner to mask. */
  readonly masks: readonly string[];
  /** `RUNNER_TEMP` and `GITHUB_WORKSPACE` of the run. */
  readonly temporary: string;
  readonly workspace: string;
  readonly seconds: number;
}

/** Folders of all runs. Tests read what is in them until they end, so they go with the process. */
const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** One run of the Action in new, empty folders. Nothing of the caller's environment but `PATH` and `HOME` is passed. */
export async function runAction(request: ActionRequest): Promise<ActionResult> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "sluice-action-")));
  folders.push(folder);
  const place = (name: string) => join(folder, name);
  for (const name of ["temp", "workspace"]) await mkdir(place(name));
  for (const name of ["output", "state", "summary", "env", "path"]) await writeFile(place(name), "");
  for (const [path, text] of Object.entries(request.files ?? {})) {
    await mkdir(join(place("workspace"), path, ".."), { recursive: true });
    await writeFile(join(place("workspace"), path), text);
  }
  if (request.event !== undefined) await writeFile(place("event.json"), JSON.stringify(request.event.payload));

  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? folder,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_ACTION: "__self",
    GITHUB_ACTOR: "octocat",
    GITHUB_EVENT_NAME: request.event?.name ?? "push",
    GITHUB_EVENT_PATH: request.event === undefined ? "" : place("event.json"),
    GITHUB_REPOSITORY: "octo/data",
    GITHUB_RUN_ID: "1",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_WORKSPACE: place("workspace"),
    GITHUB_OUTPUT: place("output"),
    GITHUB_STATE: place("state"),
    GITHUB_STEP_SUMMARY: place("summary"),
    GITHUB_ENV: place("env"),
    GITHUB_PATH: place("path"),
    RUNNER_TEMP: place("temp"),
    RUNNER_OS: "Linux",
    ...request.environment,
  };
  for (const [name, value] of Object.entries(request.inputs)) {
    environment[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] = value;
  }
  const start = performance.now();
  const ended = await runProcess(environment, place("workspace"), request);
  const read = (name: string) => readFile(place(name), "utf8");
  return {
    ...ended,
    ...parseLog(ended.stdout),
    outputs: parseFileCommands(await read("output")),
    summary: await read("summary"),
    state: await read("state"),
    temporary: place("temp"),
    workspace: place("workspace"),
    seconds: (performance.now() - start) / 1000,
  };
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runProcess(env: Record<string, string>, cwd: string, request: ActionRequest): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [request.entry ?? ACTION_ENTRY], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), request.timeout ?? 60_000);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
    request.onStart?.(child, () => stdout);
  });
}

/** `name<<delimiter`, lines, delimiter; or `name=value`. */
export function parseFileCommands(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const heredoc = /^([^=]+?)<<(.+)$/.exec(line);
    if (heredoc === null) {
      const equals = line.indexOf("=");
      if (equals > 0) values[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    const [, name = "", delimiter] = heredoc;
    const value: string[] = [];
    for (at++; lines[at] !== delimiter; at++) {
      if (at >= lines.length) throw new Error(`output ${name} has no end`);
      value.push(lines[at] ?? "");
    }
    values[name] = value.join("\n");
  }
  return values;
}

/** Reads standard output as the runner does: a line that begins with `::` after blanks is a command. */
export function parseLog(stdout: string): Pick<ActionResult, "log" | "annotations" | "groups" | "masks"> {
  const annotations: Annotation[] = [];
  const groups: string[] = [];
  const masks: string[] = [];
  const shown: string[] = [];
  for (const line of stdout.split(/\r?\n/)) {
    const command = /^\s*::([^\s:]+)(?: (.*?))?::(.*)$/.exec(line);
    if (command === null) {
      shown.push(line);
      continue;
    }
    const [, name = "", properties = "", data = ""] = command;
    const message = decodeData(data);
    if (name === "add-mask") masks.push(message);
    else if (name === "group") groups.push(message);
    else if (name === "error" || name === "warning" || name === "notice") {
      annotations.push({ level: name, properties: parseProperties(properties), message });
      shown.push(message);
    } else if (name !== "endgroup" && name !== "debug") throw new Error(`unexpected command ${line}`);
  }
  const longestFirst = [...masks].sort((a, b) => b.length - a.length);
  const log = longestFirst.reduce((text, mask) => text.replaceAll(mask, "***"), shown.join("\n"));
  return { log, annotations, groups, masks };
}

function parseProperties(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      return [pair.slice(0, equals).trim(), decodeData(pair.slice(equals + 1))];
    }),
  );
}

function decodeData(text: string): string {
  return text
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%25", "%");
}
