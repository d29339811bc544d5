/** Failures of the matrix in which a credential could get out, each as a script of the source, the database or the file. */
import type { IncomingMessage, ServerResponse } from "node:http";

export const TOKEN = `can@ry/%+ "'\\$&é-t0ken`;
export const PASSWORD = `can@ry/%+ "'\\$&é-passw0rd`;
/** What the source gives in exchange for the token. */
export const ACCESS_TOKEN = "can.ry+acc3ss/t0ken=";

export type Auth = "header" | "query" | "basic" | "oauth" | "headers" | "login";

export interface SecretCase {
  readonly what: string;
  readonly auth?: Auth;
  /** Error code; undefined for a run that loads. */
  readonly code?: string;
  /** Answer to `/orders`; `echo` is all that the request carried, in several spellings. */
  readonly answer?: (response: ServerResponse, echo: string, other: string, request: IncomingMessage) => void;
  readonly fault?: string;
  /** Killed by the fault. */
  readonly killed?: true;
  /** The connection string from that of the canary role. */
  readonly url?: (url: string, ports: { readonly thief: number; readonly api: number }) => string;
  /** Changes the pipeline file. */
  readonly file?: (document: Document) => void;
  /** Flags, which are inputs of the Action. */
  readonly settings?: Readonly<Record<string, string>>;
  /** SQL of the superuser before the run, `ROLE` stands for the canary role; and after it. */
  readonly before?: string;
  readonly after?: string;
  /** Sends this signal when the source is asked. */
  readonly signal?: NodeJS.Signals;
}

export interface Document {
  dataset: string;
  source: {
    client: Record<string, unknown>;
    resources: Record<string, unknown>[];
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const text = (response: ServerResponse, status: number, body: string, type: string) =>
  response.writeHead(status, { "content-type": type }).end(body);

const SOURCE: readonly SecretCase[] = [
  ...(["headers", "login"] as const).map(
    (auth): SecretCase => ({
      what: `404 that repeats the request, ${auth}`,
      auth,
      code: "E_SOURCE_NOT_FOUND",
      answer: (response, echo) => json(response, 404, { error: echo }),
      settings: { "show-error-body": "true" },
    }),
  ),
  ...(["header", "query", "basic", "oauth"] as const).flatMap((auth): readonly SecretCase[] => [
    { what: `success, ${auth}`, auth },
    {
      what: `401 that repeats the request, ${auth}`,
      auth,
      code: "E_SOURCE_AUTH",
      answer: (response, echo) => json(response, 401, { message: `bad ${echo}` }, { "www-authenticate": "Basic" }),
    },
    {
      what: `404 that repeats the request, ${auth}`,
      auth,
      code: "E_SOURCE_NOT_FOUND",
      answer: (response, echo) => json(response, 404, { error: echo }),
    },
    {
      what: `HTML that repeats the request, ${auth}`,
      auth,
      code: "E_SOURCE_BODY",
      answer: (response, echo) => text(response, 200, `<html><form>${echo}</form></html>`, "text/html"),
    },
    {
      what: `redirect to another origin, ${auth}`,
      auth,
      code: "E_FOREIGN_ORIGIN",
      answer: (response, echo, other) =>
        response.writeHead(302, { location: `${other}/orders?all=${encodeURIComponent(echo)}` }).end(),
    },
  ]),
  {
    what: "403 that repeats the request",
    code: "E_SOURCE_FORBIDDEN",
    answer: (response, echo) => json(response, 403, { message: echo }),
  },
  {
    what: "500 that repeats the request",
    code: "E_SOURCE_UNAVAILABLE",
    answer: (response, echo) => text(response, 500, `<pre>${echo}</pre>`, "text/html"),
  },
  {
    what: "429 for a day, with the request in its body",
    code: "E_SOURCE_RATE_LIMIT",
    answer: (response, echo) => json(response, 429, { echo }, { "retry-after": "86400" }),
  },
  {
    what: "JSON that is cut behind the request",
    code: "E_SOURCE_BODY",
    answer: (response, echo) => text(response, 200, `[{"echo":${JSON.stringify(echo)}`, "application/json"),
  },
  {
    what: "bytes that are no UTF-8 beside the request",
    code: "E_SOURCE_BODY",
    answer: (response, echo) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(Buffer.concat([Buffer.from(`[{"echo":${JSON.stringify(echo)},"x":"`), Buffer.from([0xff, 0xfe])]));
    },
  },
  {
    what: "an error object under 200",
    code: "E_SOURCE_SHAPE",
    file: ({ source }) => {
      for (const one of source.resources) one.endpoint = { path: "orders", data_selector: "data" };
    },
    answer: (response, echo) => json(response, 200, { error: echo }),
  },
  {
    what: "a next link to another origin that repeats the request",
    code: "E_FOREIGN_ORIGIN",
    file: ({ source }) => {
      source.client.paginator = { type: "json_link", next_url_path: "next" };
      for (const one of source.resources) one.endpoint = { path: "orders", data_selector: "data" };
    },
    answer: (response, echo, other) =>
      json(response, 200, { data: [{ id: 1 }], next: `${other}/orders?k=${encodeURIComponent(echo)}` }),
  },
  {
    what: "the same page for ever, by a link that repeats the token",
    code: "E_PAGINATION_LOOP",
    file: ({ source }) => {
      source.client.paginator = { type: "json_link", next_url_path: "next" };
      for (const one of source.resources) one.endpoint = { path: "orders", data_selector: "data" };
    },
    answer: (response, _echo, _other, request) => {
      const next = `http://${request.headers.host}/orders?k=${encodeURIComponent(TOKEN)}`;
      json(response, 200, { data: [{ id: 1 }], next });
    },
  },
  {
    what: "a redirect that never ends, with the request in it",
    code: "E_SOURCE_UNAVAILABLE|E_FOREIGN_ORIGIN|E_PAGINATION_LOOP|E_LIMIT|E_SOURCE_BODY",
    auth: "query",
    answer: (response, echo, _other, request) => {
      const host = `http://${request.headers.host}`;
      response.writeHead(302, { location: `${host}/orders?n=${Math.random()}&k=${encodeURIComponent(echo)}` }).end();
    },
  },
  { what: "a connection that is reset", code: "E_SOURCE_UNAVAILABLE", answer: (response) => response.destroy() },
  {
    what: "a body that is cut",
    code: "E_SOURCE_UNAVAILABLE",
    answer: (response, echo) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100000" });
      response.write(JSON.stringify([{ echo }]));
      setTimeout(() => response.destroy(), 50);
    },
  },
  { what: "SIGINT while the source is asked", code: "E_CANCELLED", signal: "SIGINT", answer: () => {} },
  { what: "SIGTERM while the source is asked", code: "E_CANCELLED", signal: "SIGTERM", answer: () => {} },
];

