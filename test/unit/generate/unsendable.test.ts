/** Names and values of a document that no pipeline file can hold, no request can carry, or no server should get. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { checkSource } from "../../../src/config/check-source.ts";
import { loadConfiguration } from "../../../src/config/load-configuration.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import { isJsonObject } from "../../../src/core/json.ts";
import { analyse } from "../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../src/generate/document/read-document.ts";
import type { GeneratedPipeline } from "../../../src/generate/model.ts";
import { renderProject } from "../../../src/generate/render/project-files.ts";
import { sourceValue } from "../../../src/generate/render/source-value.ts";
import { generate, get, integer, listOf, object, query, reasonOf, resourceAt, text } from "../../support/generate.ts";
import { extract, json, serve } from "../extract/fake-api.ts";

const HOSTILE = [
  ...["__proto__", "constructor", "toString", "", "\n", "\u0000", "1", "true", "null", "é", "x".repeat(300)],
  ...["a b", "a.b", "a-b", "a/b", "a'b", "a\\b", "a:b", "../x", "?a=1", "#x", "*", "-x", "~", "%2e", "@odata.next"],
  ...["{x}", "{", "}", "{{", "$", "$.a", "[*]", "['x']", "a[0]", "{resources.a.b}", "{incremental.start_value}"],
  ...["https://evil.example/x", "FILL_ME_IN", "FILL ME OUT", `$${"{env:HOME}"}`, "id\r\n", "1e400"],
];

const things = listOf(object({ id: integer }));
const KEY = { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } };
const MODES = ["better", "compat"] as const;

/** An object with one more key, whatever it is called. */
const withKey = (key: string, value: unknown, more: Readonly<Record<string, unknown>> = {}) =>
  JSON.parse(
    JSON.stringify(more).replace(/\}$/, `${Object.keys(more).length === 0 ? "" : ","}"${key}":0}`),
    (at, one) => (at === key ? value : one),
  );

/** What the configuration says of the generated files, with credentials filled in; throws when it takes them not. */
function load(pipeline: GeneratedPipeline): string {
  const { files } = renderProject(pipeline, { format: "yaml", documentName: "api.json", limit: undefined });
  const texts = new Map(
    files.map(({ path, text: content }) => [
      path,
      path.endsWith("secrets.toml") ? content.replaceAll("FILL ME OUT", "filled-in") : content,
    ]),
  );
  const { open } = loadConfiguration({
    kind: "cli",
    flags: { source: pipeline.names.pipeline.concat(".yaml") },
    environment: { [`SOURCES__${pipeline.names.project.toUpperCase()}__BASE_URL`]: "https://api.example" },
    readText: (path) => texts.get(path),
    needsDestination: false,
    fillIn: true,
  });
  return open?.message ?? "";
}

for (const name of ["__proto__", "constructor", "toString", "prototype"]) {
  test(`${name} as the name of anything gives a file that is taken`, () => {
    const record = object(withKey(name, integer, { id: integer }) as Record<string, unknown>);
    const documents = {
      "path variable": { paths: { "/things": get(listOf(record)), [`/things/{${name}}`]: get(record) } },
      "path variable alone": { paths: { [`/things/{${name}}/parts`]: get(things) } },
      "query parameter": { paths: { "/things": get(things, { parameters: [query(name)] }) } },
      "required parameter": {
        paths: { "/things": get(things, { parameters: [query(name, { type: "string", default: "x" }, true)] }) },
      },
      header: {
        paths: {
          "/things": get(things, { parameters: [{ ...query(name, { default: "x" }, true), in: "header" }] }),
        },
      },
      component: {
        components: { schemas: withKey(name, record) },
        paths: { "/things": get(listOf({ $ref: `#/components/schemas/${name}` })) },
      },
      "second key": {
        security: [withKey(name, [], { basic: [] })],
        components: {
          securitySchemes: withKey(
            name,
            { type: "apiKey", in: "header", name },
            { basic: { type: "http", scheme: "basic" } },
          ),
        },
        paths: { "/things": get(things) },
      },
    };
    for (const [what, document] of Object.entries(documents)) {
      for (const mode of MODES) {
        assert.doesNotMatch(
          load(generate(document, { mode })).replace(/.*FILL_ME_IN.*|.*placeholder.*/g, ""),
          /\S/,
          what,
        );
      }
    }
  });
}

