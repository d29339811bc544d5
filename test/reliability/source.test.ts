/** Fault matrix 4.3, what the tests of `extract/` leave open: hostile networks from the socket to the dataset. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { pipeline, postgres, restApi, SluiceError } from "../../src/index.ts";
import { folder } from "../cli/support.ts";
import { type Cleanup, harness } from "./harness.ts";

/** A server of raw bytes: what it does to a connection is up to the test. Counts its connections. */
async function rawServer(t: Cleanup, onRequest: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const state = { connections: 0, url: "" };
  const server = createServer((socket) => {
    state.connections++;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => onRequest(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

/** Loads from a base URL with quick retries; the database must not be asked for more than its state. */
async function failureAt(t: Cleanup, url: string, http: object = {}): Promise<SluiceError> {
  const { database, schemas } = await harness(t);
  const source = restApi({
    name: "s",
    config: { client: { base_url: url, paginator: "single_page" }, resources: ["t"] },
    http: { backoffFactor: 0.01, ...http },
  });
  try {
    await pipeline({
      name: "p",
      dataset: "d",
      destination: postgres(database.url),
      workingDirectory: await folder(t),
    }).run(source);
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    assert.deepEqual(await schemas(), [], "untouched");
    return error;
  }
  assert.fail("it succeeded");
}

test("40: connections that are reset are tried five times, an unknown host is retryable", async (t) => {
  const server = await rawServer(t, (socket) => socket.resetAndDestroy());
  const reset = await failureAt(t, server.url);
  assert.deepEqual([reset.code, reset.retryable, server.connections], ["E_SOURCE_UNAVAILABLE", true, 5]);
  const unknown = await failureAt(t, "http://no-such-host.invalid");
  assert.equal(unknown.code, "E_SOURCE_UNAVAILABLE");
});

test("40: a server that speaks no TLS under https", async (t) => {
  const server = await rawServer(t, (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const error = await failureAt(t, server.url.replace("http:", "https:"));
  assert.ok(["E_SOURCE_UNAVAILABLE", "E_CONFIG"].includes(error.code), error.message);
});

test("41: a body that ends before its announced end is not taken for complete, though it is valid JSON", async (t) => {
  const body = `[{"id":1},{"id":2}]`;
  for (const kind of ["counted", "chunked"] as const) {
    const server = await rawServer(t, (socket) => {
      const head = kind === "counted" ? `content-length: ${body.length}` : "transfer-encoding: chunked";
      // What arrives is a valid document: only the announced end is missing.
      const part = kind === "counted" ? "[]" : "2\r\n[]\r\n";
      socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${head}\r\n\r\n${part}`);
    });
    const error = await failureAt(t, server.url);
    assert.equal(error.code, "E_SOURCE_UNAVAILABLE", `${kind}: ${error.message}`);
    assert.equal(server.connections, 5);
  }
});

test("48: 200 MB behind 200 kB of gzip, deflate and br: E_LIMIT, and the memory stays", async (t) => {
  const zeros = Buffer.alloc(200_000_000, 32);
  const packed = { gzip: gzipSync(zeros), deflate: deflateSync(zeros), br: brotliCompressSync(zeros, { params: {} }) };
  for (const [encoding, bytes] of Object.entries(packed)) {
    const { load, schemas } = await harness(t);
    const before = process.memoryUsage().rss;
    const { error } = await load((_request, response) =>
      response.writeHead(200, { "content-encoding": encoding, "content-type": "application/json" }).end(bytes),
    );
    assert.equal(error?.code, "E_LIMIT", `${encoding}: ${error?.message}`);
    assert.deepEqual(await schemas(), []);
    const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
    assert.ok(grown < 160, `${encoding}: ${grown} MiB more`);
  }
});

test("54, 55: next links to private and metadata addresses, other ports of this machine and other schemes are not asked", async (t) => {
  const targets = {
    "http://169.254.169.254/latest/meta-data": "E_UNSAFE_URL",
    "http://10.0.0.1/x": "E_UNSAFE_URL",
    "http://[fd00:ec2::254]/x": "E_UNSAFE_URL",
    "http://[::ffff:169.254.169.254]/x": "E_UNSAFE_URL",
    // The source is on loopback itself: that is just another origin.
    "http://[::1]:1/x": "E_FOREIGN_ORIGIN",
    "http://0x7f.1:1/x": "E_FOREIGN_ORIGIN",
    "file:///etc/passwd": "E_FOREIGN_ORIGIN",
    "ftp://127.0.0.1/x": "E_FOREIGN_ORIGIN",
    "data:application/json,[]": "E_FOREIGN_ORIGIN",
  };
  for (const [next, code] of Object.entries(targets)) {
    const { load, api, schemas } = await harness(t);
    const { error } = await load(JSON.stringify({ data: [{ id: 1 }], next }), {
      endpoint: { path: "t", data_selector: "data", paginator: { type: "json_link", next_url_path: "next" } },
    });
    assert.equal(error?.code, code, `${next}: ${error?.message}`);
    assert.equal(api.asked.length, 1);
    assert.deepEqual(await schemas(), []);
  }
});

test("58: rows that move between pages while paging: one row a key under merge", async (t) => {
  const { load, rows } = await harness(t);
  // A row is inserted at the front after the first page, so that the second begins with the last of the first.
  const { error } = await load(
    (request, response) => {
      const page = new URL(request.url ?? "", "http://x").searchParams.get("page");
      const body =
        page === "1"
          ? [
              { id: 1, v: "old" },
              { id: 2, v: "old" },
            ]
          : page === "2"
            ? [
                { id: 2, v: "new" },
                { id: 3, v: "old" },
              ]
            : [];
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    },
    {
      primary_key: "id",
      write_disposition: "merge",
      endpoint: { path: "t", paginator: { type: "page_number", base_page: 1, total_path: null } },
    },
  );
  assert.equal(error, undefined, error?.message);
  assert.deepEqual(await rows("t", "id"), [
    { id: 1, v: "old" },
    { id: 2, v: "new" },
    { id: 3, v: "old" },
  ]);
});

test("58: rows that move between pages while paging: under append a warning counts what came twice", async (t) => {
  for (const key of ["id", undefined]) {
    const { load, rows } = await harness(t);
    const { error, warnings } = await load(
      (request, response) => {
        const page = new URL(request.url ?? "", "http://x").searchParams.get("page");
        const ids = page === "1" ? [1, 2, 3] : page === "2" ? [2, 3, 4] : [];
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify(ids.map((id) => ({ id, page }))));
      },
      {
        ...(key === undefined ? {} : { primary_key: key }),
        write_disposition: "append",
        endpoint: { path: "t", paginator: { type: "page_number", base_page: 1, total_path: null } },
      },
    );
    assert.equal(error, undefined, error?.message);
    assert.equal((await rows("t")).length, 6);
    const told = warnings.filter(({ code }) => code === "W_REPEATED_KEY");
    assert.deepEqual(
      told.map(({ subject, count }) => [subject, count]),
      key === undefined ? [] : [["t", 2]],
    );
  }
});

test("60: headers of a megabyte, or ten thousand links: a clear error, no crash", async (t) => {
  const header = {
    one: `x-big: ${"x".repeat(1 << 20)}\r\n`,
    many: `link: <http://127.0.0.1/x>; rel="next"\r\n`.repeat(10_000),
  };
  for (const [name, lines] of Object.entries(header)) {
    const server = await rawServer(t, (socket) => socket.end(`HTTP/1.1 200 OK\r\n${lines}content-length: 2\r\n\r\n[]`));
    const error = await failureAt(t, server.url);
    assert.equal(error.code, "E_SOURCE_BODY", `${name}: ${error.message}`);
    assert.equal(server.connections, 1);
    assert.ok(error.message.length < 500);
  }
});
