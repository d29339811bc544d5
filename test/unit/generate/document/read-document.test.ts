/** Text of an OpenAPI document to its tree, and everything that cannot be read: one error with line and column. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../../src/core/errors.ts";
import { type JsonObject, keysOf } from "../../../../src/core/json.ts";
import { type DocumentOptions, readApiDocument } from "../../../../src/generate/document/read-document.ts";

const BETTER: DocumentOptions = { mode: "better", allowOpenapi2: false };
const COMPAT: DocumentOptions = { mode: "compat", allowOpenapi2: false };
const read = (text: string, options = BETTER) => readApiDocument(text, { name: "api.yaml" }, options);

test("YAML scalars are their texts, an empty one is the empty text, of repeated keys the last one counts", () => {
  const { root, format } = read("openapi: 3.0\na: true\nb:\nc: null\nd: 2024-01-01\ne: 0x1F\nf: !!float 100\na: ~\n");
  assert.equal(format, "yaml");
  assert.deepEqual({ ...root }, { openapi: "3.0", a: "~", b: "", c: "null", d: "2024-01-01", e: "0x1F", f: "100" });
});

test("the merge key is a key like others; anchors and aliases share one object", () => {
  const { root } = read("openapi: 3.1.0\na: &x {q: 1}\nb: *x\nc:\n  <<: *x\n");
  assert.equal(root.a, root.b);
  assert.deepEqual(root.c, { "<<": { q: "1" } });
});

test("JSON scalars keep their types, and a byte order mark is no part of the document", () => {
  const { root, format } = read('\ufeff{"openapi": "3.0.0", "a": true, "b": null, "c": 20, "d": "20"}');
  assert.equal(format, "json");
  assert.deepEqual({ ...root }, { openapi: "3.0.0", a: true, b: null, c: 20, d: "20" });
});

test("keys that look like numbers stay where the document has them", () => {
  for (const text of [
    '{"openapi":"3.0.0","r":{"default":1,"404":2,"200":3}}',
    "openapi: 3.0.0\nr: {default: 1, 404: 2, 200: 3}",
  ]) {
    const { root } = read(text);
    assert.ok(typeof root.r === "object");
    assert.deepEqual(keysOf(root.r as never), ["default", "404", "200"]);
  }
});

test("references: pointers with ~0, ~1 and %xx, list items, the whole document; nothing else", () => {
  const { root, resolve } = read('openapi: 3.0.0\n"a/b": {"c~d": [x, {"e f": y}]}\nloop: {$ref: "#/loop"}\n');
  assert.equal(resolve("#/a~1b/c~0d/1/e%20f"), "y");
  assert.equal(resolve("#"), root);
  assert.deepEqual(resolve("#/loop"), { $ref: "#/loop" });
  for (const nowhere of ["#/a~1b/zzz", "other.yaml#/a", "#a", "#/a~1b/c~0d/7", "#/constructor", "#/a~1b/%zz"]) {
    assert.equal(resolve(nowhere), undefined, nowhere);
  }
});

const BOMB = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
for (const [index, name] of [..."bcdefghij"].entries()) {
  BOMB.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${"abcdefghij"[index]}`).join(",")}]`);
}

const FAULTS: readonly (readonly [what: string, text: string, message: RegExp, options?: DocumentOptions])[] = [
  ["a tab as indentation", "openapi: 3.0.0\npaths:\n\t/a: {}\n", /^api\.yaml:3:1: not valid YAML: tab characters/],
  ["an open list", "openapi: 3.0.0\nservers: [1, 2", /^api\.yaml:2:\d+: not valid YAML: unexpected end/],
  ["a control character", "openapi: 3.0.0\ninfo: \x07", /^api\.yaml:2:7: not valid YAML: .*non-printable/],
  ["cut JSON", '{"openapi": "3.0.0",\n "paths": {', /^api\.yaml:2:\d+: not valid JSON: unexpected end/],
  ["JSON with a wrong comma", '{"openapi": "3.0.0",\n "a" 1}', /^api\.yaml:2:6: not valid JSON: expected ':'/],
  ["an alias that contains itself", "openapi: &x [*x]", /^api\.yaml:1:14: .*the alias contains itself$/],
  ["an alias without anchor", "openapi: 3.0.0\na: *nobody", /^api\.yaml:2:4: .*the alias has no anchor$/],
  [
    "an alias bomb",
    `openapi: 3.0.0\n${BOMB.join("\n")}`,
    /^api\.yaml:\d+:\d+: .*more than 5000000 values when its aliases/,
  ],
  ["YAML that is too deep", `openapi: ${"[".repeat(500)}`, /^api\.yaml:1:\d+: .*maxDepth/],
  ["JSON that is too deep", `${'{"a":'.repeat(500)}1${"}".repeat(500)}`, /^api\.yaml:1:\d+: nested deeper than 200$/],
  ["a list as a key", "openapi: 3.0.0\n? [a]\n: b", /^api\.yaml:2:3: .*a key must be text$/],
  ["two documents", "openapi: 3.0.0\n---\nopenapi: 3.0.0\n", /^api\.yaml:3:1: .*expected a single document$/],
  ["nothing", "", /^api\.yaml:1:1: .*the document is empty$/],
  ["only a comment", "# soon\n", /the document is empty$/],
  ["a list", "- a\n", /^api\.yaml:1:1: expected a mapping/],
  ["a text", "hello", /^api\.yaml:1:1: expected a mapping/],
  ["an HTML page", "<!DOCTYPE html><html></html>", /^api\.yaml:1:1: this is HTML or XML/],
  ["no version", "info: {title: x}\n", /^api\.yaml: there is no key openapi/],
  [
    "another version",
    "info: {}\nopenapi: '4.0'\n",
    /^api\.yaml:2:1: expected openapi: 3\.x, found openapi: "4\.0", a version that is not/,
  ],
  [
    "a version that is no text",
    "openapi: {a: b}\n",
    /^api\.yaml:1:1: expected openapi: 3\.x, found openapi: "", a version/,
  ],
  ["Swagger 1.2", "swaggerVersion: '1.2'\n", /found swaggerVersion: "1\.2", a version that/],
  ...["openapi: '4.0.0'", "openapi: '30.0'", "swagger: '1.2'", "swaggerVersion: '1.2'"].map(
    (line) =>
      [
        `${line}, when 2.0 is allowed`,
        `${line}\npaths: {}\n`,
        /a version that is not supported$/,
        { ...COMPAT, allowOpenapi2: true },
      ] as const,
  ),
  ["2.0 in compat mode", "swagger: '2.0'\n", /^api\.yaml:1:1: expected openapi: 3\.x, found swagger: "2\.0"$/, COMPAT],
  ["paths that are none", "openapi: 3.0.0\npaths: [a]\n", /^api\.yaml:2:1: paths: expected a mapping, found a list$/],
  [
    "paths of 2.0 that are none",
    '{"swagger":"2.0",\n"paths":5}',
    /^api\.yaml:2:1: paths: expected a mapping, found a text$/,
  ],
];

for (const [what, text, message, options] of FAULTS) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => read(text, options),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual([error.code, error.exit], ["E_OPENAPI", 2]);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        assert.ok(error.hint);
        return true;
      },
    );
  });
}

test("a place is that of the path, or of the nearest part around it, in YAML and in JSON", () => {
  const yaml = read("openapi: 3.0.0\npaths:\n  /a:\n    get:\n      tags: [a, b]\n");
  assert.deepEqual(yaml.locate(["paths", "/a", "get", "tags", 1]), { line: 5, column: 17 });
  assert.deepEqual(yaml.locate(["paths", "/a", "post"]), { line: 3, column: 3 });
  assert.deepEqual(yaml.locate(["nothing"]), { line: 1, column: 1 });
  assert.deepEqual(read('{"openapi":"3.0.0",\n"paths": {"/a": {}}}').locate(["paths", "/a"]), { line: 2, column: 11 });
});

test("parts of another kind are left out, each with its place; what is not wrong is the very tree", () => {
  const said = (text: string) => read(text).faults.map(({ message, line, column }) => `${line}:${column} ${message}`);
  const three = `openapi: 3.0.0
info: {title: [a]}
servers: {url: b}
security: [[a]]
components: {schemas: [], parameters: {a: b}, securitySchemes: {s: {type: {}}}}
paths:
  x-more: [1]
  /a: [get]
  /b: {get: [], post: {tags: a, parameters: {a: 1}, responses: [], operationId: {}}}
  "/c d": {parameters: [{in: query}, {$ref: '#/x'}], get: {responses: {200: a, x-note: a}, security: {}}}
`;
  assert.deepEqual(said(three), [
    "2:8 info.title: expected a text, found a list",
    "3:1 servers: expected a list, found a mapping",
    "4:12 security[0]: expected a mapping, found a list",
    "5:14 components.schemas: expected a mapping, found a list",
    "5:40 components.parameters.a: expected a mapping, found a text",
    "5:69 components.securitySchemes.s.type: expected a text, found a mapping",
    '8:3 paths["/a"]: expected a mapping, found a list',
    '9:8 paths["/b"].get: expected a mapping, found a list',
    '9:24 paths["/b"].post.tags: expected a list, found a text',
    '9:33 paths["/b"].post.parameters: expected a list, found a mapping',
    'undefined:undefined paths["/b"].post.responses: expected a mapping, found a list',
    'undefined:undefined paths["/b"].post.operationId: expected a text, found a mapping',
    'undefined:undefined paths["/c d"].parameters[0]: expected name and in, or $ref',
    'undefined:undefined paths["/c d"].get.responses.200: expected a mapping, found a text',
    'undefined:undefined paths["/c d"].get.security: expected a list, found a mapping',
  ]);
  const { root, faults } = read(
    "openapi: 3.0.0\npaths: {/a: {get: {responses: {404: {}, 200: {}}, tags: x, summary: ''}}}\n",
  );
  assert.equal(faults.length, 1);
  assert.deepEqual(keysOf(((root.paths as JsonObject)["/a"] as { get: { responses: JsonObject } }).get.responses), [
    "404",
    "200",
  ]);
  assert.deepEqual(
    said(
      '{"swagger":"2.0",\n"host":[1],"basePath":{},\n"schemes":"https","definitions":[],"securityDefinitions":{"k":5}}',
    ),
    [
      "2:1 host: expected a text, found a list",
      "2:12 basePath: expected a text, found a mapping",
      "3:1 schemes: expected a list, found a text",
      "3:19 definitions: expected a mapping, found a list",
      "3:59 securityDefinitions.k: expected a mapping, found a text",
    ],
  );
});

test("the servers of 2.0: host, base path and schemes, whatever is missing or odd", () => {
  const servers = (parts: object, url?: string) => {
    const text = JSON.stringify({ swagger: "2.0", paths: {}, ...parts });
    const { root, faults } = readApiDocument(text, { name: "a", url }, BETTER);
    return [
      ...(root.servers as { url: string }[]).map((server) => server.url),
      ...faults.map(({ message }) => message),
    ];
  };
  const host = "api.example";
  assert.deepEqual(servers({ host, basePath: "v1", schemes: ["http", "https", "ws"] }), [
    "http://api.example/v1",
    "https://api.example/v1",
  ]);
  assert.deepEqual(servers({ host, basePath: ".evil.example" }), ["https://api.example/.evil.example"]);
  assert.deepEqual(servers({ host }, "http://docs.example/a.json"), ["http://api.example/"]);
  assert.deepEqual(servers({ host: "localhost:8080", schemes: [] }), ["http://localhost:8080/"]);
  assert.deepEqual(servers({ basePath: "/v1" }, "https://docs.example/a.json"), ["/v1"]);
  assert.deepEqual(servers({ host: 1 }), ["/", 'host: "1" is no host']);
  assert.deepEqual(servers({ host: "https://api.example" }), ["/", 'host: "https://api.example" is no host']);
});

const SWAGGER = {
  swagger: "2.0",
  info: { title: "Shop", version: "1" },
  host: "shop.example.com",
  basePath: "/api",
  schemes: ["https"],
  securityDefinitions: { key: { type: "apiKey", in: "header", name: "PRIVATE-TOKEN" } },
  paths: {
    "/orders": {
      get: {
        parameters: [{ name: "page", in: "query", type: "integer", default: 1.0 }],
        produces: ["application/json"],
        responses: { 200: { description: "ok", schema: { type: "array", items: { $ref: "#/definitions/Order" } } } },
      },
    },
  },
  definitions: { Order: { type: "object", properties: { id: { type: "integer" } } } },
};

test("2.0 becomes 3.0 in better mode, from JSON and from YAML", () => {
  for (const text of [JSON.stringify(SWAGGER), `# as YAML\n${JSON.stringify(SWAGGER, undefined, 2)}`]) {
    const document = read(text);
    assert.equal(document.convertedFrom, "2.0");
    assert.deepEqual(document.root.servers, [{ url: "https://shop.example.com/api" }]);
    assert.deepEqual(document.resolve("#/components/securitySchemes/key"), SWAGGER.securityDefinitions.key);
    assert.deepEqual(document.resolve("#/paths/~1orders/get/responses/200/content/application~1json/schema/items"), {
      $ref: "#/components/schemas/Order",
    });
    assert.ok(document.resolve("#/paths/~1orders/get/parameters/0/schema/type"));
  }
});

test("2.0 is taken as it is in compat mode when that is allowed", () => {
  const document = read(JSON.stringify(SWAGGER), { mode: "compat", allowOpenapi2: true });
  assert.deepEqual([document.convertedFrom, document.root.swagger], [undefined, "2.0"]);
  assert.ok(document.resolve("#/definitions/Order"));
});
