import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText } from "../../../src/core/decode-text.ts";

test("encodings of the standard, windows-1252 with all its characters", () => {
  assert.equal(decodeText(Buffer.from([0x4d, 0xfc, 0x80, 0x93, 0x94]), "windows-1252"), "M\u00fc\u20ac\u201c\u201d");
  assert.equal(decodeText(Buffer.from([0xa4]), "iso-8859-15"), "\u20ac");
  assert.equal(decodeText(Buffer.from([0x82, 0xa0]), "shift_jis"), "\u3042");
  assert.equal(decodeText(Buffer.from("a\u20ac", "utf16le"), "utf-16le"), "a\u20ac");
});

test("bytes that are not in the encoding, also cut off at the end, and encodings that are not known", () => {
  assert.throws(() => decodeText(Buffer.from([0xff]), "utf-8"), TypeError);
  assert.throws(() => decodeText(Buffer.from([0xe2, 0x82]), "utf-8"), TypeError);
  assert.throws(() => decodeText(Buffer.from([0x82]), "shift_jis"), TypeError);
  assert.throws(() => decodeText(Buffer.from([]), "klingon"), RangeError);
});
