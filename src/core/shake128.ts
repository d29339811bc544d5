import { hash } from "node:crypto";
import { BLOCK, BLOCK_BYTES, keccakModule, OUTPUT } from "./keccak-module.ts";

/**
 * `_dlt_id` of a row of a nested table, made from the id of the row that holds the list and the position in the list: the first
 * 10 bytes of SHAKE-128 over `<parent id>_<table>_<index>` in base64, 14 characters. 0.5 us a row, where `crypto.hash` takes 1.1.
 */
export type NestedIds = (parentId: string, index: number) => string;

/** @param table final (shortened) name of the nested table. All tables share one instance and its memory. */
export function createNestedIds(table: string): NestedIds {
  const middle = `_${table}_`;
  return (parentId, index) => {
    // The rows of a list follow one another and differ in their index only.
    if (parentId !== lastParent || middle !== lastMiddle) {
      lastParent = parentId;
      lastMiddle = middle;
      prefix = writeText(parentId, 0);
      if (prefix >= 0) prefix = writeText(middle, prefix);
    }
    if (prefix < 0 || prefix + LONGEST_INDEX >= BLOCK_BYTES) return longDigest(`${parentId}${middle}${index}`);
    if (index > 9) return shortDigest(writeText(String(index), prefix));
    block[prefix] = 0x30 + index;
    return shortDigest(prefix + 1);
  };
}

const LONGEST_INDEX = 20;

function longDigest(text: string): string {
  return hash("shake128", text, { outputEncoding: "base64", outputLength: 10 }).slice(0, 14);
}

interface Instance {
  readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly permute: () => void };
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => Instance;
};

const { memory, permute } = new WebAssembly.Instance(new WebAssembly.Module(keccakModule())).exports;
const block = new Uint8Array(memory.buffer, BLOCK, BLOCK_BYTES);
const output = new Uint8Array(memory.buffer, OUTPUT, 10);
block[BLOCK_BYTES - 1] = 0x80;
/** What stands at the beginning of the block, and its length: negative when it is no ASCII or too long. */
let lastParent = "";
let lastMiddle = "";
let prefix = -1;
/** Behind this all is zero, up to the last byte. */
let written = 0;

/** Gives the end, or -1 for text that is no ASCII or does not fit. */
function writeText(text: string, at: number): number {
  const length = text.length;
  if (at + length >= BLOCK_BYTES - 1) return -1;
  if (at + length > written) written = at + length;
  for (let i = 0; i < length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return -1;
    block[at + i] = code;
  }
  return at + length;
}

function shortDigest(length: number): string {
  block[length] = 0x1f;
  for (let i = length + 1; i <= written; i += 1) block[i] = 0;
  written = length;
  permute();
  const a = triple(0);
  const b = triple(3);
  const c = triple(6);
  const d = output[9] as number;
  return String.fromCharCode(
    digit(a >> 18),
    digit(a >> 12),
    digit(a >> 6),
    digit(a),
    digit(b >> 18),
    digit(b >> 12),
    digit(b >> 6),
    digit(b),
    digit(c >> 18),
    digit(c >> 12),
    digit(c >> 6),
    digit(c),
    digit(d >> 2),
    digit(d << 4),
  );
}

function triple(at: number): number {
  return ((output[at] as number) << 16) | ((output[at + 1] as number) << 8) | (output[at + 2] as number);
}

const DIGITS = Uint8Array.from(Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"));

function digit(bits: number): number {
  return DIGITS[bits & 63] as number;
}
