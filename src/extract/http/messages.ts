import type { RequestRecord } from "../../core/source.ts";
import type { OriginRules } from "./origins.ts";

export interface HttpRequest extends OriginRules {
  readonly method: string;
  /** Absolute, as it goes onto the wire. */
  readonly url: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** May be sent again after a failure. */
  readonly retryable: boolean;
  /** An answer that is taken as it is, whatever its status. */
  readonly settled?: (answer: HttpAnswer) => boolean;
  /** An answer after which the request is sent again, whatever its status and method. */
  readonly again?: (answer: HttpAnswer) => boolean;
  /** Name of a query parameter that carries a credential, beside the well-known ones. */
  readonly secretParam?: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; several lines of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** URL that answered, secrets masked. */
  readonly shownUrl: string;
}

/** What is told of one attempt; its URL has its secrets masked. */
type AttemptFacts = Omit<RequestRecord, "resource" | "chain">;

/** Told of every attempt. */
export interface HttpObserver {
  attempt(facts: AttemptFacts): void;
  waited(seconds: number): void;
}
