/** Characters that move, colour, hide or turn text: control characters, separators of lines, marks of direction. */
const UNSEEN = /[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text as one line that cannot move the cursor, colour the terminal or turn the direction of reading: control and
 * direction-changing characters are written as escapes (`\n`, `\x1b`, `\u202e`), lone surrogates as U+FFFD.
 */
export function printable(text: string): string {
  return text.toWellFormed().replace(UNSEEN, (character) => {
    const named = NAMED[character];
    if (named !== undefined) return named;
    const unit = character.charCodeAt(0);
    return unit < 256 ? `\\x${unit.toString(16).padStart(2, "0")}` : `\\u${unit.toString(16)}`;
  });
}

/** The same for text of several lines, JSON among it: line breaks and tabs stay, all else is written as JSON writes it. */
export function printableLines(text: string): string {
  return text.replace(UNSEEN, (character) =>
    character === "\n" || character === "\t"
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * JSON that is safe to print in the log of a workflow, and equal for every reader of JSON: nothing in it moves text, and
 * nothing is a command of the runner, which takes `##[` anywhere in a line for one.
 */
export function printableJson(value: unknown, indent?: number): string {
  return printableLines(JSON.stringify(value, null, indent)).replaceAll("##[", "#\\u0023[");
}

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": " " };
