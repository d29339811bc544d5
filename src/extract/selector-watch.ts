import { isJsonArray, isJsonObject, type JsonValue, keysOf } from "../core/json.ts";
import type { JsonPath } from "../core/json-path.ts";
import { endsAtNothing } from "../core/json-path-reach.ts";

/**
 * Sees whether the `data_selector` of a resource matched anything in any of its answers: dlt loads nothing then, and so
 * do we, but not without a word. An empty list where it looks is a match.
 */
export interface SelectorWatch {
  /** Told of each answer with a body; `matched`: the selector found something in it. */
  see(body: JsonValue, matched: boolean): void;
  /**
   * One line when nothing matched, without a value of an answer, and no second time; undefined when something did, or
   * nothing was seen.
   */
  takeMisses(): string | undefined;
}

const MOST_KEYS = 10;
const MOST_CHARACTERS = 60;

export function watchSelector(selector: JsonPath): SelectorWatch {
  let isRight = false;
  let answers = 0;
  let sample = "";
  return {
    see(body, matched) {
      if (isRight) return;
      isRight = matched || endsAtNothing(selector, body);
      if (answers === 0 && !isRight) sample = described(body);
      answers += 1;
    },
    takeMisses() {
      if (isRight || answers === 0) return undefined;
      isRight = true;
      const where = answers === 1 ? "the answer, which" : `${answers} answers; the first`;
      return `${JSON.stringify(selector.text)} matched nothing in ${where} ${sample}`;
    },
  };
}

function described(body: JsonValue): string {
  if (isJsonArray(body)) return "is a list";
  if (!isJsonObject(body)) return "is a single value";
  const keys = keysOf(body);
  const shown = keys.slice(0, MOST_KEYS).map((key) => (key.length > MOST_CHARACTERS ? `${key.slice(0, 57)}...` : key));
  return `has the key${keys.length === 1 ? "" : "s"} ${shown.join(", ")}${keys.length > MOST_KEYS ? ", ..." : ""}`;
}
