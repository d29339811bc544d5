import type { PaginatorConfig } from "../config/rest-api/paginator-shape.ts";
import type { ByteBudget } from "../core/concurrency.ts";
import type { JsonPath } from "../core/json-path.ts";
import type { Warn } from "../core/warnings.ts";
import type { HttpAnswer } from "./http/messages.ts";
import type { RequestSpec } from "./request-spec.ts";
import type { ResponseActions } from "./response-actions.ts";
import type { SelectorWatch } from "./selector-watch.ts";

/** One run over pages: of a resource, or of a resource for one parent record. */
export interface ChainSettings {
  readonly resource: string;
  readonly strict: boolean;
  /** Undefined: detected on the first page. */
  readonly paginator: PaginatorConfig | undefined;
  readonly selector: JsonPath | undefined;
  /** Of the configured selector, for all chains of the resource. */
  readonly watch: SelectorWatch | undefined;
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