const PROCESS: readonly SecretCase[] = [
  ...[
    "extract:page:1",
    "normalize:file:1",
    "normalize:after-manifest",
    "load:before-begin",
    "load:copy:1",
    "load:before-commit",
    "load:after-commit",
    "load:after-marker",
  ].flatMap((point): readonly SecretCase[] => [
    { what: `a bug at ${point}`, fault: `${point}:throw`, code: "E_INTERNAL" },
    { what: `killed at ${point}`, fault: `${point}:kill`, killed: true },
  ]),
  {
    what: "a key that is null",
    code: "E_NULL_KEY",
    answer: (response) => json(response, 200, [{ id: null }]),
  },
  {
    what: "a number that does not fit",
    code: "E_DATA_VALUE",
    answer: (response) => text(response, 200, `[{"id":1,"n":99999999999999999999999}]`, "application/json"),
  },
];

const DATABASE: readonly SecretCase[] = [
  { what: "a wrong password", code: "E_DEST_AUTH", url: (url) => url.replace("passw0rd", "passw0rd-not") },
  {
    what: "a server that repeats the password",
    code: "E_DEST_AUTH",
    url: (url, { thief }) => url.replace(/@[^@]*$/, `@127.0.0.1:${thief}/x?sslmode=disable`),
  },
  { what: "an unknown database", code: "E_DEST_AUTH", url: (url) => `${url}_not_there` },
  {
    what: "nobody listens",
    code: "E_DEST_UNAVAILABLE",
    url: (url) => url.replace(/@[^@]*$/, "@127.0.0.1:9/x"),
    settings: { "connect-wait": "0" },
  },
  {
    what: "the port of something else",
    code: "E_DEST_UNAVAILABLE|E_DEST_TLS",
    url: (url, { api }) => url.replace(/@[^@]*$/, `@127.0.0.1:${api}/x`),
    settings: { "connect-wait": "0" },
  },
  { what: "TLS asked of a server without", code: "E_DEST_TLS", url: (url) => `${url}?sslmode=require` },
  {
    what: "clear text to another machine",
    code: "E_UNSAFE_URL",
    url: (url) => url.replace(/@[^@]*$/, "@db.example.invalid/x?sslmode=disable"),
  },
  { what: "an unknown parameter", code: "E_INPUT", url: (url) => `${url}?sslmod=require` },
  {
    what: "a raw password in the connection string",
    code: "E_INPUT",
    url: (url) => url.replace(/:[^:@]*@/, () => `:${PASSWORD}@`),
  },
  { what: "a connection string without a scheme", code: "E_INPUT", url: (url) => url.replace("postgresql://", "") },
  {
    what: "a role that may not create a schema",
    code: "E_DEST_PERMISSION",
    before: "REVOKE CREATE ON DATABASE current FROM ROLE",
    after: "GRANT CREATE ON DATABASE current TO ROLE",
  },
  {
    what: "statements that are cancelled",
    code: "E_TIMEOUT",
    settings: { "max-attempts": "2" },
    before: "ALTER ROLE ROLE SET statement_timeout = '1ms'",
    after: "ALTER ROLE ROLE RESET statement_timeout",
  },
];

const FILE: readonly SecretCase[] = [
  {
    what: "the token itself in the file, beside a mistake",
    code: "E_CONFIG",
    file: ({ source }) => {
      source.client.auth = { type: "bearer", token: TOKEN, tokn: TOKEN };
    },
  },
  {
    what: "the token where a number belongs",
    code: "E_CONFIG",
    file: ({ source }) => {
      source.client.auth = { type: "bearer", token: TOKEN };
      source.max_table_nesting = "many";
    },
  },
  {
    what: "a mistake behind an auth section that is a list",
    code: "E_CONFIG",
    file: ({ source }) => {
      source.client.auth = [TOKEN];
    },
  },
];

export const SECRET_CASES: readonly SecretCase[] = [...SOURCE, ...PROCESS, ...DATABASE, ...FILE];
