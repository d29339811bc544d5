/**
 * GitHub's cache service on loopback, in the two protocols that `@actions/cache` speaks: v2 (Twirp and a blob store) and
 * v1 (`_apis/artifactcache`). Entries can be looked at and exchanged; faults are switched on and off.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface CacheEntry {
  key: string;
  readonly version: string;
  bytes: Buffer;
  complete: boolean;
}

/**
 * - `error` and `unavailable`: every request is answered by 500 or 503
 * - `garbage`: 200 with a body that is no JSON
 * - `stall`: no answer at all
 * - `read-only`, `write-only`: saving or reading is denied, as for runs of events that are not trusted
 * - `quota`: nothing more can be saved
 */
export type CacheFault = "error" | "unavailable" | "garbage" | "stall" | "read-only" | "write-only" | "quota";

export interface CacheService {
  /** Variables with which the runner names the service to an Action. */
  environment(protocol: "v1" | "v2"): Readonly<Record<string, string>>;
  /** Newest last. */
  readonly entries: CacheEntry[];
  fault: CacheFault | undefined;
  /** Answers a look-up with this key, whatever was asked for. */
  claim: string | undefined;
  /** Method and path of every request. */
  readonly requests: string[];
  /** Every byte that it was sent, as latin1. */
  readonly heard: string;
  /** Requests that carried bytes of an entry to the client. */
  readonly downloads: string[];
  close(): Promise<void>;
}

interface Cleanup {
  after(end: () => Promise<void>): void;
}

