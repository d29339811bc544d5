import { isDeepStrictEqual } from "node:util";
import type { JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { canonicalJson } from "../../../src/core/json-writer.ts";
import type { Received } from "./case-server.ts";

/** A recorded request: what must arrive. */
export interface ExpectedRequest {
  readonly resource: string | null;
  readonly chain?: number;
  readonly method: string;
  readonly host?: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly target: string;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly json?: JsonValue;
  readonly form?: readonly (readonly [string, string])[];
  readonly text?: string;
}

/**
 * Compares what arrived with what was recorded: the same requests, and those of one resource and chain in their order;
 * chains may interleave. The first difference in words, or undefined.
 */
export function compareRequests(
  expected: readonly ExpectedRequest[],
  received: readonly Received[],
  exactTarget: boolean,
): string | undefined {
  const rest = received.map((request, at) => ({ request, at }));
  const lastOfChain = new Map<string, number>();
  for (const wanted of expected) {
    const chain = `${wanted.resource}\0${wanted.chain ?? 0}`;
    const after = lastOfChain.get(chain) ?? -1;
    const index = rest.findIndex((one) => one.at > after && fits(wanted, one.request, exactTarget));
    const found = rest[index];
    if (found === undefined) {
      const arrived = received.map((one) => `${one.method} ${one.target} ${JSON.stringify(one.headers)} ${one.body}`);
      return `no request ${JSON.stringify(wanted)} in its turn; arrived: ${arrived.join(" | ")}`;
    }
    rest.splice(index, 1);
    lastOfChain.set(chain, found.at);
  }
  if (rest.length === 0) return undefined;
  return `unexpected requests: ${rest.map((one) => `${one.request.method} ${one.request.target}`).join(" | ")}`;
}

function fits(wanted: ExpectedRequest, got: Received, exactTarget: boolean): boolean {
  if (wanted.method !== got.method || wanted.path !== got.path) return false;
  if (wanted.host !== undefined && wanted.host !== got.base) return false;
  if (exactTarget && wanted.target !== got.target) return false;
  if (!isDeepStrictEqual(byName(wanted.query), byName(got.query))) return false;
  for (const [name, value] of Object.entries(wanted.headers)) {
    if ((got.headers[name] ?? null) !== value) return false;
  }
  if (wanted.json !== undefined && parsed(got.body) !== canonicalJson(wanted.json)) return false;
  if (wanted.form !== undefined && !isDeepStrictEqual([...new URLSearchParams(got.body)], wanted.form)) return false;
  if (wanted.text === undefined || wanted.text === got.body) return true;
  // JSON under a content type of its own: dlt's has blanks, ours has not.
  const json = parsed(wanted.text);
  return json !== undefined && json === parsed(got.body);
}

function byName(query: readonly (readonly [string, string])[]): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const [name, value] of query) out[name] = [...(out[name] ?? []), value];
  return Object.fromEntries(Object.entries(out).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The canonical form of a body; undefined when it is no JSON. */
function parsed(text: string): string | undefined {
  try {
    return canonicalJson(parseJson(text));
  } catch {
    return undefined;
  }
}
