/**
 * Text as one line that cannot move the cursor, colour the terminal or turn the direction of reading: control and
 * direction-changing characters are written as escapes (`\n`, `\x1b`, `\u202e`).
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const named = NAMED[character];
    if (named !== undefined) return named;
    const unit = character.charCodeAt(0);
    return unit < 256 ? `\\x${unit.toString(16).padStart(2, "0")}` : `\\u${unit.toString(16)}`;
  });
}

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": " " };
