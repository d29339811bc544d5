import type { Clock } from "../../core/ports.ts";
import type { HttpAnswer, HttpRequest } from "../http/messages.ts";
import type { Query } from "../http/url.ts";
import type { TokenMemory } from "./token-memory.ts";

/** What authentication adds to one request. */
export interface Credentials {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Query;
}

export interface Authenticator {
  /** Called before every request; may fetch a token. */
  credentials(target: { readonly url: string }): Promise<Credentials>;
  /**
   * How the source has answered these. True when it refused them (401) and other ones are worth a try: a token that has
   * served before has ended or was revoked. One that never did is wrong, and so would the next be.
   */
  answered(credentials: Credentials, status: number): boolean;
  /** Query parameter that carries the key, to be masked. */
  readonly secretParam: string | undefined;
}

/** What an authenticator works with. */
export interface Surroundings {
  readonly clock: Clock;
  readonly resource: string;
  /** Where the source's API begins. */
  readonly baseUrl: string;
  /** What an earlier extraction has left. */
  readonly memory: TokenMemory;
  /** As dlt: a token serves until it has expired, and is not renewed when it is refused. */
  readonly strict: boolean;
  /** Sends a token request with the usual retries. */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
  /** Tokens that arrive later must be masked too. */
  readonly onSecret: (secret: string) => void;
}
