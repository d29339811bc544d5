import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { Double } from "../../../../src/core/json.ts";
import { failure } from "../../../support/failure.ts";
import { extract, json, serve } from "../fake-api.ts";

const config = (base: string) => ({ client: { base_url: base, paginator: "single_page" as const }, resources: ["a"] });

test("numbers keep what they were: integer or float, any size", async (t) => {
  const api = await serve(t, (_, response) => {
    response.end('[{"a":1,"b":1.0,"c":12345678901234567890,"d":1e3}]');
  });
  const { records } = await extract(config(api.base));
  const record = records.a?.[0] as { a: unknown; b: unknown; c: unknown; d: unknown };
  assert.equal(record.a, 1);
  assert.ok(record.b instanceof Double);
  assert.equal(record.c, 12345678901234567890n);
  assert.ok(record.d instanceof Double);
});

test("gzip, deflate in both forms and br are decoded", async (t) => {
  const body = '[{"id":1}]';
  const forms = [
    ["gzip", gzipSync(body)],
    ["deflate", deflateSync(body)],
    ["deflate", deflateRawSync(body)],
    ["br", brotliCompressSync(body)],
  ] as const;
  for (const [encoding, bytes] of forms) {
    const api = await serve(t, (_, response) => {
      response.writeHead(200, { "content-encoding": encoding, "content-type": "application/json" }).end(bytes);
    });
    const { records } = await extract(config(api.base));
    assert.deepEqual(records.a, [{ id: 1 }], encoding);
  }
});

test("a decompression bomb stops at the limit", async (t) => {
  const bomb = gzipSync(Buffer.alloc(20_000_000, 32));
  const api = await serve(t, (_, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
  });
  const error = await failure(extract(config(api.base), { http: { maxResponseBytes: 1_000_000 } }));
  assert.equal(error.code, "E_LIMIT");
  assert.equal(api.asked.length, 1);
});

test("HTML is asked for once more; a sign-in page is called so", async (t) => {
  const html = "<html><title>Sign in</title><form>password</form></html>";
  const api = await serve(t, (_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
  });
  const error = await failure(extract(config(api.base)));
  assert.equal(error.code, "E_SOURCE_BODY");
  assert.equal(error.reason, "invalid_json");
  assert.match(error.message, /not JSON, looks like a sign-in page; is the token valid\?/);
  assert.match(error.message, /\/a answered 200 \(text\/html; charset=utf-8\)/);
  assert.equal(api.asked.length, 2);
});

test("truncated JSON is asked for once more and then told with its byte offset", async (t) => {
  const cut = '[{"name":"é"},{"na';
  const api = await serve(t, (_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(cut);
  });
  const error = await failure(extract(config(api.base)));
  assert.equal(error.code, "E_SOURCE_BODY");
  assert.equal(error.context.offset, Buffer.byteLength(cut));
  assert.equal(error.context.status, 200);
  assert.equal(api.asked.length, 2);
});

test("JSON that was replaced once by a proxy is read at the second try", async (t) => {
  const api = await serve(t, (_, response, turn) => {
    if (turn === 1) response.writeHead(200, { "content-type": "text/html" }).end("<html>try later</html>");
    else json(response, [{ id: 1 }]);
  });
  const { records } = await extract(config(api.base));
  assert.deepEqual(records.a, [{ id: 1 }]);
});

test("text that is not UTF-8 is refused with its offset, or read as the declared charset", async (t) => {
  const latin = Buffer.from('["\u00fc"]', "latin1");
  const api = await serve(t, (_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(latin);
  });
  const error = await failure(extract(config(api.base)));
  assert.equal(error.code, "E_SOURCE_BODY");
  assert.equal(error.context.offset, 2);
  const declared = await serve(t, (_, response) => {
    response.writeHead(200, { "content-type": "application/json; charset=ISO-8859-1" }).end(latin);
  });
  assert.deepEqual((await extract(config(declared.base))).records.a, ["\u00fc"]);
});

test("a byte order mark is no part of the body, in UTF-8 and UTF-16", async (t) => {
  const list = '[{"name":"\u00fc"},{"name":"\u65e5"}]';
  const bodies: Record<string, Buffer> = {
    "/utf8": Buffer.from(`\ufeff${list}`, "utf8"),
    "/utf16": Buffer.from(`\ufeff${list}`, "utf16le"),
    "/inside": Buffer.from(`\ufeff{"data":${list}}`, "utf8"),
    "/empty": Buffer.from("\ufeff", "utf8"),
  };
  const api = await serve(t, ({ target }, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(bodies[target]);
  });
  const client = { base_url: api.base, paginator: "single_page" } as const;
  const { records } = await extract({ client, resources: ["utf8", "utf16", "inside", "empty"] });
  const expected = [{ name: "\u00fc" }, { name: "\u65e5" }];
  assert.deepEqual(records, { utf8: expected, utf16: expected, inside: expected, empty: [] });
});

test("no body means no records, in strict an error", async (t) => {
  const api = await serve(t, (_, response) => {
    response.writeHead(204).end();
  });
  assert.deepEqual((await extract(config(api.base))).records, { a: [] });
  assert.equal((await failure(extract(config(api.base), { compat: "strict" }))).reason, "invalid_json");
});

test("JSON under another content type is taken, with a warning", async (t) => {
  const api = await serve(t, (_, response) => {
    response.writeHead(200, { "content-type": "text/plain" }).end("[1]");
  });
  const { records, warnings } = await extract(config(api.base));
  assert.deepEqual(records.a, [1]);
  assert.deepEqual(
    warnings.map((warning) => warning.code),
    ["W_CONTENT_TYPE"],
  );
});

test("an excerpt of a wrong body and its URL do not show secrets", async (t) => {
  const secret = "s3cr3t-t0ken/x";
  const api = await serve(t, ({ target }, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(`<p>${secret} ${target}</p>`);
  });
  const error = await failure(
    extract({
      client: {
        base_url: api.base,
        auth: { type: "api_key", api_key: secret, name: "pass_key", location: "query" },
        paginator: "single_page",
      },
      resources: ["a"],
    }),
  );
  assert.match(error.message, /pass_key=\*\*\*/);
  assert.ok(!JSON.stringify([error.message, error.context]).includes("t0ken"), error.message);
});

test("large bodies come whole, however they are cut on the way, one after the other on a connection", async (t) => {
  const pages = Array.from({ length: 6 }, (_, page) =>
    Buffer.from(JSON.stringify([{ id: page, text: String.fromCharCode(97 + page).repeat(700_000 + page), ü: "é" }])),
  );
  const api = await serve(t, async (request, response, turn) => {
    const page = pages[turn - 1] ?? Buffer.from("[]");
    const form = turn % 3;
    response.writeHead(200, {
      "content-type": "application/json",
      ...(form === 0 ? { "content-length": String(page.length) } : {}),
      ...(form === 1 ? { "content-encoding": "gzip" } : {}),
      link: turn < pages.length ? `<http://${request.headers.host}/a?page=${turn + 1}>; rel="next"` : "",
    });
    if (form === 1) response.end(gzipSync(page));
    else if (form === 0) response.end(page);
    else {
      for (let at = 0; at < page.length; at += 99_991) {
        response.write(page.subarray(at, at + 99_991));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    }
  });
  const { records } = await extract({
    client: { base_url: api.base, paginator: "header_link" as const },
    resources: [{ name: "a", endpoint: { path: "a" } }],
  });
  assert.deepEqual(
    records.a,
    pages.flatMap((page) => JSON.parse(page.toString()) as unknown[]),
  );
});