export async function cacheService(t: Cleanup): Promise<CacheService> {
  const state = new FakeCache();
  const server = createServer((request, response) => {
    state.answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.on("connection", (socket) =>
    socket.on("data", (data: Buffer) => {
      state.heard += data.toString("latin1");
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  state.close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  t.after(() => state.close());
  return state;
}

class FakeCache implements CacheService {
  url = "";
  readonly entries: CacheEntry[] = [];
  readonly requests: string[] = [];
  heard = "";
  readonly downloads: string[] = [];
  fault: CacheFault | undefined;
  claim: string | undefined;
  close: () => Promise<void> = async () => {};
  readonly #token = randomBytes(16).toString("hex");

  environment(protocol: "v1" | "v2"): Readonly<Record<string, string>> {
    const token = { ACTIONS_RUNTIME_TOKEN: this.#token };
    return protocol === "v2"
      ? { ...token, ACTIONS_RESULTS_URL: this.url, ACTIONS_CACHE_SERVICE_V2: "true" }
      : { ...token, ACTIONS_CACHE_URL: this.url };
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<ServerResponse> {
    const body = await readBody(request);
    const url = new URL(request.url ?? "/", this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    if (this.fault === "stall") return response;
    if (this.fault === "error" || this.fault === "unavailable") {
      return json(response, this.fault === "error" ? 500 : 503, { msg: "out of order" });
    }
    if (this.fault === "garbage") return response.end("<html>not what you asked for</html>");
    if (url.pathname.startsWith("/blob/")) return this.#blob(request, url, body, response);
    if (request.headers.authorization !== `Bearer ${this.#token}`) return json(response, 401, { msg: "who are you" });
    const method = /^\/twirp\/github\.actions\.results\.api\.v1\.CacheService\/(\w+)$/.exec(url.pathname)?.[1];
    if (method !== undefined) return this.#twirp(method, JSON.parse(body.toString()), response);
    return this.#artifactCache(request, url, body, response);
  }

  #twirp(method: string, ask: Record<string, unknown>, response: ServerResponse): ServerResponse {
    const version = String(ask.version);
    if (method === "GetCacheEntryDownloadURL") {
      if (this.fault === "write-only") return json(response, 403, { msg: "cache read denied: not for this event" });
      const found = this.#find([String(ask.key), ...((ask.restore_keys ?? []) as string[])], version);
      if (found === undefined) return json(response, 200, { ok: false });
      return json(response, 200, {
        ok: true,
        matched_key: this.claim ?? found.key,
        signed_download_url: this.#blobUrl(found),
      });
    }
    const denied = this.#refusal(String(ask.key), version, method === "CreateCacheEntry");
    // A token that may only read gets a plain answer in this protocol.
    if (denied !== undefined && this.fault === "read-only") {
      return json(response, 200, { ok: false, message: denied.message });
    }
    if (denied !== undefined) return json(response, denied.status, { code: "denied", msg: denied.message });
    if (method === "CreateCacheEntry") {
      const entry = this.#reserve(String(ask.key), version);
      return json(response, 200, { ok: true, signed_upload_url: this.#blobUrl(entry) });
    }
    const entry = this.entries.find((each) => each.key === ask.key && each.version === version);
    if (method !== "FinalizeCacheEntryUpload" || entry === undefined) return json(response, 404, { msg: "no such" });
    entry.complete = entry.bytes.length === Number(ask.size_bytes);
    return json(response, 200, { ok: entry.complete, entry_id: String(this.entries.indexOf(entry) + 1) });
  }

  /** Protocol v1. */
  #artifactCache(request: IncomingMessage, url: URL, body: Buffer, response: ServerResponse): ServerResponse {
    const path = url.pathname.replace(/^.*\/_apis\/artifactcache/, "");
    if (request.method === "GET" && path === "/cache") {
      if (this.fault === "write-only") return json(response, 403, { message: "cache read denied: not for this event" });
      const keys = (url.searchParams.get("keys") ?? "").split(",");
      const found = this.#find(keys, url.searchParams.get("version") ?? "");
      if (found === undefined) return response.writeHead(204).end();
      return json(response, 200, { cacheKey: this.claim ?? found.key, archiveLocation: this.#blobUrl(found) });
    }
    if (request.method === "POST" && path === "/caches") {
      const ask = JSON.parse(body.toString());
      const denied = this.#refusal(ask.key, ask.version, true);
      if (denied !== undefined) return json(response, denied.status, { message: denied.message });
      return json(response, 201, { cacheId: this.entries.indexOf(this.#reserve(ask.key, ask.version)) + 1 });
    }
    const entry = this.entries[Number(/^\/caches\/(\d+)$/.exec(path)?.[1]) - 1];
    if (entry === undefined) return json(response, 404, { message: "no such" });
    if (request.method === "PATCH") {
      entry.bytes = Buffer.concat([entry.bytes, body]);
      return response.writeHead(204).end();
    }
    entry.complete = JSON.parse(body.toString()).size === entry.bytes.length;
    return response.writeHead(entry.complete ? 204 : 400).end();
  }

  #blob(request: IncomingMessage, url: URL, body: Buffer, response: ServerResponse): ServerResponse {
    const entry = this.entries[Number(url.pathname.slice("/blob/".length))];
    if (entry === undefined) return response.writeHead(404).end();
    if (request.method === "PUT") {
      entry.bytes = body;
      return response.writeHead(201, { etag: '"1"', "last-modified": new Date().toUTCString() }).end();
    }
    if (request.method === "GET") this.downloads.push(entry.key);
    response.writeHead(200, { "content-length": entry.bytes.length });
    return response.end(request.method === "GET" ? entry.bytes : undefined);
  }

  #reserve(key: string, version: string): CacheEntry {
    const entry = { key, version, bytes: Buffer.alloc(0), complete: false };
    this.entries.push(entry);
    return entry;
  }

  /** Exact keys first, then the newest whose key begins with one of them. */
  #find(keys: readonly string[], version: string): CacheEntry | undefined {
    const usable = this.entries.filter((each) => each.complete && each.version === version);
    if (this.claim !== undefined) return usable.at(-1);
    return (
      usable.findLast((each) => each.key === keys[0]) ??
      keys.map((key) => usable.findLast((each) => each.key.startsWith(key))).find((each) => each !== undefined)
    );
  }

  #refusal(key: string, version: string, creating: boolean): { status: number; message: string } | undefined {
    if (this.fault === "read-only") return { status: 403, message: "cache write denied: the token may only read" };
    if (this.fault === "quota") return { status: 400, message: "usage has exceeded the total cache quota" };
    if (creating && this.entries.some((each) => each.key === key && each.version === version)) {
      return { status: 409, message: "the entry exists" };
    }
    return undefined;
  }

  #blobUrl(entry: CacheEntry): string {
    // As in an address of the real store: whoever has it may read and write.
    return `${this.url}blob/${this.entries.indexOf(entry)}?sv=1&sig=${randomBytes(24).toString("hex")}`;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function json(response: ServerResponse, status: number, value: unknown): ServerResponse {
  return response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
