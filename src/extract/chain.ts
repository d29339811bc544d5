import type { PaginatorConfig } from "../config/rest-api/paginator-shape.ts";
import { dropBytes, holdBytes } from "../core/byte-pool.ts";
import { type ByteBudget, type LinkedController, linkController } from "../core/concurrency.ts";
import { DataError, InternalError, SourceError } from "../core/errors.ts";
import { isJsonObject, type JsonValue, keysOf } from "../core/json.ts";
import type { JsonPath } from "../core/json-path.ts";
import { JsonPathError } from "../core/json-path-parser.ts";
import type { JsonReadOptions } from "../core/json-reader.ts";
import { type JsonTape, releaseTape, scanList } from "../core/json-tape.ts";
import type { Warn } from "../core/warnings.ts";
import type { HttpAnswer } from "./http/messages.ts";
import { maskUrl } from "./http/url.ts";
import { createPaginator } from "./paginators/create.ts";
import { detectPaginator } from "./paginators/detect.ts";
import type { Paginator } from "./paginators/paginator.ts";
import { BodyError, bodyExcerpt, bodyFailure, isEmptyBody, readJson, statusFailure } from "./read-body.ts";
import { identityOf, type RequestSpec } from "./request-spec.ts";
import { actionFailure, type ResponseActions, type Verdict } from "./response-actions.ts";
import { detectSelector, type Selection, selectRecords, WHOLE } from "./select.ts";

/** One run over pages: of a resource, or of a resource for one parent record. */
export interface ChainSettings {
  readonly resource: string;
  readonly strict: boolean;
  /** Undefined: detected on the first page. */
  readonly paginator: PaginatorConfig | undefined;
  readonly selector: JsonPath | undefined;
  readonly actions: ResponseActions;
  readonly emptyBody: "no_records" | "error";
  /** Numbers keep their text. */
  readonly keepLexemes: boolean;
  /** Nobody but the consumer looks at records: pages that are lists may stay tokens. */
  readonly asTape: boolean;
  readonly warn: Warn;
  readonly redact: (text: string) => string;
  /** Called once for an answer that is ignored. */
  readonly onIgnored: (status: number) => void;
  /** Sends a request with retries; waits for the budget first and takes the bytes of the answer from it. */
  readonly fetch: (spec: RequestSpec, signal: AbortSignal) => Promise<HttpAnswer>;
  /** Bytes of answers that wait to be read. */
  readonly waiting: ByteBudget;
  /** Bytes of pages that are read and wait for the consumer; taken here, given back by whoever drops the page. */
  readonly read: ByteBudget;
  readonly signal: AbortSignal;
  /** How many pages may be in flight beyond the present one. */
  readonly ahead: () => number;
  readonly maxPages: number;
  /** Stop after so many empty pages in a row where only an empty page could end the list. */
  readonly maxEmptyPages: number;
  readonly maxDepth: number;
  /** Characters of a refused request's answer that stand in the error. */
  readonly errorBody: number;
  /** Milliseconds that code of the configuration may take for one page. */
  readonly maxStepMs: number;
}

export interface ChainPage {
  readonly records: readonly JsonValue[];
  readonly tape?: JsonTape;
  readonly release?: () => void;
  readonly bytes: number;
}

interface Flight {
  readonly spec: RequestSpec;
  readonly answer: Promise<HttpAnswer>;
  readonly controller: LinkedController;
}

/** The same non-empty body so many times in a row means that the source ignores the page parameter. */
const MOST_EQUAL_BODIES = 3;

/**
 * The pages of one chain in order. Later pages are requested while earlier ones are read, as far as their requests are
 * known; what the pages themselves say decides, a wrong guess is dropped.
 */
