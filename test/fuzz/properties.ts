/** What must hold for any input, each with the inputs that it is tried on. Run short by `npm test`, long by `npm run fuzz`. */
import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { SluiceError } from "../../src/core/errors.ts";
import type { JsonValue } from "../../src/core/json.ts";
import { compilePath, findAll } from "../../src/core/json-path.ts";
import { JsonPathError } from "../../src/core/json-path-parser.ts";
import { JsonDepthError, JsonSyntaxError, parseJson } from "../../src/core/json-reader.ts";
import { compactJson } from "../../src/core/json-writer.ts";
import { Secret } from "../../src/core/secret.ts";
import { parseConnectionString } from "../../src/destination/postgres/connection-string.ts";
import { quoteIdent } from "../../src/destination/postgres/sql/identifier.ts";
import { quoteLiteral } from "../../src/destination/postgres/sql/literal.ts";
import { askedSeconds, isUsedUp, resetSeconds } from "../../src/extract/http/retry.ts";
import { parseLinkHeader } from "../../src/extract/paginators/link-header.ts";
import { decodeState, encodeState } from "../../src/state/stored.ts";

export interface Property {
  readonly name: string;
  readonly property: fc.IRawProperty<unknown>;
}

/** Nothing that reads foreign text may take longer, in milliseconds of the processor: a busy machine is no fault. */
const SLOW = 1000;

/** Calls a reader; only the given errors may come out of it, and soon. */
function guarded<T>(read: () => T, ...allowed: readonly (abstract new (...args: never[]) => Error)[]): T | undefined {
  const started = process.cpuUsage();
  try {
    return read();
  } catch (error) {
    if (!allowed.some((type) => error instanceof type)) throw error;
    return undefined;
  } finally {
    assert.ok(process.cpuUsage(started).user / 1000 < SLOW, "slow");
  }
}

/** Text with the characters that a grammar cares about much more often than chance has it. */
const textOf = (words: readonly string[], maxLength = 60) =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...words) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
      ),
      { maxLength },
    )
    .map((parts) => parts.join(""));

const jsonText = textOf([
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  '"a"',
  "\\",
  "\\u",
  "\\ud800",
  "0",
  "-",
  "1e",
  "1.5",
  "1E400",
  "9007199254740993",
  "true",
  "nul",
  "null",
  "NaN",
  " ",
  "\n",
  "\u0000",
  "\ufeff",
  "__proto__",
]);
/** Keys that share beginnings and differ behind a backslash. */
const escapedKey = fc
  .array(fc.constantFrom("\\", '"', "\n", "\t", "t", "n", "a", "\u0001", "/"), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(""));
const linkText = textOf(["<", ">", ";", ",", "rel=", '"next"', "'", "=", " ", "http://a/?b=1", ", <", "\t"]);
const waitText = textOf(
  ["0", "1", "9".repeat(400), "-", ".", "e9", " ", "Wed, 21 Oct 2026 07:28:00 GMT", "Infinity", "NaN", "0x10"],
  6,
);
const dsnText = textOf(
  [
    "postgresql://",
    "postgres://",
    "@",
    ":",
    "/",
    "?",
    "&",
    "=",
    "%",
    "%40",
    "%zz",
    "[",
    "]",
    "::1",
    "localhost",
    "5432",
    ",",
    "sslmode=",
    "require",
    "options=",
    "-c a=b",
    "host=",
    " ",
    "pass'word",
    "#",
  ],
  20,
);
const pathText = textOf([
  "$",
  ".",
  "..",
  "*",
  "[",
  "]",
  "'",
  '"',
  "?",
  "(",
  ")",
  "@",
  "==",
  "=~",
  "a",
  "-1",
  "0",
  ":",
  ",",
  "|",
  "`parent`",
  " ",
]);
const stateText = textOf(
  ["{", "}", '"_state_engine_version"', ":", "4", "5", "AAAA", "=", "eJw=", "\n", deflateSync("{}").toString("base64")],
  12,
);

const SECRET_PASSWORD = "Canary-Pw0rd";

