import { isDeepStrictEqual } from "node:util";
import { faultsFromZod } from "../../../src/config/explain.ts";
import type { Fault } from "../../../src/config/fault.ts";
import { checkRestApi } from "../../../src/config/rest-api/check.ts";
import { type RestApiConfig, restApiShape } from "../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { asNumber } from "../../../src/core/json-number.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { canonicalJson, lexemeJson } from "../../../src/core/json-writer.ts";
import type { Source } from "../../../src/core/source.ts";
import type { SourceFunctions } from "../../../src/extract/functions.ts";
import { restApi } from "../../../src/extract/rest-source.ts";
import { type CaseServers, type Rule, startServers } from "./case-server.ts";
import { compareRequests, type ExpectedRequest } from "./compare-requests.ts";
import { hintsInDltForm } from "./dlt-hints.ts";

export interface Case {
  readonly name: string;
  readonly quirk?: boolean;
  readonly exactTarget?: boolean;
  readonly unordered?: boolean;
  readonly checkHints?: boolean;
  readonly functions?: Readonly<Record<string, { readonly js: string }>>;
  readonly config: unknown;
  readonly server: readonly Rule[];
  readonly runs: readonly CaseRun[];
}

interface CaseRun {
  readonly server?: readonly Rule[];
  readonly config?: unknown;
  readonly requests?: readonly ExpectedRequest[];
  readonly records?: Readonly<Record<string, readonly JsonValue[]>>;
  readonly unordered?: boolean;
  readonly state?: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly retryDelays?: readonly JsonValue[];
  readonly hints?: JsonObject;
  readonly error?: { readonly code: string; readonly mentions: readonly string[] };
}

type Compat = "default" | "strict";

/** Runs a recorded case once. The first difference in words, or undefined when all is met. */
export async function replayCase(text: string, compat: Compat): Promise<string | undefined> {
  const servers = await startServers();
  try {
    const [base, base2] = servers.bases;
    const filled = text.replace(/\$\{BASE(2?)\}/g, (_, second: string) => (second === "" ? base : base2));
    const document = parseJson(filled) as unknown as Case;
    let state: JsonObject = {};
    for (const [index, run] of document.runs.entries()) {
      const outcome = await replayRun(document, run, state, servers, compat);
      if (outcome.difference !== undefined) return `run ${index + 1}: ${outcome.difference}`;
      state = outcome.state;
    }
    return undefined;
  } finally {
    await servers.close();
  }
}

interface Outcome {
  readonly state: JsonObject;
  readonly difference?: string;
}

async function replayRun(
  document: Case,
  run: CaseRun,
  state: JsonObject,
  servers: CaseServers,
  compat: Compat,
): Promise<Outcome> {
  servers.use(run.server ?? document.server);
  servers.received.length = 0;
  const written = run.config ?? document.config;
  const faults = faultsOf(written, compat);
  if (faults.length > 0) return { state, ...difference(run.error === undefined ? "refused" : undefined, run, faults) };

  const delays: number[] = [];
  const records = new Map<string, JsonValue[]>();
  let slept = 0;
  let source: Source;
  let after = state;
  try {
    source = restApi({
      name: "golden",
      config: written as RestApiConfig,
      compat,
      functions: functionsOf(document),
    });
    const extraction = source.extract({
      state,
      signal: AbortSignal.timeout(20_000),
      clock: {
        now: () => Date.UTC(2024, 0, 1) + slept,
        async sleep(ms) {
          delays.push(ms / 1000);
          slept += ms;
        },
      },
      random: { bytes: (n) => new Uint8Array(n), next: () => 0.5 },
      warn: () => undefined,
    });
    for await (const page of extraction.pages) {
      const list = records.get(page.resource) ?? [];
      list.push(...page.records);
      records.set(page.resource, list);
    }
    after = extraction.result().state;
  } catch (error) {
    if (!(error instanceof SluiceError) || run.error === undefined) throw error;
    const requests = compareRequests(run.requests ?? [], servers.received, document.exactTarget === true);
    if (requests !== undefined) return { state, difference: requests };
    if (run.retryDelays !== undefined && !sameNumbers(delays, run.retryDelays))
      return { state, difference: `waited ${delays}` };
    const lacking = run.error.mentions.filter((word) => !error.message.includes(word));
    if (error.reason === run.error.code && lacking.length === 0) return { state };
    return { state, difference: `expected ${JSON.stringify(run.error)}, got ${error.reason}: ${error.message}` };
  }
  if (run.error !== undefined) return { state, difference: `expected the error ${JSON.stringify(run.error)}` };

  const checks = [
    compareRequests(run.requests ?? [], servers.received, document.exactTarget === true),
    compareRecords(run, document, source, records),
    compareState(run, after),
    run.retryDelays === undefined || sameNumbers(delays, run.retryDelays)
      ? undefined
      : `waited ${JSON.stringify(delays)}, expected ${JSON.stringify(run.retryDelays)}`,
    run.hints === undefined || isDeepStrictEqual(hintsInDltForm(source), run.hints)
      ? undefined
      : `hints ${JSON.stringify(hintsInDltForm(source))}, expected ${JSON.stringify(run.hints)}`,
  ];
  const found = checks.find((check) => check !== undefined);
  return { state: after, ...(found === undefined ? {} : { difference: found }) };
}