export async function* pagesOf(first: RequestSpec, settings: ChainSettings): AsyncGenerator<ChainPage, void> {
  const { strict, signal } = settings;
  const flights: Flight[] = [];
  const asked = new Set<string>();
  let paginator =
    settings.paginator === undefined ? undefined : createPaginator(settings.paginator, strict, settings.maxStepMs);
  let selector = settings.selector;
  let emptyPages = 0;
  let equalBodies = 1;
  let lastBytes: Uint8Array | undefined;
  /** Guesses beyond the next page were right so far. */
  let farSighted = true;
  /** Bytes of the answer at hand that were not given back yet. */
  let held = 0;

  const launch = (spec: RequestSpec): void => {
    const controller = linkController(signal);
    const answer = settings.fetch(spec, controller.signal);
    // Awaited later, or dropped: never an unhandled rejection.
    answer.then(controller.unlink, controller.unlink);
    flights.push({ spec, answer, controller });
  };
  const drop = (): void => {
    for (const flight of flights.splice(0)) {
      flight.controller.abort();
      flight.answer.then(
        (answer) => settings.waiting.give(answer.bytes.byteLength),
        () => undefined,
      );
    }
  };
  /** Requests what is known to follow. */
  const lookAhead = (from: RequestSpec, answer: HttpAnswer, finder: Paginator): void => {
    while (flights.length < settings.ahead()) {
      const last = flights.at(-1)?.spec;
      const guess =
        last === undefined
          ? finder.foresee(from, { headers: answer.headers, notEmpty: holdsRecords(answer, selector) })
          : farSighted
            ? finder.foresee(last, undefined)
            : null;
      if (guess === null) return;
      launch(guess);
    }
  };

  try {
    launch(paginator === undefined ? first : paginator.init(first));
    for (let page = 1; ; page += 1) {
      const flight = flights.shift();
      if (flight === undefined) return;
      const { spec } = flight;
      let answer = await flight.answer;
      held = answer.bytes.byteLength;
      if (!strict) asked.add(identityOf(spec));
      const verdict = settings.actions.verdict(answer);
      if (verdict?.action === "ignore") settings.onIgnored(answer.status);
      if (verdict?.action === "stop") yield { records: [], bytes: 0 };
      if (verdict?.action === "ignore" || verdict?.action === "stop") return;
      refuse(answer, spec.method, verdict, settings);
      if (paginator !== undefined) lookAhead(spec, answer, paginator);

      await settings.read.ready(signal);
      let body: JsonValue | undefined;
      const asTape = settings.asTape && paginator !== undefined && (selector === undefined || selector.text === "$");
      const tape = asTape ? scanList(answer.bytes) : undefined;
      if (tape === undefined && (!isEmptyBody(answer) || settings.emptyBody === "error")) {
        held = 0;
        [answer, body] = await readOrAskAgain(spec, answer, settings);
      } else {
        settings.waiting.give(held);
        held = 0;
      }
      const bytes = answer.bytes.byteLength;

      let selection: Selection = { records: [], isObject: false };
      if (tape !== undefined) {
        warnContentType(answer, settings);
        selector ??= detectSelector([], strict);
        selection = readLater(answer, settings);
      } else if (body !== undefined) {
        selector ??= found(answer, "data_selector", () => detectSelector(body, strict));
        selection = selectRecords(selector, body);
        refuseErrorObject(settings, selection, body, answer);
        paginator ??= found(answer, "paginator", () => detected(answer, body, selection, settings));
      }
      const count = tape === undefined ? selection.records.length : tape.count;
      const next =
        paginator === undefined || (body === undefined && tape === undefined)
          ? null
          : paginator.next(spec, {
              status: answer.status,
              headers: answer.headers,
              get body() {
                return body ?? selection.records;
              },
              count,
              get records() {
                return selection.records;
              },
            });

      let follows = next;
      if (!strict && follows !== null && paginator !== undefined) {
        // One object as the only record is no list: counting on would ask for the same object again and again.
        if (paginator.counts && selection.isObject) follows = null;
        emptyPages = count === 0 ? emptyPages + 1 : 0;
        equalBodies = count > 0 && lastBytes !== undefined && sameBytes(lastBytes, answer.bytes) ? equalBodies + 1 : 1;
        if (paginator.counts && emptyPages >= settings.maxEmptyPages)
          throw loop(settings, `${emptyPages} empty pages in a row`, answer);
        if (follows !== null && equalBodies >= MOST_EQUAL_BODIES)
          throw loop(settings, `the same page ${equalBodies} times in a row`, answer);
      }
      if (follows !== null && page >= settings.maxPages) {
        throw new DataError(
          "E_LIMIT",
          `resource ${JSON.stringify(settings.resource)} has more than ${settings.maxPages} pages`,
          { step: "extract", hint: "Raise max-pages, or narrow down what is asked for." },
        );
      }
      if (follows === null) {
        drop();
      } else {
        refuseRepetition(follows, asked, settings);
        const ready = flights[0];
        if (ready !== undefined && identityOf(ready.spec) !== identityOf(follows)) {
          farSighted = false;
          drop();
        }
        if (paginator !== undefined && settings.ahead() > 0) {
          if (flights.length === 0) launch(follows);
          lookAhead(spec, answer, paginator);
          follows = null;
        }
      }

      if (lastBytes !== undefined) dropBytes(lastBytes);
      lastBytes = answer.bytes;
      settings.read.take(bytes);
      yield tape === undefined ? { records: selection.records, bytes } : pageOf(selection, tape, bytes);
      if (follows !== null && flights.length === 0) launch(follows);
      if (flights.length === 0) return;
    }
  } finally {
    settings.waiting.give(held);
    drop();
    if (lastBytes !== undefined) dropBytes(lastBytes);
  }
}