test("braces and references of a document stay texts", () => {
  const value = { type: "string", default: "{y}" };
  const parameters = [query("{x}", value, true), { ...query("X-{x}", value, true), in: "header" }, query("{o}")];
  for (const mode of MODES) {
    const pipeline = generate(
      {
        paths: {
          "/a/{": get(things),
          "/b/}": get(things),
          "/c": get(things, { parameters }),
          "/d.e/{resources.a.b}": get(things),
        },
      },
      { mode },
    );
    assert.equal(
      load(pipeline)
        .replace(/.*placeholder is still there.*/g, "")
        .trim(),
      "",
    );
    const { resources } = sourceValue(pipeline);
    assert.ok(Array.isArray(resources));
    const params = resources.find((one) => one.endpoint.path === "/c")?.endpoint.params;
    assert.deepEqual(params, { "{{x}}": "{{y}}" });
  }
  const file = renderProject(generate({ paths: { "/c": get(things, { parameters }) } }, { mode: "compat" }), {
    format: "yaml",
    documentName: "api.json",
    limit: undefined,
  }).files[0];
  assert.match(file?.text ?? "", /"\{\{x\}\}": "\{\{y\}\}" # TODO: fill in required query parameter/);
  assert.match(file?.text ?? "", /# "\{\{o\}\}": OPTIONAL_CONFIG/);
});

test("names and values of any kind anywhere in a document: the file is taken", () => {
  const cases = join(import.meta.dirname, "..", "..", "golden", "cases", "openapi");
  const names = ["gitlab-shapes.yaml", "pagination.yml", "museums.yml", "params.yml", "primary_key.yml"];
  const texts = new Map(names.map((name) => [name, readFileSync(join(cases, name), "utf8")]));
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.array(fc.tuple(fc.nat(5000), fc.constantFrom(...HOSTILE), fc.boolean()), { minLength: 1, maxLength: 4 }),
      (name, edits) => {
        const root = parse(texts.get(name) ?? "");
        for (const [place, hostile, isKey] of edits) {
          const slots: [Record<string, unknown>, string][] = [];
          const walk = (value: unknown): void => {
            if (typeof value !== "object" || value === null) return;
            const owner = value as Record<string, unknown>;
            for (const key of Object.keys(owner)) {
              slots.push([owner, key]);
              walk(owner[key]);
            }
          };
          walk(root);
          const [owner, key] = slots[place % slots.length] ?? [{}, ""];
          const value = owner[key];
          if (isKey && !Array.isArray(owner)) {
            delete owner[key];
            Object.defineProperty(owner, hostile, { value, enumerable: true, configurable: true, writable: true });
          } else if (typeof value !== "object") owner[key] = hostile;
        }
        let pipeline: GeneratedPipeline;
        try {
          const options = { mode: "better", allowOpenapi2: false } as const;
          pipeline = analyse(readApiDocument(JSON.stringify(root), { name }, options), { ...options, source: "shop" });
        } catch (error) {
          assert.ok(error instanceof ConfigError && error.code === "E_OPENAPI");
          return;
        }
        const open = load(pipeline).split("\n");
        const others = open.filter((line) => !/placeholder is still there|is not set/.test(line));
        assert.equal(others.join("\n"), "");
      },
    ),
    { numRuns: 60 },
  );
});

test("a required parameter that cannot be sent: the resource waits, and says why", () => {
  const parameters = [{ ...query("X Y", { default: "x" }, true), in: "header" }];
  const resource = resourceAt(
    generate({ paths: { "/things": get(things, { parameters }), "/things/{id}/parts": get(things) } }),
    "/things",
  );
  assert.deepEqual([resource.selected, resource.endpoint.headers], [false, []]);
  assert.match(reasonOf(resource, "selected"), /the header parameter "X Y" cannot be sent/);
});

test("a value that no header can have is to be filled in; what is no number stays as it is written", () => {
  const parameters = [
    { ...query("X-One", { default: "a\r\nX-Other: b" }, true), in: "header" },
    { ...query("X-Two", { default: "\u20ac" }, true), in: "header" },
    { ...query("X-Three", { default: "\u00e9" }, true), in: "header" },
  ];
  const { endpoint, selected } = resourceAt(generate({ paths: { "/a": get(things, { parameters }) } }), "/a");
  assert.deepEqual(
    endpoint.headers.map(({ value }) => value.kind === "value" && value.value),
    ["FILL_ME_IN", "FILL_ME_IN", "\u00e9"],
  );
  assert.equal(selected, false);

  const number = (value: string) => ({ type: "number", default: value });
  const odd = [
    query("huge", number("1e400"), true),
    query("none", number("nan"), true),
    query("some", number("2.5"), true),
  ];
  const found = resourceAt(generate({ paths: { "/a": get(things, { parameters: odd }) } }), "/a");
  assert.deepEqual(
    found.endpoint.params?.map(({ value }) => value.kind === "value" && value.value),
    ["1e400", "nan", 2.5],
  );
  const pages = [query("offset", integer), query("limit", { type: "integer", maximum: "1e400" })];
  const compat = generate({ paths: { "/a": get(things, { parameters: pages }) } }, { mode: "compat" });
  assert.equal(load(compat), "");
});

