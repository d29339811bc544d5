/** Limits and rules of the network as settings: each reaches what it limits, from a flag or from the pipeline file. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { noOpenssl, testAuthority } from "../support/certificates.ts";
import { connectProxy } from "../support/connect-proxy.ts";
import { testDatabase } from "../support/postgres.ts";
import { type Answer, assertFailed, folder, jsonApi, schemasOf, shopFile, sluice } from "./support.ts";

/** `sluice extract` of one resource `a`. */
async function extractor(
  t: { after(end: () => Promise<void>): void },
  answer: Answer,
  more: { readonly client?: object; readonly endpoint?: object; readonly settings?: object } = {},
) {
  const api = await jsonApi(t, { "/a": answer });
  const file = JSON.stringify({
    ...more.settings,
    source: {
      client: { base_url: api.url, paginator: { type: "single_page" }, ...more.client },
      resources: [{ name: "a", endpoint: { path: "a", ...more.endpoint } }],
    },
  });
  const cwd = await folder(t, { "shop.json": file });
  return {
    api,
    cwd,
    extract: (flags: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) =>
      sluice(["extract", "shop.json", "--out", "out", "--json", ...flags], { cwd, environment }),
    records: () => readFile(join(cwd, "out", "a.jsonl"), "utf8"),
  };
}

const counted = { paginator: { type: "page_number", base_page: 1, total_path: null } };

test("max-response-bytes, in the file with a unit, on the command line as a number", async (t) => {
  const body = JSON.stringify([{ text: "x".repeat(2000) }]);
  const small = await extractor(t, body, { settings: { max_response_bytes: "1 KiB" } });
  const { message } = assertFailed(await small.extract(), "E_LIMIT", 7);
  assert.match(message, /too large: more than 1024 bytes/);
  assert.equal((await small.extract(["--max-response-bytes", "4096"])).code, 0);
  const wrong = assertFailed(await small.extract(["--max-response-bytes", "4 MB"]), "E_INPUT", 2);
  assert.match(wrong.message, /--max-response-bytes: expected a number of bytes/);
});

test("max-pages ends a list that is longer; max-empty-pages one of empty pages", async (t) => {
  const page: Answer = (request, response) => {
    const number = Number(new URL(request.url ?? "", "http://x").searchParams.get("page"));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(number > 4 ? [] : [{ number }]));
  };
  const list = await extractor(t, page, { endpoint: counted });
  assert.match(assertFailed(await list.extract(["--max-pages", "3"]), "E_LIMIT", 7).message, /more than 3 pages/);
  assert.equal((await list.extract(["--max-pages", "5"])).code, 0);

  const endless = await extractor(t, "[]", {
    endpoint: { paginator: { ...counted.paginator, stop_after_empty_page: false, maximum_page: 100 } },
  });
  assertFailed(await endless.extract(["--max-empty-pages", "5"]), "E_PAGINATION_LOOP", 3);
  assert.equal(endless.api.asked.length, 5);
});

test("max-depth, for lists that could stay tokens too", async (t) => {
  const deep = await extractor(t, `[{"id":1},{"a":{"b":{"c":[1]}}}]`);
  const { message } = assertFailed(await deep.extract(["--max-depth", "4"]), "E_LIMIT", 7);
  assert.match(message, /nested deeper than 4 levels at byte 25/);
  assert.equal((await deep.extract(["--max-depth", "5"])).code, 0);
  const database = await testDatabase(t);
  const run = ["run", "shop.json", "--json", "--connection-string", database.url, "--max-depth", "4"];
  assertFailed(await sluice(run, { cwd: deep.cwd }), "E_LIMIT", 7);
});

test("max-redirects", async (t) => {
  const list = await extractor(t, (_, response) => response.writeHead(302, { location: "/b" }).end());
  list.api.answers["/b"] = `[{"id":1}]`;
  assert.equal((await list.extract()).code, 0);
  const { message } = assertFailed(await list.extract(["--max-redirects", "0"]), "E_SOURCE_NOT_FOUND", 3);
  assert.match(message, /redirected more than 0 times/);
});

