/** The server behind the examples of docs/rest-source.md: `https://api.example.com` and `https://other.example.com` there. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface ShopRequest {
  /** `GET /v1/orders?page=1`, with the body behind it; the second server's with its origin. The query is decoded. */
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
}

export interface ShopApi {
  /** Origins of the two servers. */
  readonly api: string;
  readonly other: string;
  /** Requests so far; may be emptied. */
  readonly asked: ShopRequest[];
  close(): Promise<void>;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** How often this path was asked before, this time included. */
  readonly turn: number;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bytes?: Buffer;
}

const ORDERS = [
  { id: 1, status: "open", customer: { name: "Ann", email: "ann@example.com" }, price: 3, count: 2, tags: ["a", "b"] },
  { id: 2, status: "closed", customer: { name: "Bob", email: "bob@example.com" }, price: 5, count: 1, tags: [] },
];

const PROJECTS = [
  { id: 1, name: "a/b", owner: { login: "ann" } },
  { id: 2, name: "c", owner: { login: "bob" } },
];

const EVENTS = [
  { id: 1, updated_at: "2026-01-02T00:00:00Z" },
  { id: 2, updated_at: "2026-01-03T00:00:00Z" },
];

const REPORT = { groups: [{ lines: [{ n: 1 }, { n: 2 }] }, { lines: [{ n: 3 }] }] };

const TABLE = {
  columns: ["id", "name"],
  rows: [
    [1, "a"],
    [2, "b"],
  ],
};

/** Answers by path; a path that is not here is 404, so that an example cannot ask for anything by mistake. */
function answerOf(asked: Asked, origins: { readonly other: string }): Answer {
  const { path, query, body, turn } = asked;
  const read = (): Record<string, unknown> => (body.startsWith("{") ? JSON.parse(body) : {});
  const page = Number(query.get("page") ?? read().page ?? 1);
  const skip = Number(query.get("skip") ?? read().skip ?? 0);
  const isSecond = query.has("after") || body.includes('"after"');
  switch (path) {
    case "/v1/orders":
      return { body: ORDERS };
    case "/v1/orders/1":
      return { body: ORDERS[0] };
    case "/v1/customers":
      return { body: [{ name: "Ann" }] };
    case "/v1/search":
      return { body: { results: [{ id: 1 }] } };
    case "/v1/report":
      return { body: REPORT };
    case "/v1/empty":
      return { status: 204 };
    case "/v1/linked":
      return { body: { data: [{ id: isSecond ? 2 : 1 }], next: isSecond ? null : "/v1/linked?after=1" } };
    case "/v1/headed":
      return { body: [{ id: 1 }], headers: isSecond ? {} : { link: '</v1/headed?after=1>; rel="next"' } };
    case "/v1/tokens":
      return { body: [{ id: 1 }], headers: query.has("from") ? {} : { "x-next": "t2" } };
    case "/v1/cursors":
      return { body: { data: [{ id: 1 }], meta: { cursor: isSecond ? null : "c2", more: !isSecond } } };
    case "/v1/numbered":
      return { body: { data: [{ id: page }], pages: 2, more: page < 2 } };
    case "/v1/offset":
      return { body: { data: [1, 2, 3].slice(skip, skip + 2).map((id) => ({ id })), total: 3 } };
    case "/v1/moved":
      return { body: { data: [{ id: 1 }], next: `${origins.other}/moved` } };
    case "/v1/projects":
      return { body: PROJECTS };
    case "/v1/projects/1/issues":
      return { body: [{ id: 10 }] };
    case "/v1/projects/2/issues":
      return { body: [{ id: 20 }] };
    case "/v1/projects/1/wiki":
      return turn === 1 ? { status: 409, body: {} } : { body: [{ page: 1 }] };
    case "/v1/teams/red/members":
      return { body: [{ name: "Ann" }] };
    case "/v1/events":
      return { body: EVENTS };
    case "/v1/table":
      return { body: TABLE };
    case "/v1/old":
      return { bytes: Buffer.from('[{"name":"Café"}]', "latin1") };
    case "/v1/files/a%2Fb/all":
    case "/v1/files/a/b/all":
    case "/v1/files/c/all":
      return { body: [] };
    case "/token":
      return { body: { access_token: `fetched-${turn}`, expires_in: 3600, token_type: "bearer" } };
    case "/app/installations/7/access_tokens":
      return { status: 201, body: { token: `installed-${turn}`, expires_at: "2099-01-01T00:00:00Z" } };
    case "/login":
      return { body: { session: { id: "S1", ttl: 600 } } };
    default:
      return { status: 404, body: { message: "not found" } };
  }
}

export async function startShopApi(): Promise<ShopApi> {
  const asked: ShopRequest[] = [];
  const origins = { api: "", other: "" };
  const open = async (isOther: boolean): Promise<Server> => {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString("utf8");
      const target = request.url ?? "/";
      const [path = "", query] = target.split(/\?(.*)/s);
      const shown = `${request.method} ${isOther ? "https://other.example.com" : ""}${path}`;
      const line = `${shown}${query === undefined ? "" : `?${decodeURIComponent(query)}`}${body === "" ? "" : ` ${body}`}`;
      const turn = asked.filter((one) => one.line.startsWith(shown)).length + 1;
      asked.push({ line, headers: request.headers });
      const answer: Answer = isOther
        ? { body: { data: [{ id: 2 }], next: null } }
        : answerOf({ method: request.method ?? "", path, query: new URLSearchParams(query), body, turn }, origins);
      response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
      response.end(answer.bytes ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
  const servers = [await open(false), await open(true)];
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  origins.api = `http://127.0.0.1:${ports[0]}`;
  origins.other = `http://127.0.0.1:${ports[1]}`;
  return {
    ...origins,
    asked,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