/** The records of a list that was found to be JSON, read when somebody asks for them. */
function readLater(answer: HttpAnswer, settings: ChainSettings): Selection {
  let records: readonly JsonValue[] | undefined;
  return {
    get records() {
      records ??= selectRecords(WHOLE, readJson(answer, readOptions(settings))).records;
      return records;
    },
    isObject: false,
  };
}

function pageOf(selection: Selection, tape: JsonTape, bytes: number): ChainPage {
  let released = false;
  holdBytes(tape.bytes);
  return {
    get records() {
      if (released) throw new InternalError("E_INTERNAL", "the records of a page were read after its release");
      return selection.records;
    },
    tape,
    release() {
      if (released) return;
      released = true;
      releaseTape(tape);
      dropBytes(tape.bytes);
    },
    bytes,
  };
}

function holdsRecords(answer: HttpAnswer, selector: JsonPath | undefined): boolean {
  if (selector !== undefined && selector.text !== "$") return false;
  // `[` and then anything but `]`: a list with something in it.
  return /^\s*\[\s*[^\s\]]/.test(Buffer.from(answer.bytes.subarray(0, 256)).toString("latin1"));
}

/** The body of an answer, whose bytes are given back whatever comes of it. */
async function readOrAskAgain(
  spec: RequestSpec,
  answer: HttpAnswer,
  settings: ChainSettings,
): Promise<[HttpAnswer, JsonValue]> {
  try {
    const body = readBody(answer, settings);
    warnContentType(answer, settings);
    return [answer, body];
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    if (settings.strict || spec.method !== "GET") throw bodyFailure(answer, error, spec.method, settings.redact);
  } finally {
    settings.waiting.give(answer.bytes.byteLength);
  }
  // A proxy may have cut or replaced the body: ask once more.
  const again = await settings.fetch(spec, settings.signal);
  try {
    refuse(again, spec.method, settings.actions.verdict(again), settings);
    return [again, readBody(again, settings)];
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    throw bodyFailure(again, error, spec.method, settings.redact);
  } finally {
    settings.waiting.give(again.bytes.byteLength);
  }
}

/** Throws for an answer that is an error by its status, or by what the configuration says of it. */
function refuse(answer: HttpAnswer, method: string, verdict: Verdict | undefined, settings: ChainSettings): void {
  const { errorBody, redact } = settings;
  const excerpt = errorBody === 0 ? "" : bodyExcerpt(answer, errorBody, redact);
  if (verdict?.action === "fail" || verdict?.action === "retry") throw actionFailure(answer, method, verdict, excerpt);
  if (answer.status >= 400 && verdict?.action !== "accept") throw statusFailure(answer, method, excerpt);
}

