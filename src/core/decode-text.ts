/**
 * Text in an encoding of the WHATWG standard. Throws a `RangeError` for an encoding that is not known and a `TypeError`
 * for bytes that are not in it.
 */
export function decodeText(bytes: Uint8Array, encoding: string): string {
  const decoder = new TextDecoder(encoding, { fatal: true });
  // In one piece Node 24 reads windows-1252 as ISO 8859-1, without its quotes and the euro sign; in a stream it does not.
  return decoder.decode(bytes, { stream: true }) + decoder.decode();
}