test("schemes that no request can follow are none", () => {
  const auth = (scheme: unknown) =>
    generate({ paths: { "/a": get(things) }, security: [{ s: [] }], components: { securitySchemes: { s: scheme } } })
      .client.auth;
  const machine = (tokenUrl: string) => ({ type: "oauth2", flows: { clientCredentials: { tokenUrl } } });
  assert.equal(auth({ type: "apiKey", in: "body", name: "X" }), undefined);
  assert.equal(auth({ type: "apiKey", in: "header", name: "X\r\nY: 1" }), undefined);
  assert.equal(auth(machine("javascript:alert(1)"))?.type, "bearer");
  assert.deepEqual(auth(machine("https://me:pass@id.example/token"))?.settings[0], {
    key: "access_token_url",
    value: "https://id.example/token",
  });
});

test("credentials go to no server that a path or a default of the document names", async (t) => {
  const evil = await serve(t, (_, response) => json(response, []));
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  for (const mode of MODES) {
    const base = { name: "base", in: "path", required: true, schema: { default: `${evil.base}/` } };
    const pipeline = generate(
      {
        servers: [{ url: api.base }],
        components: KEY,
        security: [{ key: [] }],
        paths: {
          [`${evil.base}/x`]: get(things),
          [` ${evil.base}/x`]: get(things),
          "//evil.example/x": get(things),
          "\\\\evil.example/x": get(things),
          "{base}/things": get(things, { parameters: [base] }),
          things: get(things),
        },
      },
      { mode },
    );
    assert.deepEqual(
      pipeline.findings.map(({ code }) => code),
      Array(4).fill("PathRefused"),
    );
    assert.match(pipeline.findings[0]?.message ?? "", /^the path ".*\/x" names a server: it is left out$/);
    const { client, ...source } = sourceValue(pipeline);
    assert.ok(isJsonObject(client) && isJsonObject(client.auth));
    const auth = { ...client.auth, api_key: "the-secret" };
    const checked = checkSource({ ...source, client: { ...client, auth, base_url: api.base } }, "default");
    assert.deepEqual(checked.faults, []);
    assert.ok(checked.source !== undefined);
    await extract({ client: checked.source.client, resources: checked.source.resources });
    assert.deepEqual(evil.asked, []);
    assert.ok(api.asked.some(({ target }) => target === "/things"));
    assert.ok(api.asked.every(({ headers }) => headers["x-key"] === "the-secret"));
  }
});

test("another host of the document gets the credentials only when somebody selects it", () => {
  const at = (url: string) => ({ ...(get(things) as object), servers: [{ url }] });
  const paths = {
    "/same": at("https://api.example/v2"),
    "/other": at("https://files.example"),
    "/other/{id}/parts": get(things),
  };
  const pipeline = generate({ components: KEY, security: [{ key: [] }], paths });
  assert.equal(resourceAt(pipeline, "/same").selected, true);
  assert.equal(resourceAt(pipeline, "/same").endpoint.path, "https://api.example/v2/same");
  const other = resourceAt(pipeline, "/other");
  assert.equal(other.selected, false);
  assert.match(reasonOf(other, "selected"), /^files\.example, not the host of the base URL, would get the credentials/);
  assert.match(reasonOf(resourceAt(pipeline, "/other/{id}/parts"), "selected"), /must be made to run first$/);
  assert.equal(resourceAt(generate({ paths }), "/other").selected, true, "there are no credentials");
});

test("the base URL is one that can be asked: no user, no query; https where the document has both", () => {
  const base = (...urls: string[]) => {
    const servers = urls.map((url) => ({ url, description: url }));
    return generate({ paths: { "/a": get(things) }, servers }).servers;
  };
  assert.equal(base("https://me:pass@api.example/v1").baseUrl, "https://api.example/v1");
  assert.equal(base("https://api.example/v1?a=1#b").baseUrl, "https://api.example/v1");
  assert.equal(base("https://api.example:99999").baseUrl, undefined);
  assert.equal(base("https://api exam ple").baseUrl, undefined);
  const twins = base("http://api.example/v1", "https://api.example/v1/", "http://other.example");
  assert.equal(twins.baseUrl, "https://api.example/v1");
  assert.deepEqual(
    twins.alternatives.map(({ url }) => url),
    ["http://other.example"],
  );
  assert.equal(base("http://api.example", "https://eu.example").baseUrl, "http://api.example");
  const compat = generate(
    { paths: { "/a": get(things) }, servers: [{ url: "http://a.example" }, { url: "https://a.example" }] },
    { mode: "compat" },
  );
  assert.equal(compat.servers.baseUrl, "http://a.example");
});

test("where only endpoints name servers the first is the base URL", () => {
  const at = (url: string) => ({ ...(get(things) as object), servers: [{ url }] });
  const paths = {
    "/a": at("https://api.example/v1/"),
    "/b": at("https://api.example/v1"),
    "/c": get(object({ x: text })),
  };
  const pipeline = generate({ servers: [], components: KEY, security: [{ key: [] }], paths });
  assert.equal(pipeline.servers.baseUrl, "https://api.example/v1");
  assert.deepEqual(
    pipeline.resources.map(({ endpoint, selected }) => [endpoint.path, selected]),
    [
      ["/a", true],
      ["/b", true],
      ["/c", true],
    ],
  );
});
