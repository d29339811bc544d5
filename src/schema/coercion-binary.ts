/**
 * Bytes of a text in hexadecimal: `0x...` as `bytes.fromhex` reads it (blanks between bytes), else strict base64. Undefined where
 * Python raises.
 */
export function textToBytes(text: string): string | undefined {
  if (text.startsWith("0x")) {
    const digits = text.slice(2);
    return HEX_PAIRS.test(digits) ? digits.replace(BLANKS, "").toLowerCase() : undefined;
  }
  return BASE64.test(text) ? Buffer.from(text, "base64").toString("hex") : undefined;
}

const HEX_PAIRS = /^(?:[\t-\r ]*[\da-fA-F]{2})*[\t-\r ]*$/;
const BLANKS = /[\t-\r ]+/g;
/** dlt: after whole groups of four any number of `=` passes. */
const BASE64 = /^(?:(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?|(?:[A-Za-z\d+/]{4})+=*)$/;