function faultsOf(written: unknown, compat: Compat): readonly Fault[] {
  const result = restApiShape.safeParse(written);
  if (!result.success) return faultsFromZod(result.error, written, restApiShape);
  return checkRestApi(result.data, compat);
}

function difference(problem: string | undefined, run: CaseRun, faults: readonly Fault[]): { difference?: string } {
  const shown = faults.map(
    (fault) => `${fault.reason} at ${fault.path.join(".")}: ${fault.message} (${fault.suggestion})`,
  );
  const { error } = run;
  const met =
    error !== undefined &&
    (run.requests ?? []).length === 0 &&
    faults.some(
      (fault, index) => fault.reason === error.code && error.mentions.every((word) => shown[index]?.includes(word)),
    );
  if (problem === undefined && met) return {};
  return { difference: `${problem ?? `expected ${JSON.stringify(error)}`}: ${shown.join("; ")}` };
}

function functionsOf(document: Case): SourceFunctions {
  const out: Record<string, (value: JsonValue) => JsonValue> = {};
  for (const [name, { js }] of Object.entries(document.functions ?? {})) out[name] = new Function(`return (${js})`)();
  return out;
}

function compareRecords(
  run: CaseRun,
  document: Case,
  source: Source,
  records: ReadonlyMap<string, readonly JsonValue[]>,
): string | undefined {
  if (run.records === undefined) return undefined;
  const names = new Set([...Object.keys(run.records), ...records.keys()]);
  for (const name of names) {
    const resource = source.resources.find((one) => one.name === name);
    const unordered = resource?.parent !== undefined || run.unordered === true || document.unordered === true;
    const expected = (run.records[name] ?? []).map(canonicalJson);
    const got = (records.get(name) ?? []).map(canonicalJson);
    if (unordered) {
      expected.sort();
      got.sort();
    }
    if (!isDeepStrictEqual(got, expected))
      return `records of ${name}: ${got.join(",")}, expected ${expected.join(",")}`;
  }
  return undefined;
}

function compareState(run: CaseRun, state: JsonObject): string | undefined {
  const got: Record<string, unknown> = {};
  const resources = (state.resources ?? {}) as Readonly<Record<string, { readonly incremental?: JsonObject }>>;
  for (const [name, { incremental }] of Object.entries(resources)) got[name] = incremental;
  const plain = (value: unknown) => canonicalJson(sorted(value) as JsonValue);
  const expected = run.state ?? {};
  return plain(got) === plain(expected) ? undefined : `state ${plain(got)}, expected ${plain(expected)}`;
}

function sameNumbers(got: readonly number[], expected: readonly JsonValue[]): boolean {
  return isDeepStrictEqual(got, expected.map(asNumber));
}

/** `unique_hashes` is a set. */
function sorted(value: unknown): unknown {
  const copy = parseJson(lexemeJson(value as JsonValue)) as Record<
    string,
    Record<string, { unique_hashes?: string[] }>
  >;
  for (const cursors of Object.values(copy)) for (const cursor of Object.values(cursors)) cursor.unique_hashes?.sort();
  return copy;
}
