/**
 * A source of a dozen records for tests that run the whole product many times: two resources with nested lists, numbered
 * pages of two records, and a cursor that the server filters by. What it answers depends on its day alone.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface TinySource {
  readonly url: string;
  /** 1 or 2: the second day has new and changed records, a new column and a new nested list. */
  day: 1 | 2;
  /** Items with a megabyte of text, and pages that come one after the other: a load begins while they arrive. */
  large: boolean;
  close(): Promise<void>;
}

/** A write disposition, or a strategy of merge. */
export type TinyDisposition = "append" | "replace" | "merge" | "upsert" | "insert-only" | "scd2";

/** It takes all records each time: what replaces a table, or retires what is no longer there. */
export const takesAll = (disposition: TinyDisposition): boolean => disposition === "replace" || disposition === "scd2";

export async function startTinySource(): Promise<TinySource> {
  const source: { day: 1 | 2; large: boolean } = { day: 1, large: false };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const since = url.searchParams.get("since") ?? "";
    const all = (url.pathname === "/items" ? items(source.day, source.large) : notes(source.day)).filter(
      (record) => record.updated >= since,
    );
    const page = Number(url.searchParams.get("page") ?? "1");
    const body = { pages: Math.max(1, Math.ceil(all.length / 2)), data: all.slice(page * 2 - 2, page * 2) };
    const answer = () => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (source.large) setTimeout(answer, page * PAGE_DELAY);
    else answer();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(source, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}

/** The pipeline file that loads it. All but those of `takesAll` go on where the cursor stands. */
export function tinyPipeline(url: string, name: string, disposition: TinyDisposition): string {
  const resource = (path: string) => ({
    name: path,
    write_disposition: ["append", "replace", "merge"].includes(disposition)
      ? disposition
      : { disposition: "merge", strategy: disposition },
    ...(disposition === "append" || disposition === "scd2" ? {} : { primary_key: "id" }),
    endpoint: {
      path,
      data_selector: "data",
      ...(takesAll(disposition)
        ? {}
        : {
            params: { since: { type: "incremental", cursor_path: "updated", initial_value: "2026-01-01T00:00:00Z" } },
          }),
    },
  });
  return JSON.stringify({
    pipeline: name,
    dataset: name,
    source: {
      name: "tiny",
      client: { base_url: url, paginator: { type: "page_number", base_page: 1, total_path: "pages" } },
      resources: [resource("items"), resource("notes")],
    },
  });
}

interface Tiny {
  readonly id: number;
  readonly updated: string;
}

const PAGE_DELAY = 400;
const LARGE = "x".repeat(1_200_000);

function items(day: 1 | 2, large: boolean): readonly Tiny[] {
  const made = Array.from({ length: day === 1 ? 6 : 9 }, (_, index) => {
    const id = index + 1;
    const changed = day === 2 && (id === 2 || id === 3 || id > 6);
    return {
      id,
      updated: `2026-0${changed ? 2 : 1}-0${id}T10:00:00Z`,
      title: changed ? `item ${id}, changed` : `item ${id}`,
      lines: Array.from({ length: id % 3 }, (_, line) => ({
        sku: `${id}.${line}.${changed ? 2 : 1}`,
        tags: [`a${id}`, `b${line}`],
      })),
      ...(large ? { text: LARGE } : {}),
      ...(changed ? { weight: id + 0.5, parts: [{ part: `p${id}` }] } : {}),
    };
  });
  return made.sort((a, b) => (a.updated < b.updated ? -1 : 1));
}

function notes(day: 1 | 2): readonly Tiny[] {
  return Array.from({ length: day === 1 ? 2 : 3 }, (_, index) => ({
    id: index + 1,
    updated: `2026-0${index === 2 ? 2 : 1}-0${index + 1}T11:00:00Z`,
    body: `note ${index + 1}`,
  }));
}
