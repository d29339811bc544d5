import assert from "node:assert/strict";
import { test } from "node:test";
import { load, refusal, SHOP } from "./support/load.ts";

const FAULTY_YAML = `pipeline: shop
destnation: postgres
limit: "x"
source:
  name: shop_source
  client:
    base_url: https://shop.example.com
    heders: {}
  resources:
    - name: orders
      endpoint:
        pth: orders
        paginator:
          type: page_nmber
    - name: lines
      endpoint:
        path: orders/{resources.ordrs.id}/lines
    - name: a
      endpoint: x/{resources.b.id}
    - name: b
      endpoint: x/{resources.a.id}
    - name: c
      endpoint:
        path: 3
`;

const FAULTY_JSON = `{
\t"pipeline": "shop",
\t"source": {
\t\t"client": {"base_url": "https://shop.example.com"},
\t\t"max_table_nesting": "2",
\t\t"resources": [
\t\t\t{"name": "orders", "endpoint": {
\t\t\t\t"paginator": {"type": "offset"}
\t\t\t}},
\t\t\t{"endpoint": "lines"}
\t\t]
\t}
}`;

test("all faults of a YAML file come at once, each with file, line and key path", () => {
  const error = refusal({ file: "shop.yaml", files: { "shop.yaml": FAULTY_YAML } });
  assert.equal(error.code, "E_CONFIG");
  assert.equal(error.exit, 2);
  const lines = error.message.split("\n");
  const starts = [
    'shop.yaml:2: destnation: unknown key "destnation"; did you mean "destination"?',
    'shop.yaml:3: limit: expected a number, found the text "x"',
    'shop.yaml:8: source.client.heders: unknown key "heders"; did you mean "headers"?',
    'shop.yaml:12: source.resources[0].endpoint.pth: unknown key "pth"; did you mean "path"?',
    "shop.yaml:14: source.resources[0].endpoint.paginator.type: expected one of ",
    "shop.yaml:16: source.resources[1].endpoint",
    "shop.yaml:19: source.resources[2].endpoint",
    "shop.yaml:24: source.resources[4].endpoint.path: expected text, found 3",
  ];
  for (const [index, start] of starts.entries())
    assert.ok(lines[index]?.startsWith(start), `${lines[index]} <> ${start}`);
  assert.equal(lines.length, starts.length);
  assert.match(lines[4] ?? "", /did you mean "page_number"\?$/);
  assert.match(lines[5] ?? "", /"ordrs".*did you mean "orders"\?$/);
  assert.match(lines[6] ?? "", /"a" -> "b" -> "a"/);
  assert.deepEqual(error.context, { faults: 8, file: "shop.yaml", line: 2 });
});

test("all faults of a JSON file, indented with tabs, come at once", () => {
  const error = refusal({ file: "conf/shop.json", files: { "conf/shop.json": FAULTY_JSON } });
  assert.deepEqual(error.message.split("\n"), [
    'conf/shop.json:5: source.max_table_nesting: expected a number, found the text "2"',
    'conf/shop.json:8: source.resources[0].endpoint.paginator.limit: the key "limit" is missing',
    'conf/shop.json:10: source.resources[1].name: the key "name" is missing',
  ]);
});

test("faults of flags, variables and files are told together, each with its origin", () => {
  const error = refusal({
    file: "shop.yaml",
    flags: { "max-attempts": "zero", "dataset-nme": "x", groups: "a" },
    environment: { RUNTIME__LOG_LEVEL: "loud" },
    files: { "shop.yaml": `${SHOP}limt: 1\n` },
  });
  assert.deepEqual(error.message.split("\n"), [
    'flag --dataset-nme: there is no such flag; did you mean "dataset-name"?',
    'environment RUNTIME__LOG_LEVEL: expected one of debug, info, warning, error, warn, critical, found the text "loud"',
    'flag --max-attempts: expected a number, found the text "zero"',
    "flag --groups: applies only to the built-in source gitlab, not to a pipeline file",
    'shop.yaml:9: limt: unknown key "limt"; did you mean "limit"?',
  ]);
});

