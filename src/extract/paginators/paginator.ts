import type { JsonValue } from "../../core/json.ts";
import type { RequestSpec } from "../request-spec.ts";

/** What is known of an answer before its body is read. */
export interface Peek {
  readonly headers: Readonly<Record<string, string>>;
  /** True when the page surely holds records. */
  readonly notEmpty: boolean;
}

/** A page as a paginator sees it. */
export interface PageFacts {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
  /** How many records the page has. */
  readonly count: number;
  /** The records, before any step; read when they are asked for. */
  readonly records: readonly JsonValue[];
}

/**
 * Finds the next request. One is made for each run over pages (one per independent resource, one per parent record).
 */
export interface Paginator {
  /** Word of the configuration. */
  readonly type: string;
  /** True for paginators that count pages or items. */
  readonly counts: boolean;
  /** Puts first values into the request. */
  init(spec: RequestSpec): RequestSpec;
  /**
   * The request after `spec`, as far as it is known before the body of `spec` is read (`peek`), or before it was even
   * answered (no `peek`). A guess: {@link next} decides. Null when nothing can be said.
   */
  foresee(spec: RequestSpec, peek: Peek | undefined): RequestSpec | null;
  /** The request after `spec`, or null at the end. Throws a `SourceError` for answers that make no sense. */
  next(spec: RequestSpec, page: PageFacts): RequestSpec | null;
}