test("idle-timeout and request-timeout", async (t) => {
  const silent = await extractor(t, () => {});
  let begin = performance.now();
  assertFailed(await silent.extract(["--idle-timeout", "1", "--max-attempts", "1"]), "E_TIMEOUT", 5);
  assert.ok(performance.now() - begin < 5000);
  const trickle = await extractor(t, (request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 100);
    request.on("close", () => clearInterval(timer));
    response.on("close", () => clearInterval(timer));
  });
  begin = performance.now();
  assertFailed(await trickle.extract(["--request-timeout", "1", "--max-attempts", "1"]), "E_TIMEOUT", 5);
  assert.ok(performance.now() - begin < 5000);
  assertFailed(await trickle.extract(["--request-timeout", "0"]), "E_INPUT", 2);
});

test("max-in-flight bounds what is asked at a time", async (t) => {
  let now = 0;
  let most = 0;
  const slow: Answer = (_, response) => {
    now += 1;
    most = Math.max(most, now);
    setTimeout(() => {
      now -= 1;
      response.writeHead(200, { "content-type": "application/json" }).end(`[{"id":1}]`);
    }, 100);
  };
  const names = ["a", "b", "c", "d", "e", "f"];
  const api = await jsonApi(t, Object.fromEntries(names.map((name) => [`/${name}`, slow])));
  const cwd = await folder(t, { "shop.json": shopFile(api.url, names) });
  const args = ["extract", "shop.json", "--out", "out", "--json"];
  assert.equal((await sluice([...args, "--max-in-flight", "2"], { cwd })).code, 0);
  assert.equal(most, 2);
  most = 0;
  assert.equal((await sluice(args, { cwd })).code, 0);
  assert.equal(most, 6);
});

test("46: encoding-errors: refused, or replaced and counted; a declared charset is read as such", async (t) => {
  const body = Buffer.concat([
    Buffer.from('[{"a":"x', "latin1"),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('","b":"\ufffd"},{"a":"é'),
    Buffer.from([0xc3]),
    Buffer.from('"}]'),
  ]);
  let type = "application/json";
  const list = await extractor(t, (_, response) => response.writeHead(200, { "content-type": type }).end(body));
  assert.match(assertFailed(await list.extract(), "E_SOURCE_BODY", 3).message, /not UTF-8 \(byte 8\)/);
  const ended = await list.extract(["--encoding-errors", "replace"]);
  assert.equal(ended.code, 0, ended.stderr);
  const lines = (await list.records()).trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [{ a: "x\ufffd\ufffd", b: "\ufffd" }, { a: "é\ufffd" }],
  );
  assert.match(ended.stderr, /W_ENCODING_REPLACED.*3/);
  type = "application/json; charset=iso-8859-1";
  const latin = await list.extract(["--encoding-errors", "replace"]);
  assert.doesNotMatch(latin.stderr, /W_ENCODING_REPLACED/);
  assert.match(await list.records(), /xÿþ/);
});

test("allow-private-network", async (t) => {
  const other = await jsonApi(t, { "/a": `[{"id":2}]` });
  const list = await extractor(
    t,
    (_, response) =>
      response
        .writeHead(200, { "content-type": "application/json", link: `<${other.url}/a>; rel="next"` })
        .end(`[{"id":1}]`),
    { client: { paginator: "header_link", allowed_hosts: [new URL(other.url).host] } },
  );
  const { message } = assertFailed(await list.extract(), "E_UNSAFE_URL", 2);
  assert.match(message, /loopback/);
  assert.equal(other.asked.length, 0);
  assert.equal((await list.extract(["--allow-private-network", "true"])).code, 0);
  assert.equal(other.asked.length, 1);
});