export const PROPERTIES: readonly Property[] = [
  {
    name: "JSON reader: any text is read as JSON.parse reads it, or refused as it refuses it",
    property: fc.property(jsonText, (text) => {
      const ours = guarded(() => ({ value: parseJson(text) }), JsonSyntaxError, JsonDepthError);
      let theirs: { value: unknown } | undefined;
      try {
        theirs = { value: JSON.parse(text) };
      } catch {}
      assert.equal(ours === undefined, theirs === undefined);
    }),
  },
  {
    name: "JSON reader and writer: what is written reads back equal, and is what JSON.stringify means",
    property: fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value);
      const read = parseJson(text);
      assert.equal(compactJson(parseJson(compactJson(read))), compactJson(read));
      assert.deepEqual(JSON.parse(compactJson(read)), JSON.parse(text));
    }),
  },
  {
    name: "JSON reader: keys are read as they were written, whatever objects of their shape were read before",
    property: fc.property(
      fc.array(fc.array(escapedKey, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
      (objects) => {
        for (const keys of objects) {
          const members = keys.map((key, index) => `${JSON.stringify(key)}:${index}`);
          const read = guarded(() => parseJson(`{${members.join(",")}}`));
          assert.deepEqual(Object.keys(read as object), [...new Set(keys)]);
        }
      },
    ),
  },
  {
    name: "Link header: no text crashes or hangs it",
    property: fc.property(linkText, (text) => {
      const links = guarded(() => parseLinkHeader(text));
      for (const [rel, url] of links ?? []) assert.equal(typeof rel + typeof url, "stringstring");
    }),
  },
  {
    name: "Retry-After and RateLimit-Reset: a wait is a positive number, or there is none",
    property: fc.property(waitText, waitText, fc.boolean(), (after, reset, limits) => {
      const clock = { now: () => 1_760_000_000_000, sleep: () => Promise.resolve() };
      const headers = { "retry-after": after, "ratelimit-reset": reset, "ratelimit-remaining": reset };
      isUsedUp(headers);
      for (const seconds of [askedSeconds(headers, clock, limits), resetSeconds(headers, clock)])
        assert.ok(seconds === undefined || seconds > 0, String(seconds));
    }),
  },
  {
    name: "DSN parser: any text is parsed or refused with a typed error that does not show it",
    property: fc.property(dsnText, (text) => {
      const full = `${text}${SECRET_PASSWORD}`;
      try {
        guarded(() => parseConnectionString(new Secret(full)));
      } catch (error) {
        assert.ok(error instanceof SluiceError, String(error));
        assert.ok(
          !`${error.message} ${error.hint} ${JSON.stringify(error.context)}`.includes(SECRET_PASSWORD),
          error.message,
        );
      }
    }),
  },
  {
    name: "DSN parser: user, password and database come back whatever they are made of",
    property: fc.property(
      fc.string({ minLength: 1 }),
      fc.string({ minLength: 1 }),
      fc.string({ minLength: 1 }),
      (user, password, database) => {
        fc.pre([user, password, database].every((part) => !part.includes("\0") && part.isWellFormed()));
        const [u, p, d] = [user, password, database].map(encodeURIComponent);
        const parts = parseConnectionString(new Secret(`postgresql://${u}:${p}@db.example.com:5433/${d}`));
        assert.deepEqual([parts.user, parts.password?.reveal(), parts.database], [user, password, database]);
      },
    ),
  },
  {
    name: "state decoder: any text is a state or E_STATE_UNREADABLE, never an empty one",
    property: fc.property(stateText, (text) => {
      try {
        const state = guarded(() => decodeState(text));
        assert.ok(state !== undefined && typeof state._state_engine_version === "number");
      } catch (error) {
        assert.ok(error instanceof SluiceError && error.code === "E_STATE_UNREADABLE", String(error));
      }
    }),
  },
  {
    name: "state decoder: a state comes back as it was; one changed byte is the same or an error",
    property: fc.property(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
      fc.nat(),
      fc.nat(255),
      (content, at, byte) => {
        const state = parseJson(JSON.stringify({ ...content, _local: undefined, _state_engine_version: 4 })) as {
          [key: string]: JsonValue;
        };
        const text = encodeState(state);
        assert.equal(compactJson(decodeState(text)), compactJson(state));
        const damaged = Buffer.from(text, "latin1");
        damaged[at % damaged.length] = byte;
        try {
          const read = guarded(() => decodeState(damaged.toString("latin1")));
          assert.equal(compactJson(read ?? {}), compactJson(state));
        } catch (error) {
          if (error instanceof SluiceError) assert.equal(error.code, "E_STATE_UNREADABLE");
          else throw error;
        }
      },
    ),
  },
  {
    name: "JSONPath: any text is compiled or a JsonPathError; what is compiled finds without a crash",
    property: fc.property(pathText, fc.jsonValue({ maxDepth: 4 }), (text, value) => {
      const path = guarded(() => compilePath(text), JsonPathError);
      if (path === undefined) return;
      guarded(() => findAll(path, parseJson(JSON.stringify(value))), JsonPathError);
    }),
  },
  {
    name: "quoting: a name or a text is one token of SQL, whatever it is made of",
    property: fc.property(textOf(['"', "'", "\\", ";", "--", "/*", "$$", "\n", "E'", "a"]), (text) => {
      fc.pre(!text.includes("\0"));
      fc.pre(text !== "");
      const name = quoteIdent(text);
      assert.equal(name.slice(1, -1).replaceAll('""', '"'), text);
      assert.ok(!name.slice(1, -1).replaceAll('""', "").includes('"'), "ends early");
      const inside = quoteLiteral(text).slice(2, -1);
      assert.equal(
        inside.replace(/''|\\\\/g, (pair) => pair[0] ?? ""),
        text,
      );
      assert.ok(!inside.replace(/''|\\\\/g, "").match(/['\\]/), "ends early");
    }),
  },
];
