import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordPage } from "../../../src/core/source.ts";
import { restApi } from "../../../src/extract/rest-source.ts";
import { json, serve } from "./fake-api.ts";

const PAGES = 12;

/** Pages of 150 kB, read in one go without looking at any. */
async function pagesOf(t: Parameters<typeof serve>[0], keep: (page: RecordPage) => void): Promise<void> {
  const api = await serve(t, (request, response) => {
    const page = Number(new URL(request.target, "http://x").searchParams.get("page"));
    json(response, page > PAGES ? [] : [{ id: page, text: String(page % 10).repeat(150_000) }]);
  });
  const source = restApi({
    name: "s",
    config: {
      client: { base_url: api.base, paginator: { type: "page_number", base_page: 1, total_path: null } },
      resources: ["a"],
    },
  });
  const extraction = source.extract({
    state: {},
    signal: new AbortController().signal,
    clock: { now: Date.now, sleep: () => Promise.resolve() },
    random: { bytes: (size) => new Uint8Array(size), next: () => 0 },
    warn: () => {},
  });
  for await (const page of extraction.pages) if (page.bytes > 2) keep(page);
}

test("pages that nobody gives back stay as they are", async (t) => {
  const pages: RecordPage[] = [];
  await pagesOf(t, (page) => pages.push(page));
  assert.equal(pages.length, PAGES);
  pages.forEach((page, at) => {
    assert.ok(page.tape !== undefined);
    assert.deepEqual(page.records, [{ id: at + 1, text: String((at + 1) % 10).repeat(150_000) }]);
  });
});

test("a page that was given back is not read again", async (t) => {
  const memory = new Set<ArrayBufferLike>();
  await pagesOf(t, (page) => {
    if (page.tape !== undefined) memory.add(page.tape.bytes.buffer);
    page.release?.();
    page.release?.();
    assert.throws(() => page.records, /after its release/);
  });
  assert.ok(memory.size < PAGES, `${memory.size} buffers for ${PAGES} pages`);
});