test("tls-verify and ca-certificate: a path or PEM text, and what cannot be read", { skip: noOpenssl() }, async (t) => {
  const ends: (() => void)[] = [];
  t.after(() => ends.forEach((end) => void end()));
  const authority = testAuthority({ after: (end) => ends.push(end) });
  const server = createServer(authority.issue("DNS:localhost"), (_, response) => response.end(`[{"id":1}]`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const cwd = await folder(t, { "shop.json": shopFile(url, ["a"]), "ca.pem": authority.cert, "no.pem": "nothing" });
  const extract = (...flags: readonly string[]) =>
    sluice(["extract", "shop.json", "--out", "out", "--json", ...flags], {
      cwd,
      environment: { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
    });
  assertFailed(await extract(), "E_CONFIG", 2);
  for (const value of ["ca.pem", authority.cert]) {
    const ended = await extract("--ca-certificate", value);
    assert.equal(ended.code, 0, ended.stderr);
  }
  const unverified = await extract("--tls-verify", "false");
  assert.equal(unverified.code, 0, unverified.stderr);
  assert.match(unverified.stderr, /W_TLS/);
  assert.match(assertFailed(await extract("--ca-certificate", "gone.pem"), "E_INPUT", 2).message, /does not exist/);
  assert.match(assertFailed(await extract("--ca-certificate", "no.pem"), "E_INPUT", 2).message, /no certificate/);
  const broken = authority.cert.replace(/[A-Za-z0-9+/]{40}\n/, "\n");
  assertFailed(await extract("--ca-certificate", broken), "E_INPUT", 2);
});

test("a proxy of the environment is used, and its password stands in no output", async (t) => {
  const list = await extractor(t, `[{"id":1}]`);
  const port = Number(new URL(list.api.url).port);
  const proxy = await connectProxy(t, port, (_, turn) => (turn === 1 ? undefined : "HTTP/1.1 407 Who?"));
  const flags = ["--base-url", "http://api.example.test", "--verbose"];
  for (const value of [`http://me:canary-word@${proxy.host}`, `me:canary-word@${proxy.host}`]) {
    const ended = await list.extract(flags, { http_proxy: value });
    if (proxy.heads.length === 1) assert.equal(ended.code, 0, ended.stderr);
    else assertFailed({ ...ended, stderr: ended.stderr.replace(/^\s+at .*$/gm, "") }, "E_CONFIG", 2);
    assert.ok(!`${ended.stdout}${ended.stderr}`.includes("canary"), ended.stderr);
  }
  assert.equal(proxy.heads.length, 2);
  assert.equal(list.api.asked.length, 1);
  const around = await list.extract(flags, { http_proxy: `http://${proxy.host}`, NO_PROXY: "example.test" });
  assert.equal(proxy.heads.length, 2);
  assert.equal(around.code, 5, "the name is nobody's");
});

test("max-work-bytes and max-value-bytes: E_LIMIT, nothing loaded, no part left on the disk", async (t) => {
  const database = await testDatabase(t);
  const rows = Array.from({ length: 2000 }, (_, id) => ({ id, text: "x".repeat(100) }));
  const list = await extractor(t, JSON.stringify(rows));
  const run = (...flags: readonly string[]) =>
    sluice(["run", "shop.json", "--json", "--connection-string", database.url, ...flags], { cwd: list.cwd });
  const packages = join(list.cwd, ".sluice", "pipelines", "shop", "packages");
  const full = assertFailed(await run("--max-work-bytes", "100 KiB"), "E_LIMIT", 7);
  assert.ok(full.message.includes(packages), full.message);
  assert.match(full.message, /larger than 102400 bytes/);
  assert.deepEqual(await readdir(packages), []);
  assert.match(assertFailed(await run("--max-value-bytes", "99"), "E_LIMIT", 7).message, /100 bytes/);
  assert.deepEqual(await schemasOf(database), []);
  assert.equal((await run("--max-work-bytes", "1 MiB", "--max-value-bytes", "100")).code, 0);
});
