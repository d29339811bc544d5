import { dropBytes } from "../core/byte-pool.ts";
import { SourceError } from "../core/errors.ts";
import type { ChainSettings } from "./chain-settings.ts";
import type { HttpAnswer } from "./http/messages.ts";
import { maskUrl } from "./http/url.ts";
import { identityOf, type RequestSpec } from "./request-spec.ts";

/** The same non-empty body so many times in a row means that the source ignores the page parameter. */
const MOST_EQUAL_BODIES = 3;

/** What of a page tells whether its list comes to an end. */
interface SeenPage {
  readonly answer: HttpAnswer;
  /** Records in it. */
  readonly count: number;
  /** Its one record is the answer itself. */
  readonly isObject: boolean;
  /** The paginator goes on by counting, not by what the answer says. */
  readonly counts: boolean;
}

/** Ends the lists that would go on for ever. In strict they do, as in dlt. */
export interface LoopGuard {
  asked(spec: RequestSpec): void;
  /**
   * How many requests may be under way beyond a page of a paginator that counts: until a page has differed from the one
   * before it, no more than it takes to see that all are the same.
   */
  room(answer: HttpAnswer): number;
  /** The request that follows the page; null where the list has ended. Throws `E_PAGINATION_LOOP`. */
  after(page: SeenPage, next: RequestSpec | null): RequestSpec | null;
  /** D8: a request that was asked before in its chain would go on forever. Throws `E_PAGINATION_LOOP`. */
  refuseRepetition(next: RequestSpec): void;
  /** Holds the bytes of the last page, to compare the next one with them. */
  keep(bytes: Uint8Array): void;
  close(): void;
}

export function createLoopGuard(settings: ChainSettings): LoopGuard {
  const { strict, resource, redact } = settings;
  const asked = new Set<string>();
  let emptyPages = 0;
  let equalBodies = 1;
  let moved = strict;
  let last: Uint8Array | undefined;

  const close = (): void => {
    if (last !== undefined) dropBytes(last);
    last = undefined;
  };

  return {
    asked(spec) {
      if (!strict) asked.add(identityOf(spec));
    },
    room({ bytes }) {
      const isRepeated = last !== undefined && !moved && sameBytes(last, bytes);
      moved ||= last !== undefined && !isRepeated;
      return moved ? Number.POSITIVE_INFINITY : MOST_EQUAL_BODIES - equalBodies - (isRepeated ? 1 : 0);
    },
    after({ answer, count, isObject, counts }, next) {
      if (strict || next === null) return next;
      emptyPages = count === 0 ? emptyPages + 1 : 0;
      equalBodies = count > 0 && last !== undefined && sameBytes(last, answer.bytes) ? equalBodies + 1 : 1;
      if (counts && emptyPages >= settings.maxEmptyPages)
        throw loop(settings, `${emptyPages} empty pages in a row`, answer);
      // One object as the only record is no list: counting on would ask for the same object again and again.
      if (counts && isObject) return null;
      if (equalBodies >= MOST_EQUAL_BODIES) throw loop(settings, `the same page ${equalBodies} times in a row`, answer);
      return next;
    },
    refuseRepetition(next) {
      const identity = identityOf(next);
      if (strict || !asked.has(identity)) return;
      throw new SourceError(
        "E_PAGINATION_LOOP",
        `resource ${JSON.stringify(resource)}: the next page is one that was asked before: ${redact(maskUrl(identity.split("\n")[0] ?? ""))}`,
        {
          step: "extract",
          reason: "repeated_page",
          hint: "The paginator does not fit this source: check its type and parameter names.",
        },
      );
    },
    keep(bytes) {
      close();
      last = bytes;
    },
    close,
  };
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

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && Buffer.compare(a, b) === 0;
}
