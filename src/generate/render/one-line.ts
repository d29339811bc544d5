/** Control characters, line separators, and what turns the direction of reading: nothing that may stand in a comment. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;

const LONGEST = 300;

/**
 * A text of the document as part of a comment: one line without anything that ends it, colours a terminal or turns its
 * direction; cut after 300 characters.
 */
export function oneLine(text: string): string {
  const line = text.toWellFormed().replace(UNSEEN, " ").replace(/\s+/g, " ").trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST).toWellFormed().trimEnd()}...`;
}