test("a fault of inputs alone is an error of input", () => {
  const error = refusal({ kind: "action", flags: { "connection-string": "postgresql://h/d", limit: "0" } });
  assert.equal(error.code, "E_INPUT");
  assert.equal(error.message, "input limit: expected at least 1, found 0");
});

test("without a connection string the Action says what to add", () => {
  const error = refusal({ kind: "action", flags: { token: "glpat-secret-value", "connection-string": "" } });
  assert.equal(error.code, "E_INPUT");
  assert.equal(error.exit, 2);
  assert.match(
    error.message,
    /^input connection-string: required .*connection-string: \$\{\{ secrets\.ALLOYDB_URL \}\}/,
  );
  assert.match(error.hint ?? "", /repository secret/);
});

test("without a destination the command line loads into the embedded database; a named one needs a URL", () => {
  assert.deepEqual(load({}).destination, { kind: "embedded" });
  assert.match(refusal({ flags: { destination: "postgres" } }).message, /--connection-string/);
  assert.deepEqual(load({ kind: "action", flags: {}, needsDestination: false }).destination, { kind: "embedded" });
});

test("a connection string given nearer than the file's word embedded is meant", () => {
  const files = { "shop.yaml": `${SHOP}destination: embedded\n` };
  const near = load({ file: "shop.yaml", files, flags: { "connection-string": "postgresql://h/d" } });
  assert.equal(near.destination.kind, "postgres");
  const far = load({ file: "shop.yaml", files: { ...files, ".dlt/secrets.toml": 'credentials = "postgresql://h/d"' } });
  assert.equal(far.destination.kind, "embedded");
});

test("a path that is not there and a source that is not known", () => {
  assert.match(refusal({ flags: { source: "x/shop.yaml" } }).message, /"x\/shop\.yaml" does not exist/);
  assert.match(
    refusal({ flags: { source: "gitlb" } }).message,
    /neither a built-in source nor .*did you mean "gitlab"\?/,
  );
});

test("syntax errors name the line and never quote the text", () => {
  const yaml = refusal({ file: "a.yaml", files: { "a.yaml": "pipeline: x\ntoken: glpat-1: glpat-2\n" } });
  assert.match(yaml.message, /^a\.yaml:2: not valid YAML: /);
  assert.doesNotMatch(yaml.message, /glpat/);
  const toml = refusal({ files: { ".dlt/secrets.toml": '[sources.gitlab]\ntoken = "glpat-1\n' } });
  assert.match(toml.message, /^\.dlt\/secrets\.toml:2: not valid TOML: /);
  assert.doesNotMatch(toml.message, /glpat/);
  assert.match(refusal({ file: "a.yaml", files: { "a.yaml": "a: *b\n" } }).message, /^a\.yaml:1: .*alias/);
  assert.match(refusal({ file: "a.yaml", files: { "a.yaml": "- a\n" } }).message, /expected a mapping/);
  assert.match(refusal({ file: "a.yaml", files: { "a.yaml": "a: 1\na: 2\n" } }).message, /^a\.yaml:2: .*unique/);
});

test("a missing secret names every way to give it", () => {
  const files = { "shop.yaml": `${SHOP}`.replace("    base_url", "    auth: {type: api_key}\n    base_url") };
  assert.match(
    refusal({ file: "shop.yaml", files }).message,
    /^shop\.yaml:7: source\.client\.auth\.api_key: .*; set the flag --token, the environment variable SOURCES__SHOP__API_KEY or api_key under \[sources\.shop\] in \.dlt\/secrets\.toml$/,
  );
});

test("an unset variable is the one fault of its place, unless something nearer replaces it", () => {
  const files = { "shop.yaml": SHOP.replace("https://shop.example.com", "$" + "{env:SHOP_URL}") };
  assert.equal(
    refusal({ file: "shop.yaml", files }).message,
    "shop.yaml:7: source.client.base_url: the environment variable SHOP_URL is not set",
  );
  const { source } = load({ file: "shop.yaml", files, flags: { "base-url": "https://other" } });
  assert.equal(source.kind === "rest-api" && source.config.client.base_url, "https://other");
});

