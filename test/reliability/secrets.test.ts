/**
 * Section 6: canary secrets of all awkward characters through the failures of the matrix, by the command line and by the
 * bundled Action; in none of their forms do they stand in anything that a run writes or sends to anybody else.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { dirname } from "node:path";
import { after, before, suite, test } from "node:test";
import { folder, sluice } from "../cli/support.ts";
import { runPost } from "../support/action-job.ts";
import { type CacheService, cacheService } from "../support/cache-service.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";
import { ACTION_ENTRY, runAction } from "../support/runner.ts";
import {
  ACCESS_TOKEN,
  type Auth,
  type Document,
  PASSWORD,
  SECRET_CASES,
  type SecretCase,
  TOKEN,
} from "./secret-cases.ts";
import { databaseSinks, filesBelow, formsOf, leaks, type Sinks } from "./secret-sinks.ts";

const CLIENT = "canary-client";
/** A header takes no raw token of these characters; it travels percent-encoded there. */
const IN_HEADER = encodeURIComponent(TOKEN);

const ends: (() => Promise<void>)[] = [];
const cleanup = { after: (end: () => Promise<void>) => void ends.push(end) };
let database: TestDatabase;
let role: string;
let roleUrl: string;
let other: { readonly url: string; heard: string };
let thief: number;
let cache: CacheService;

before(async () => {
  database = await testDatabase(cleanup);
  role = `${database.name}_canary`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD.replaceAll("'", "''")}'`);
  await database.query(`GRANT CREATE ON DATABASE ${database.name} TO ${role}`);
  ends.unshift(async () => {
    await database.query(`DROP OWNED BY ${role} CASCADE`);
    await database.query(`DROP ROLE ${role}`);
  });
  roleUrl = database.urlFor(role, PASSWORD);
  const heard = await listener((request, response) => {
    request.resume();
    response.end("[]");
  });
  other = heard;
  thief = await passwordEcho();
  cache = await cacheService(cleanup);
});

after(async () => {
  for (const end of ends) await end();
});

/** An HTTP server that keeps every byte that it was sent. */
async function listener(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const kept = { url: "", heard: "" };
  const server = createServer(answer);
  server.on("connection", (socket) =>
    socket.on("data", (data: Buffer) => {
      kept.heard += data.toString("latin1");
    }),
  );
  kept.url = `http://127.0.0.1:${await listen(server)}`;
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return kept;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A PostgreSQL that asks for the password in clear text and refuses it by its name. */
async function passwordEcho(): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      socket.once("data", (data: Buffer) => {
        const password = data.subarray(5, -1);
        const fields = [Buffer.from("SFATAL\0C28P01\0M"), Buffer.from("bad password: "), password];
        const tail = [Buffer.from(" "), Buffer.from(encodeURIComponent(password.toString())), Buffer.from("\0\0")];
        const body = Buffer.concat([...fields, ...tail]);
        const head = Buffer.alloc(5);
        head.write("E");
        head.writeUInt32BE(body.length + 4, 1);
        socket.end(Buffer.concat([head, body]));
      });
    });
  });
  ends.push(async () => void server.close());
  return listen(server);
}

function authOf(auth: Auth, url: string): object {
  switch (auth) {
    case "header":
      return { type: "api_key", name: "X-Token", location: "header", api_key: "$" + "{env:CANARY}" };
    case "query":
      return { type: "api_key", name: "key", location: "query", api_key: "$" + "{env:CANARY}" };
    case "basic":
      return { type: "http_basic", username: CLIENT, password: "$" + "{env:CANARY}" };
    case "oauth":
      return {
        type: "oauth2_client_credentials",
        access_token_url: `${url}/token`,
        client_id: CLIENT,
        client_secret: "$" + "{env:CANARY}",
      };
    case "headers":
      return { type: "headers", headers: { "X-Canary": "$" + "{env:CANARY}" } };
    case "login":
      return {
        type: "login_request",
        login_url: "token",
        json: { user: CLIENT, password: "$" + "{env:CANARY}" },
        token_path: "access_token",
        name: "X-Session",
      };
  }
}

/** Starts the source of a case and writes its file; gives what a run of it needs. */
async function stage(one: SecretCase, dataset: string) {
  const auth = one.auth ?? "header";
  let asked: (() => void) | undefined;
  const origin = await listener((request, response) => {
    if (request.url === "/token") {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ access_token: ACCESS_TOKEN, expires_in: 3600, token_type: "bearer" }));
      return;
    }
    asked?.();
    const { url = "", rawHeaders } = request;
    const echo = `${url} ${safeDecode(url)} ${rawHeaders.join(" ")} ${rawHeaders.map(safeDecode).join(" ")} ${TOKEN}`;
    if (one.answer !== undefined) return one.answer(response, echo, other.url, request);
    response.writeHead(200, { "content-type": "application/json" }).end(`[{"id":1,"lines":[{"n":1}]}]`);
  });
  const document: Document = {
    pipeline: dataset,
    dataset,
    source: {
      name: "shop",
      client: { base_url: origin.url, paginator: "single_page", auth: authOf(auth, origin.url) },
      resources: [{ name: "orders", primary_key: "id", write_disposition: "merge" }],
    },
  };
  one.file?.(document);
  const ports = { thief, api: Number(new URL(origin.url).port) };
  return {
    origin,
    file: JSON.stringify(document),
    url: one.url?.(roleUrl, ports) ?? roleUrl,
    environment: {
      CANARY: auth === "header" || auth === "headers" ? IN_HEADER : TOKEN,
      ...(one.fault === undefined ? {} : { SLUICE_FAULT: one.fault }),
    },
    settings: { "max-attempts": "1", ...one.settings },
    onAsked(signal: () => void) {
      asked = signal;
    },
  };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const sql = (text: string) =>
  text
    .replaceAll("DATABASE current", `DATABASE ${database.name}`)
    .replaceAll(" ROLE", ` ${role}`)
    .replace(`ALTER ${role} `, "ALTER ROLE ");

