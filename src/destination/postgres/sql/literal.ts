/**
 * A text constant, for the few places where the protocol takes no parameters (SET LOCAL). Holds for
 * `standard_conforming_strings=on`; the E form keeps it right when it is off.
 */
export function quoteLiteral(text: string): string {
  if (text.includes("\0")) throw new RangeError("a constant in SQL holds NUL");
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