test("a secret is in no message, whatever is wrong with it", () => {
  const canary = "c@/%+ \"'$&é-canary";
  const text = JSON.stringify(canary);
  const cases: Parameters<typeof refusal>[0][] = [
    { file: "s.yaml", files: { "s.yaml": `source: {client: {base_url: x, auth: ${text}}, resources: []}` } },
    { file: "s.yaml", files: { "s.yaml": `source: {client: {base_url: x, auth: {token: [${text}]}}, resources: []}` } },
    {
      file: "s.yaml",
      files: { "s.yaml": `source: {client: {base_url: x, headers: {PRIVATE-TOKEN: [${text}]}}, resources: []}` },
    },
    { file: "s.yaml", files: { "s.yaml": `tokn: ${text}\nconnection_string: [${text}]` } },
    { flags: { limit: "x", token: canary, "connection-string": canary } },
    {
      environment: {
        DESTINATION__POSTGRES__CREDENTIALS__PASSWORD: canary,
        DESTINATION__POSTGRES__CREDENTIALS__HOST: "h",
      },
    },
    { files: { ".dlt/secrets.toml": `[sources.gitlab]\ntoken = [${text}]` } },
    { files: { ".dlt/secrets.toml": `token = ${text} x` } },
  ];
  for (const given of cases) {
    const error = refusal(given);
    assert.doesNotMatch(`${error.message}${error.hint}${JSON.stringify(error.context)}`, /canary/);
  }
});

test("a fault of an expression has file, line, key path and the place inside the expression", () => {
  const text = `${SHOP.trimEnd().replace("[orders]", "")}
    - name: orders
      processing_steps:
        - filter: record.state == "open"
        - map: >-
            {"id": record.id,
            "total": recrod.total}
      endpoint:
        incremental: {cursor_path: at, convert: unix_second}
`;
  const error = refusal({ file: "shop.yaml", files: { "shop.yaml": text } });
  assert.equal(error.code, "E_CONFIG");
  assert.equal(
    error.message,
    [
      'shop.yaml:12: source.resources[0].processing_steps[1].map: the expression "{\\"id\\": record.id, \\"total\\": recrod.total}" cannot be used: unknown variable: recrod; there is record (character 28)',
      'shop.yaml:16: source.resources[0].endpoint.incremental.convert: the expression "unix_second" cannot be used: unknown variable: unix_second; there is value (character 1); converters with a name: date, datetime, unix_seconds, unix_millis, string, int',
    ].join("\n"),
  );
});

test("what is to be set by an expression is not loaded as it is written", () => {
  const step = "{set: {a: {expression: {module: ./steps.mjs#a}}, b: {expression: 1}, c: {expression: 1, other: 2}}}";
  const text = `${SHOP.trimEnd().replace("[orders]", "")}\n    - name: orders\n      processing_steps: [${step}]\n`;
  const { message } = refusal({ file: "shop.yaml", environment: {}, files: { "shop.yaml": text } });
  assert.match(message, /set\.a\.expression: expected an expression as text; call a module with map/);
  assert.match(message, /set\.b\.expression: expected an expression as text/);
  assert.doesNotMatch(message, /set\.c/);
});

test("a salt is a secret, and no secret becomes data", () => {
  const steps = (step: string) =>
    `${SHOP.trimEnd().replace("[orders]", "")}\n    - name: orders\n      processing_steps:\n        - ${step}\n`;
  const given = { file: "shop.yaml", environment: { SALT: "pepper-and-salt" } };
  const salt = JSON.stringify("$" + "{env:SALT}");
  const salted = steps(`{redact: {fields: mail, hash_salt: ${salt}}}`);
  const configuration = load({ ...given, files: { "shop.yaml": salted } });
  assert.ok(configuration.secrets.some((secret) => secret.reveal() === "pepper-and-salt"));
  assert.ok(!JSON.stringify(configuration).includes("pepper-and-salt"));
  const error = refusal({ ...given, files: { "shop.yaml": steps(`{set: {token: ${salt}}}`) } });
  assert.match(error.message, /processing_steps\[0\]\.set\.token: a secret cannot be loaded into a table/);
});