/** All forms of all secrets, by whose they are. */
const TOKEN_FORMS = [...formsOf(TOKEN, CLIENT), ...formsOf(IN_HEADER, CLIENT), ...formsOf(ACCESS_TOKEN, CLIENT)];
const passwordForms = () => [...formsOf(PASSWORD, role), roleUrl];

async function assertNoLeak(sinks: Sinks, origin: { readonly heard: string }): Promise<void> {
  const everywhere = {
    ...sinks,
    ...(await databaseSinks(database)),
    "the other origin": other.heard,
    cache: cache.heard,
  };
  for (const entry of cache.entries)
    (everywhere as Record<string, string>)[`cache entry ${entry.key}`] = entry.bytes.toString("latin1");
  assert.deepEqual(leaks(everywhere, [...TOKEN_FORMS, ...passwordForms()]), []);
  assert.deepEqual(leaks({ "the source": origin.heard }, passwordForms()), [], "the password is not the source's");
}

function assertEnding(
  one: SecretCase,
  ended: { code: number | null; signal: NodeJS.Signals | null },
  code: string | undefined,
  all: string,
): void {
  assert.equal(ended.signal, one.killed === true ? "SIGKILL" : null, all);
  if (one.killed === true) return;
  if (one.code === undefined) assert.equal(ended.code, 0, all);
  else assert.ok(one.code.split("|").includes(code ?? ""), `${code} instead of ${one.code}: ${all}`);
}

suite("by the command line", () => {
  for (const [index, one] of SECRET_CASES.entries()) {
    test(`no secret leaves by the command line: ${one.what}`, async (t) => {
      const { origin, file, url, environment, settings, onAsked } = await stage(one, `c${index}`);
      const cwd = await folder(t, { "shop.json": file });
      if (one.before !== undefined) await database.query(sql(one.before));
      const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
      const ended = await sluice(["run", "shop.json", "--json", "--verbose", ...flags], {
        cwd,
        environment: { ...environment, DESTINATION__POSTGRES__CREDENTIALS: url },
        onStart: (child) => onAsked(() => one.signal !== undefined && child.kill(one.signal)),
      });
      if (one.after !== undefined) await database.query(sql(one.after));
      const code = ended.stdout.startsWith("{") ? JSON.parse(ended.stdout).code : undefined;
      assertEnding(one, ended, code, ended.stdout + ended.stderr);
      await assertNoLeak({ ...filesBelow(cwd, ["shop.json"]), stdout: ended.stdout, stderr: ended.stderr }, origin);
    });
  }
});

suite("by the Action", () => {
  for (const [index, one] of SECRET_CASES.entries()) {
    test(`no secret leaves by the Action: ${one.what}`, async () => {
      const { origin, file, url, environment, settings, onAsked } = await stage(one, `a${index}`);
      if (one.before !== undefined) await database.query(sql(one.before));
      const request = {
        inputs: { source: "shop.json", "connection-string": url, "log-level": "debug", ...settings },
        environment: { ...environment, ...cache.environment("v2") },
        files: { "shop.json": file },
        entry: ACTION_ENTRY,
        onStart: (child: { kill(signal: NodeJS.Signals): boolean }) =>
          onAsked(() => one.signal !== undefined && child.kill(one.signal)),
      };
      const main = await runAction(request);
      const post = await runPost(main, request);
      if (one.after !== undefined) await database.query(sql(one.after));
      assertEnding(one, main, main.outputs["error-code"], main.stdout + main.stderr);
      // The command that asks the runner to mask a value is the one place where it may stand.
      const shown = (stdout: string) => stdout.replace(/^::add-mask::.*$/gm, "");
      const everything = filesBelow(dirname(main.temporary), ["workspace/shop.json"]);
      for (const name of ["output", "state", "summary", "env"]) assert.ok(name in everything, name);
      const streams = {
        stdout: shown(main.stdout),
        stderr: main.stderr,
        post: shown(post.stdout),
        "post stderr": post.stderr,
      };
      await assertNoLeak({ ...everything, ...streams }, origin);
      // The password in all forms is registered before a line of anything else.
      const first = main.stdout.slice(0, main.stdout.search(/^(?!::add-mask::)/m));
      const masks = first.split("\n").map((line) => decodeCommand(line.slice("::add-mask::".length)));
      if (url === roleUrl)
        for (const form of passwordForms()) assert.ok(isMasked(form, masks), `not masked at first: ${form}`);
    });
  }
});

/** As the runner masks: a registered value anywhere in a text; what is left must hold no part that would help. */
function isMasked(form: string, masks: readonly string[]): boolean {
  return masks.some((mask) => mask !== "" && form.includes(mask));
}

function decodeCommand(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}
