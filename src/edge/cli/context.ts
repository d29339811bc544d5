import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Configuration, ConfigurationSources } from "../../config/load-configuration.ts";
import { openConfiguration } from "../../config/open-configuration.ts";
import { SluiceError } from "../../core/errors.ts";
import { createRedactor } from "../../core/redact.ts";
import { printableLines } from "../../report/printable.ts";
import { secretVariableValues } from "../shared/secret-variables.ts";

/** Flags that every command has. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What a command gets from the process: nothing else in a command touches it. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Result of a command: text for people, or one JSON object with `--json`; what would move or colour text is written out. */
  out(text: string): void;
  /** Data of a command, as it is; waits for a slow reader. Throws {@link OutputClosed} when nobody reads any more. */
  write(lines: string): Promise<void>;
  /** Progress, warnings, errors. */
  err(text: string): void;
  /** True when progress may be drawn. */
  readonly isTerminal: boolean;
  readonly columns: () => number;
  /** Asks a question that is answered by yes or no; undefined when nobody sits there to answer. */
  confirm(question: string): Promise<boolean | undefined>;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Masks secrets in everything that is printed; grows as secrets become known. */
  redact(text: string): string;
  addSecrets(values: readonly string[]): void;
  setExit(status: number): void;
  /** The signal that ended the run, if one did. */
  readonly received: () => NodeJS.Signals | undefined;
}

/** Whoever read standard output has gone. */
export class OutputClosed extends Error {}

export function createCliContext(): CliContext {
  const secrets = new Set(secretVariableValues(process.env));
  let redact = createRedactor([...secrets]);
  const controller = new AbortController();
  let first: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // The second one leaves at once; the database rolls back when the connection is gone.
      if (first !== undefined) process.exit(first === "SIGTERM" ? 143 : 130);
      first = signal;
      controller.abort(new SluiceError("E_CANCELLED", `the run was stopped by ${signal}`));
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // The reader has gone (`sluice info | head`): the work goes on, nobody is told.
      if (error.code !== "EPIPE") throw error;
    });
  }
  return {
    environment: process.env,
    out: (text) => process.stdout.write(`${printableLines(redact(text))}\n`),
    write: (lines) =>
      new Promise((resolve, reject) => {
        process.stdout.write(lines, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(new OutputClosed("standard output is closed", { cause: error }));
        });
      }),
    err: (text) => process.stderr.write(redact(text)),
    isTerminal: process.stderr.isTTY === true,
    columns: () => process.stderr.columns ?? 80,
    confirm: async (question) => {
      if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined;
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      try {
        const answer = await terminal.question(`${question} [y/N] `, { signal: controller.signal });
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        terminal.close();
      }
    },
    signal: controller.signal,
    redact: (text) => redact(text),
    addSecrets: (values) => {
      for (const value of values) secrets.add(value);
      redact = createRedactor([...secrets]);
    },
    setExit: (status) => {
      process.exitCode = status;
    },
    received: () => first,
  };
}

/**
 * The configuration of a command. Its secrets are masked from here on.
 *
 * @param source a built-in source or the path of a pipeline file; undefined: what the flags and the environment say
 */
export async function configure(
  context: CliContext,
  source: string | undefined,
  flags: Readonly<Record<string, unknown>>,
  options: Pick<ConfigurationSources, "needsDestination" | "fillIn"> = {},
): Promise<Configuration> {
  const texts: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(flags)) {
    if (name === "json" || name === "verbose" || value === undefined) continue;
    texts[name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)] = String(value);
  }
  context.addSecrets([texts.token, texts["connection-string"]].filter((value) => value !== undefined));
  const configuration = await openConfiguration({
    kind: "cli",
    flags: source === undefined ? texts : { ...texts, source },
    environment: context.environment,
    readText,
    ...options,
  });
  context.addSecrets(configuration.secrets.map((secret) => secret.reveal()));
  return configuration;
}

/** Folder for packages, traces and the embedded database. */
export function workingDirectory(configuration: Configuration): string {
  return resolve(configuration.settings.workingDirectory ?? ".sluice");
}

/** Text of a file, undefined when it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
