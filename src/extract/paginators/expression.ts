import type { PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import { SourceError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue, keysOf, objectFrom } from "../../core/json.ts";
import { Secret } from "../../core/secret.ts";
import { compileExpression, ExpressionFailure } from "../../expression/compile.ts";
import type { QueryValue } from "../http/url.ts";
import type { RequestSpec } from "../request-spec.ts";
import { TimeGuardError, withinTime } from "../time-guard.ts";
import { follow } from "./links.ts";
import type { PageFacts, Paginator } from "./paginator.ts";

type ExpressionConfig = Extract<PaginatorMapping, { type: "expression" }>;

/**
 * Expressions find the next page: its URL, query parameters or keys of the JSON body, which are laid over those of the
 * present request. The list ends when `stop` is true, or when one of them gives null.
 */
export function createExpressionPaginator(config: ExpressionConfig, maxStepMs: number): Paginator {
  const stop = config.stop === undefined ? undefined : compileExpression(config.stop, "page", "bool");
  const { url, params, json } = config.next;
  const nextUrl = url === undefined ? undefined : compileExpression(url, "page", "text");
  const nextParams = params === undefined ? undefined : compileExpression(params, "page", "map");
  const nextJson = json === undefined ? undefined : compileExpression(json, "page", "map");
  return {
    type: "expression",
    counts: false,
    init: (spec) => spec,
    foresee: () => null,
    next(spec, page) {
      const variables = variablesOf(spec, page);
      let part = "stop";
      try {
        return withinTime(maxStepMs, () => {
          if (stop?.evaluate(variables) === true) return null;
          let next = spec;
          part = "next.url";
          if (nextUrl !== undefined) {
            const link = nextUrl.evaluate(variables);
            if (link === null || link === "") return null;
            next = follow(next, link, "next.url");
          }
          part = "next.params";
          if (nextParams !== undefined) {
            const over = nextParams.evaluate(variables);
            if (!isJsonObject(over)) return null;
            next = { ...next, params: overlaid(next.params, over) };
          }
          part = "next.json";
          if (nextJson !== undefined) {
            const over = nextJson.evaluate(variables);
            if (!isJsonObject(over)) return null;
            next = { ...next, json: objectFrom(overlaid(entriesOf(next.json ?? {}), over)) };
          }
          return next;
        });
      } catch (error) {
        if (!(error instanceof ExpressionFailure || error instanceof TimeGuardError)) throw error;
        throw new SourceError("E_SOURCE_SHAPE", `the paginator's ${part} fails: ${error.message}`, {
          step: "extract",
          reason: "paginator_response",
          hint: "Correct the expression; a field that may be absent is read as body.?field.orValue(null).",
        });
      }
    },
  };
}

/** A key with null goes, others are set; a key that is there keeps its place. */
function overlaid<T>(base: Iterable<readonly [string, T]>, over: JsonObject): Map<string, T | JsonValue> {
  const result = new Map<string, T | JsonValue>(base);
  for (const [key, value] of entriesOf(over)) {
    if (value === null) result.delete(key);
    else result.set(key, value);
  }
  return result;
}

function entriesOf(object: JsonObject): readonly (readonly [string, JsonValue])[] {
  return keysOf(object).map((key) => [key, object[key] ?? null]);
}

/** What the expressions may read; parts are made when they are asked for. */
function variablesOf(spec: RequestSpec, page: PageFacts): Readonly<Record<string, JsonValue>> {
  return {
    get body() {
      return page.body;
    },
    get records() {
      return page.records;
    },
    headers: { ...page.headers },
    status: page.status,
    get request() {
      return {
        method: spec.method,
        url: spec.url,
        params: objectFrom([...spec.params].map(([name, value]) => [name, plain(value)])),
        json: spec.json ?? null,
      };
    },
  };
}

function plain(value: QueryValue): JsonValue {
  return value instanceof Secret ? "***" : value;
}
