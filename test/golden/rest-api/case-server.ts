import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import type { JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { canonicalJson, lexemeJson } from "../../../src/core/json-writer.ts";

/** A rule of a recorded case: the first whose request matches answers. */
export interface Rule {
  readonly request: {
    readonly method?: string;
    readonly path: string;
    readonly host?: string;
    readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly json?: JsonValue;
  };
  readonly responses: readonly {
    readonly status: number;
    readonly headers?: readonly (readonly [string, string])[];
    readonly json?: JsonValue;
    readonly text?: string;
    readonly close?: boolean;
  }[];
}

export interface Received {
  readonly base: string;
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CaseServers {
  readonly bases: readonly [string, string];
  readonly received: Received[];
  /** Rules are given as text, so that `${BASE}` in them can be filled in. */
  use(rules: readonly Rule[]): void;
  close(): Promise<void>;
}

/** Two real servers on loopback that answer by rules and remember what arrived. */
export async function startServers(): Promise<CaseServers> {
  const received: Received[] = [];
  let rules: readonly Rule[] = [];
  let used = new Map<Rule, number>();
  const servers = await Promise.all([listen(), listen()]);
  const bases = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  servers.forEach((server, index) => {
    server.on("request", async (request, response) => {
      const one = await describe(request, bases[index] ?? "");
      received.push(one);
      const rule = rules.find((candidate) => matches(candidate.request, one));
      if (rule === undefined) {
        response.writeHead(404, { "content-type": "application/json" }).end('{"error":"no rule"}');
        return;
      }
      const turn = used.get(rule) ?? 0;
      used.set(rule, turn + 1);
      const answer = rule.responses[Math.min(turn, rule.responses.length - 1)];
      if (answer === undefined || answer.close === true) {
        request.socket.destroy();
        return;
      }
      response.statusCode = answer.status;
      response.setHeader("content-type", answer.json === undefined ? "text/plain" : "application/json");
      for (const [name, value] of answer.headers ?? []) response.setHeader(name, value);
      response.end(answer.json === undefined ? (answer.text ?? "") : lexemeJson(answer.json));
    });
  });
  return {
    bases: [bases[0] ?? "", bases[1] ?? ""],
    received,
    use(next) {
      rules = next;
      used = new Map();
    },
    async close() {
      await Promise.all(
        servers.map((server) => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
}

function listen(): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

async function describe(request: IncomingMessage, base: string): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const target = request.url ?? "/";
  const [path = "", query = ""] = target.split(/\?(.*)/s);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(", ") : (value ?? "");
  }
  return {
    base,
    method: request.method ?? "",
    target,
    path,
    query: [...new URLSearchParams(query)],
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

function matches(rule: Rule["request"], got: Received): boolean {
  if ((rule.method ?? "GET") !== got.method || rule.path !== got.path) return false;
  if (rule.host !== undefined && rule.host !== got.base) return false;
  for (const [name, wanted] of Object.entries(rule.query ?? {})) {
    const values = got.query.filter(([key]) => key === name).map(([, value]) => value);
    const expected = wanted === null ? [] : typeof wanted === "string" ? [wanted] : wanted;
    if (!isDeepStrictEqual(values, [...expected])) return false;
  }
  for (const [name, wanted] of Object.entries(rule.headers ?? {})) {
    if ((got.headers[name.toLowerCase()] ?? null) !== wanted) return false;
  }
  if (rule.json !== undefined) {
    try {
      if (canonicalJson(parseJson(got.body)) !== canonicalJson(rule.json)) return false;
    } catch {
      return false;
    }
  }
  return true;
}