function readBody(answer: HttpAnswer, settings: ChainSettings): JsonValue {
  const read = () => readJson(answer, readOptions(settings));
  return settings.actions.rewrites ? settings.actions.rewritten(answer, read) : read();
}

/** dlt: its JSON reader takes the tokens NaN and Infinity, which are no JSON, for nulls. */
function readOptions({ keepLexemes, maxDepth, strict }: ChainSettings): JsonReadOptions {
  return { keepLexemes, maxDepth, nonFinite: strict ? "null" : "error" };
}

function warnContentType(answer: HttpAnswer, settings: ChainSettings): void {
  const type = answer.headers["content-type"];
  if (!settings.strict && type !== undefined && !/json/i.test(type))
    settings.warn("W_CONTENT_TYPE", settings.resource, { detail: type });
}

/** D8: a request that was asked before in its chain would go on forever. */
function refuseRepetition(next: RequestSpec, asked: ReadonlySet<string>, settings: ChainSettings): void {
  const identity = identityOf(next);
  if (settings.strict || !asked.has(identity)) return;
  throw new SourceError(
    "E_PAGINATION_LOOP",
    `resource ${JSON.stringify(settings.resource)}: the next page is one that was asked before: ${settings.redact(maskUrl(identity.split("\n")[0] ?? ""))}`,
    {
      step: "extract",
      reason: "repeated_page",
      hint: "The paginator does not fit this source: check its type and parameter names.",
    },
  );
}

function loop(settings: ChainSettings, what: string, answer: HttpAnswer): SourceError {
  return new SourceError(
    "E_PAGINATION_LOOP",
    `resource ${JSON.stringify(settings.resource)}: ${what}, last ${answer.shownUrl}`,
    {
      step: "extract",
      reason: "repeated_page",
      hint: "The source seems to ignore the page parameter: check type and parameter names of the paginator.",
    },
  );
}

/** 200 with an error object where a list was asked for: better an error than no rows. */
function refuseErrorObject(settings: ChainSettings, selection: Selection, body: JsonValue, answer: HttpAnswer): void {
  if (settings.strict || settings.selector === undefined || selection.records.length > 0 || !isJsonObject(body)) return;
  const keys = keysOf(body);
  if (settings.selector.text === "$" || !keys.some((key) => ["message", "error", "errors"].includes(key))) return;
  if (settings.selector.simpleKey !== undefined && keys.includes(settings.selector.simpleKey)) return;
  throw new SourceError(
    "E_SOURCE_SHAPE",
    `${answer.shownUrl} answered ${answer.status} with an error object: nothing at ${JSON.stringify(settings.selector.text)}, found ${keys.slice(0, 10).join(", ")}`,
    { step: "extract", hint: "Correct data_selector, or ignore such answers with response_actions." },
  );
}

/** What detection finds. dlt: a key that is no JSONPath as it stands makes a path that cannot be read; in strict only. */
function found<T>(answer: HttpAnswer, key: string, detect: () => T): T {
  try {
    return detect();
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new SourceError("E_SOURCE_SHAPE", `${answer.shownUrl}: the detected path cannot be read: ${error.message}`, {
      step: "extract",
      reason: "jsonpath",
      hint: `Set ${key} on the endpoint, or leave compat: strict out.`,
    });
  }
}

function detected(
  answer: HttpAnswer,
  body: JsonValue,
  selection: Selection,
  settings: ChainSettings,
): Paginator | undefined {
  const config = detectPaginator(answer.headers, body, settings.strict);
  const doubtful =
    config.type === "page_number" || config.type === "cursor" || (config.type === "single_page" && !selection.isObject);
  if (doubtful) {
    settings.warn("W_PAGINATOR_GUESSED", settings.resource, {
      detail: `${config.type} was taken; set endpoint.paginator to name the right one`,
    });
  }
  return createPaginator(config, settings.strict, settings.maxStepMs);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && Buffer.compare(a, b) === 0;
}
