import { digest128, keyHash, rowHash } from "../../../src/core/digest.ts";
import { isJsonObject } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { canonicalJson } from "../../../src/core/json-writer.ts";
import { createNestedIds } from "../../../src/core/shake128.ts";
import type { VectorFile } from "../vector-file.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

/** `hashes.json`: row hash, key hash, ids of nested rows, plain digest. */
export const hashes: VectorFile = {
  async run(document, report) {
    for (const vector of list(member(document, "vectors")).map(object)) {
      const row = parseJson(text(vector.row_json_text));
      const hashed = isJsonObject(row)
        ? Object.fromEntries(Object.entries(row).filter(([key]) => !key.startsWith("_dlt")))
        : row;
      settle(report, text(vector.row_json_text), [
        ...difference("canonical", vector.canonical_bytes_utf8, canonicalJson(hashed)),
        ...difference("row_hash", vector.row_hash, rowHash(row)),
      ]);
    }
    for (const vector of list(member(document, "key_hash")).map(object)) {
      const key = list(vector.key).map(text);
      settle(report, `key_hash ${key.join()}`, difference("hash", vector.hash, keyHash(object(vector.row), key)));
    }
    for (const vector of list(member(document, "nested")).map(object)) {
      const got = createNestedIds(text(vector.table))(text(vector.parent_id), Number(vector.index));
      settle(report, `nested ${text(vector.digested_text)}`, difference("id", vector.id, got));
    }
    for (const vector of list(member(document, "digest128")).map(object)) {
      const input = text(vector.text);
      settle(report, `digest128 ${JSON.stringify(input)}`, [
        ...difference("15 bytes", vector.digest128_15_bytes, digest128(input, 15)),
        ...difference("10 bytes", vector.digest128_10_bytes, digest128(input, 10)),
      ]);
    }
  },
};
