/**
 * True when `JSON.parse` would lose something of this document: a float with an integral value, an exponent, an integer
 * beyond 15 digits, `-0`, a key that looks like an array index, or a document that is a bare scalar. May be true
 * without need, never false where it matters. For text that is not JSON the answer means nothing.
 *
 * One regular expression looks for candidates (1.3 GB/s); only those are checked for standing inside a string, where
 * versions (`1.0, `) and ids are frequent.
 */
export function needsLexemes(text: string): boolean {
  if (!isContainer(text)) return true;
  CANDIDATE.lastIndex = 0;
  let from = 0;
  for (;;) {
    const match = CANDIDATE.exec(text);
    if (match === null) return false;
    if (text.charCodeAt(CANDIDATE.lastIndex - 1) === COLON) return true;
    const end = enclosingStringEnd(text, from, match.index);
    if (end === undefined) return true;
    from = end + 1;
    CANDIDATE.lastIndex = from;
  }
}

/*
 * Begins with a digit that is followed by: an exponent; 15 more digits; a fraction of zeros only; a fraction that begins
 * with six zeros or nines, or has so many digits before it that rounding may leave an integral value (ten digits before
 * and six after, or eleven before); `-0`; or, for a key of up to ten digits, its closing quote and a colon.
 * Other floats are not integral: with at most nine digits before the point, neighbouring doubles are less than 1e-6 apart.
 */
const CANDIDATE =
  /\d(?:[eE][+-]?\d+[\],}\s]|\d{15}|\.(?:0+[\],}\s]|0{6}|9{6})|\d{10}\.\d|\d{9}\.\d{6}|(?<=[[:,\s]-0)[\],}\s]|(?<="\d{1,10})"\s*:)/g;

const COLON = 0x3a;
const BACKSLASH = 0x5c;

function isContainer(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) return true;
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return false;
  }
  return false;
}

/** The closing quote of the string around `at`, or undefined; `from` stands outside any string. */
function enclosingStringEnd(text: string, from: number, at: number): number | undefined {
  let position = from;
  for (;;) {
    const open = text.indexOf('"', position);
    if (open === -1 || open > at) return undefined;
    const close = closingQuote(text, open);
    if (close >= at) return close;
    position = close + 1;
  }
}

function closingQuote(text: string, open: number): number {
  let close = open;
  for (;;) {
    close = text.indexOf('"', close + 1);
    if (close === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(close - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return close;
  }
}
