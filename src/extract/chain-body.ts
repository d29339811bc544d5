import { SourceError } from "../core/errors.ts";
import { isJsonObject, type JsonValue, keysOf } from "../core/json.ts";
import type { JsonPath } from "../core/json-path.ts";
import { JsonPathError } from "../core/json-path-parser.ts";
import type { JsonReadOptions } from "../core/json-reader.ts";
import type { ChainSettings } from "./chain-settings.ts";
import type { HttpAnswer } from "./http/messages.ts";
import { createPaginator } from "./paginators/create.ts";
import { detectPaginator } from "./paginators/detect.ts";
import type { Paginator } from "./paginators/paginator.ts";
import { BodyError, bodyExcerpt, bodyFailure, readJson, statusFailure } from "./read-body.ts";
import type { RequestSpec } from "./request-spec.ts";
import { actionFailure, type Verdict } from "./response-actions.ts";
import { detectSelector, type Selection, selectRecords, WHOLE } from "./select.ts";

/** The body of an answer, whose bytes are given back whatever comes of it. */
export async function readOrAskAgain(
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
export function refuse(
  answer: HttpAnswer,
  method: string,
  verdict: Verdict | undefined,
  settings: ChainSettings,
): void {
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

export function warnContentType(answer: HttpAnswer, settings: ChainSettings): void {
  const type = answer.headers["content-type"];
  if (!settings.strict && type !== undefined && !/json/i.test(type))
    settings.warn("W_CONTENT_TYPE", settings.resource, { detail: type });
}

/** The records of a list that was found to be JSON, read when somebody asks for them. */
export function readLater(answer: HttpAnswer, settings: ChainSettings): Selection {
  let records: readonly JsonValue[] | undefined;
  return {
    get records() {
      records ??= selectRecords(WHOLE, readJson(answer, readOptions(settings))).records;
      return records;
    },
    isObject: false,
    matched: true,
  };
}

/** 200 with an error object where a list was asked for: better an error than no rows. */
export function refuseErrorObject(
  settings: ChainSettings,
  selection: Selection,
  body: JsonValue,
  answer: HttpAnswer,
): void {
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

/** The selector that fits the first page. */
export function detectedSelector(answer: HttpAnswer, body: JsonValue, { strict }: ChainSettings): JsonPath {
  return found(answer, "data_selector", () => detectSelector(body, strict));
}

/** The paginator that fits the first page. */
export function detectedPaginator(
  answer: HttpAnswer,
  body: JsonValue,
  selection: Selection,
  settings: ChainSettings,
): Paginator | undefined {
  return found(answer, "paginator", () => detected(answer, body, selection, settings));
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
