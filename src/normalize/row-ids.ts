import type { Random } from "../core/ports.ts";

const ID_BYTES = 10;
/** 8 KB at once: a draw of ten bytes costs ten times as much as the id made from it. */
const POOL_BYTES = 8190;

/** Ids of root rows: ten random bytes in base64 without padding, 14 characters. dlt: interop 3.4. */
export function createRowIds(random: Random): () => string {
  let pool: Buffer = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at + ID_BYTES > pool.length) {
      const bytes = random.bytes(POOL_BYTES);
      pool = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      at = 0;
    }
    at += ID_BYTES;
    return pool.toString("base64", at - ID_BYTES, at).slice(0, 14);
  };
}
