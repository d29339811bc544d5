import assert from "node:assert/strict";
import { test } from "node:test";
import { Double } from "../../../src/core/json.ts";
import { Secret } from "../../../src/core/secret.ts";
import { type Given, load, refusal, SHOP } from "./support/load.ts";

/** One source of a value after the other is taken away; what is left must win. */
const LAYERS: readonly [layer: string, add: (given: Given) => Given][] = [
  ["default", (given) => given],
  [
    "config.toml",
    (given) =>
      withFile(given, ".dlt/config.toml", '[sources.shop]\nbase_url = "https://config.toml"\ntoken = "config.toml"\n'),
  ],
  [
    "secrets.toml",
    (given) =>
      withFile(
        given,
        ".dlt/secrets.toml",
        '[sources.shop]\nbase_url = "https://secrets.toml"\ntoken = "secrets.toml"\n',
      ),
  ],
  ["file", (given) => withFile(given, "shop.yaml", written("https://file", "file"))],
  [
    "environment-less-specific",
    (given) =>
      withVariables(given, {
        SOURCES__BASE_URL: "https://environment-less-specific",
        SOURCES__TOKEN: "environment-less-specific",
      }),
  ],
  [
    "environment",
    (given) =>
      withVariables(given, { SOURCES__SHOP__BASE_URL: "https://environment", SOURCES__SHOP__TOKEN: "environment" }),
  ],
  [
    "pipelines-environment",
    (given) =>
      withVariables(given, {
        SHOP__SOURCES__SHOP__BASE_URL: "https://pipelines-environment",
        SHOP__SOURCES__SHOP__TOKEN: "pipelines-environment",
      }),
  ],
  ["flag", (given) => ({ ...given, flags: { "base-url": "https://flag", token: "flag" } })],
];

function written(url: string | null, token: string | null): string {
  const auth = JSON.stringify({ type: "bearer", token });
  return `pipeline: shop\nsource: {name: shop_source, client: {base_url: ${url}, auth: ${auth}}, resources: [orders]}\n`;
}

function withFile(given: Given, path: string, text: string): Given {
  return { ...given, files: { ...given.files, [path]: text } };
}

function withVariables(given: Given, variables: Record<string, string>): Given {
  return { ...given, environment: { ...given.environment, ...variables } };
}

test("client and auth: flag, then environment, then file, then secrets.toml, then config.toml", () => {
  let given: Given = { file: "shop.yaml", files: { "shop.yaml": written(null, null) } };
  const absent = refusal(given);
  assert.match(absent.message, /base_url/);
  assert.match(absent.message, /token/);
  for (const [layer, add] of LAYERS.slice(1)) {
    given = add(given);
    const { source } = load(given);
    assert.ok(source.kind === "rest-api");
    assert.equal(source.config.client.base_url, `https://${layer}`);
    const { auth } = source.config.client;
    assert.ok(typeof auth === "object" && auth !== null && "token" in auth && typeof auth.token === "object");
    assert.equal(auth.token?.reveal(), layer);
  }
});

test("settings: flag, then environment, then file, then secrets.toml, then config.toml, then default", () => {
  let given: Given = { file: "shop.yaml", files: { "shop.yaml": SHOP } };
  const attempts = (): readonly [number, string | undefined] => {
    const { settings, traces } = load(given);
    return [settings.maxAttempts, traces.find(({ key }) => key === "max-attempts")?.from];
  };
  assert.deepEqual(attempts(), [5, "default"]);
  given = withFile(given, ".dlt/config.toml", "[runtime]\nrequest_max_attempts = 11\n");
  assert.deepEqual(attempts(), [11, ".dlt/config.toml [runtime] request_max_attempts"]);
  given = withFile(given, ".dlt/secrets.toml", "[runtime]\nrequest_max_attempts = '12'\n");
  assert.deepEqual(attempts(), [12, ".dlt/secrets.toml [runtime] request_max_attempts"]);
  given = withFile(given, "shop.yaml", `${SHOP}max_attempts: 13\n`);
  assert.deepEqual(attempts(), [13, "shop.yaml:9"]);
  given = withVariables(given, { RUNTIME__REQUEST_MAX_ATTEMPTS: "14" });
  assert.deepEqual(attempts(), [14, "environment RUNTIME__REQUEST_MAX_ATTEMPTS"]);
  given = { ...given, flags: { "max-attempts": "15" } };
  assert.deepEqual(attempts(), [15, "flag --max-attempts"]);
});

test("names: the file's, the built-in source's, or made from the file's name", () => {
  const names = (given: Given) => {
    const { pipelineName, datasetName, source } = load(given);
    return [pipelineName, datasetName, source.name];
  };
  const plain = "source: {client: {base_url: https://x}, resources: []}";
  assert.deepEqual(names({}), ["gitlab_pipeline", "gitlab_data", "gitlab"]);
  assert.deepEqual(names({ file: "s.yaml", files: { "s.yaml": SHOP } }), ["shop", "shop_data", "shop_source"]);
  assert.deepEqual(names({ file: "a/my.shop.yaml", files: { "a/my.shop.yaml": plain } }), [
    "my.shop",
    "my.shop_dataset",
    "rest_api",
  ]);
  assert.deepEqual(names({ flags: { "pipeline-name": "p", "dataset-name": "d" } }), ["p", "d", "gitlab"]);
  assert.deepEqual(names({ environment: { PIPELINE_NAME: "p", PIPELINES__P__DATASET_NAME: "d" } }), [
    "p",
    "d",
    "gitlab",
  ]);
  assert.match(refusal({ flags: { "pipeline-name": "../p" } }).message, /flag --pipeline-name: expected a name/);
});

test("credentials: a URL, components, or both, spread over the layers as in a dlt project", () => {
  const url = (given: Given) => load(given).settings.connectionString?.reveal();
  const table = `[destination.postgres.credentials]
database = "d b"
username = "loader"
host = "toml.example.com"
port = 5433
`;
  const files = {
    ".dlt/config.toml": table,
    ".dlt/secrets.toml": "[destination.postgres.credentials]\npassword = 'p@/ss'\n",
  };
  assert.equal(url({ files }), "postgresql://loader:p%40%2Fss@toml.example.com:5433/d%20b");
  const prefix = "DESTINATION__POSTGRES__CREDENTIALS";
  assert.equal(
    url({ files, environment: { [`${prefix}__HOST`]: "env.example.com", [`${prefix}__PASSWORD`]: "q" } }),
    "postgresql://loader:q@env.example.com:5433/d%20b",
  );
  assert.equal(url({ files, environment: { [prefix]: "postgresql://e:p@env/d" } }), "postgresql://e:p@env/d");
  assert.equal(
    url({ environment: { DESTINATION__CREDENTIALS: "postgresql+psycopg2://e:p@env/d" } }),
    "postgresql://e:p@env/d",
  );
  assert.equal(url({ files, environment: { [prefix]: "postgresql://e@env/d" } }), "postgresql://e:p%40%2Fss@env/d");
  assert.equal(url({ files, flags: { "connection-string": "postgresql://f@flag/d" } }), "postgresql://f@flag/d");
  assert.equal(
    url({ files: { ".dlt/secrets.toml": 'destination.postgres.credentials = "postgresql://t:p@toml/d"' } }),
    "postgresql://t:p@toml/d",
  );
  assert.equal(
    url({
      file: "s.yaml",
      files: { ...files, "s.yaml": `${SHOP}connection_string: "\${env:URL}"\n` },
      environment: { URL: "postgresql://f:p@file/d" },
    }),
    "postgresql://f:p@file/d",
  );
  assert.match(
    refusal({ environment: { [`${prefix}__HOST`]: "h" } }).message,
    /lack database and username; set DESTINATION__POSTGRES__CREDENTIALS__DATABASE and/,
  );
  assert.equal(
    url({ files: { ".dlt/secrets.toml": '[destination.postgres]\ncredentials = "FILL ME OUT"' } }),
    undefined,
  );
});

test("dlt's folder stands beside the pipeline file, else in the present folder", () => {
  const url = (files: Record<string, string>) => {
    const { source } = load({ file: "p/s.yaml", files: { "p/s.yaml": written(null, "x"), ...files } });
    return source.kind === "rest-api" && source.config.client.base_url;
  };
  const near = { "p/.dlt/config.toml": '[sources.shop]\nbase_url = "https://near"' };
  const here = { ".dlt/config.toml": '[sources.shop]\nbase_url = "https://here"' };
  assert.equal(url({ ...near, ...here }), "https://near");
  assert.equal(url(here), "https://here");
});

test("a token without client.auth is sent as a bearer token; with one it fills its secret", () => {
  const auth = (text: string) => {
    const { source } = load({ file: "s.yaml", files: { "s.yaml": text }, flags: { token: "t0ken" } });
    assert.ok(source.kind === "rest-api");
    return JSON.parse(JSON.stringify(source.config.client.auth ?? null));
  };
  const source = (part: string) => `source: {client: {base_url: https://x${part}}, resources: []}`;
  assert.deepEqual(auth(source("")), { type: "bearer", token: "***" });
  assert.deepEqual(auth(source(", auth: bearer")), { type: "bearer", token: "***" });
  assert.deepEqual(auth(source(", auth: {type: api_key, name: PRIVATE-TOKEN}")), {
    type: "api_key",
    name: "PRIVATE-TOKEN",
    api_key: "***",
  });
  assert.deepEqual(auth(source(", auth: {type: http_basic, username: u}")), {
    type: "http_basic",
    username: "u",
    password: "***",
  });
  assert.equal(auth(source(", auth: null")), null);
});

test("a variable with dlt's name for a setting is looked up in dlt's files, a set one and other names are not", () => {
  const headers = `{ X-Key: "\${env:SOURCES__SHOP__SECOND_KEY}" }`;
  const file = SHOP.replace("[orders]", `[{ name: orders, endpoint: { headers: ${headers} } }]`);
  const header = (given: Partial<Given>) => {
    const { source } = load({ ...given, files: { "shop.yaml": file, ...given.files }, flags: { source: "shop.yaml" } });
    assert.equal(source.kind, "rest-api");
    const [resource] = source.kind === "rest-api" ? source.config.resources : [];
    return JSON.stringify(resource, (_, value: unknown) => (value instanceof Secret ? value.reveal() : value));
  };
  const secrets = { ".dlt/secrets.toml": '[sources.shop]\nsecond_key = "from-the-file"\n' };
  assert.match(header({ files: secrets }), /from-the-file/);
  const dashed = { ".dlt/secrets.toml": '[sources.shop]\n"second-key" = "with-a-dash"\n' };
  assert.match(header({ files: dashed }), /with-a-dash/);
  assert.match(header({ files: secrets, environment: { SOURCES__SHOP__SECOND_KEY: "nearer" } }), /nearer/);
  for (const text of ["", '[sources.shop]\nsecond_key = "FILL ME OUT"\n', '[sources.other]\nsecond_key = "x"\n']) {
    const given = { files: { "shop.yaml": file, ".dlt/secrets.toml": text }, flags: { source: "shop.yaml" } };
    assert.match(refusal(given).message, /SOURCES__SHOP__SECOND_KEY is not set/);
  }
  const known = load({ files: { "shop.yaml": file, ...secrets }, flags: { source: "shop.yaml" } });
  assert.ok(
    known.secrets.some((secret) => secret.reveal() === "from-the-file"),
    "it is masked",
  );
});

test("an endpoint's own auth is filled from settings but never replaced", () => {
  const files = {
    "s.yaml": `source:
  client: {base_url: https://x, auth: {token: client}}
  resources:
    - {name: a, endpoint: {auth: {token: own}}}
    - {name: b, endpoint: {auth: {type: api_key}}}
    - {name: c, endpoint: {auth: null}}
`,
  };
  const environment = { SOURCES__REST_API__TOKEN: "env", SOURCES__REST_API__REST_API__CREDENTIALS__API_KEY: "env key" };
  const { source, secrets } = load({ file: "s.yaml", files, environment });
  assert.ok(source.kind === "rest-api");
  assert.deepEqual(secrets.map((one) => one.reveal()).toSorted(), ["env", "env", "env key", "own"].toSorted());
  const last = source.config.resources[2];
  assert.equal(typeof last === "object" && typeof last.endpoint === "object" && last.endpoint?.auth, null);
});

test("levels of nested tables: nearer than the file wins over the source, .toml files do not", () => {
  const nesting = (given: Given, extra = "") =>
    load({
      file: "s.yaml",
      ...given,
      files: {
        ...given.files,
        "s.yaml": `source: {max_table_nesting: 3, client: {base_url: https://x}, resources: []}\n${extra}`,
      },
    }).maxTableNesting;
  assert.equal(nesting({}), 3);
  assert.equal(nesting({ files: { ".dlt/config.toml": "[sources.rest_api]\nmax_table_nesting = 9" } }), 3);
  assert.equal(nesting({}, "max_table_nesting: 4"), 4);
  assert.equal(nesting({ flags: { "max-table-nesting": "0" } }), 0);
  assert.equal(load({ environment: { SOURCES__GITLAB__MAX_TABLE_NESTING: "1" } }).maxTableNesting, 1);
});

test("inline configuration is laid over the file: mappings merge, lists and values replace", () => {
  const config = "dataset: other\nsource: {client: {headers: {a: b}}, resources: [x, y]}";
  const loaded = load({ file: "s.yaml", files: { "s.yaml": SHOP }, flags: { config } });
  assert.equal(loaded.datasetName, "other");
  assert.ok(loaded.source.kind === "rest-api");
  assert.deepEqual(loaded.source.config.client, { base_url: "https://shop.example.com", headers: { a: "b" } });
  assert.deepEqual(loaded.source.config.resources, ["x", "y"]);
  const wrong = refusal({
    file: "s.yaml",
    files: { "s.yaml": `${SHOP}limt: 1` },
    flags: { config: "source:\n  nme: x" },
  });
  assert.deepEqual(wrong.message.split("\n"), [
    'flag --config:2: source.nme: unknown key "nme"; known here: max_table_nesting, root_key, schema_contract, parallelized, resource_defaults',
    's.yaml:9: limt: unknown key "limt"; did you mean "limit"?',
  ]);
  assert.deepEqual(load({ flags: { config: "groups: [7, a/b]" } }).settings.groups, ["7", "a/b"]);
  assert.equal(
    load({ flags: { config: "source: {client: {base_url: https://x}, resources: [a]}" } }).pipelineName,
    "pipeline",
  );
});

test("the built-in source may be configured in a file", () => {
  const files = {
    "g.yaml": `source: gitlab\ngroups: [a, 5]\nstart_date: 2026-01-31\nlimit: \${env:LIMIT}\ntoken: \${env:T}\n`,
  };
  const { settings, source, secrets } = load({ file: "g.yaml", files, environment: { LIMIT: "3", T: "tok en" } });
  assert.equal(source.kind, "gitlab");
  assert.deepEqual(
    [settings.groups, settings.startDate, settings.limit, settings.token?.reveal()],
    [["a", "5"], "2026-01-31", 3, "tok en"],
  );
  assert.ok(secrets.some((one) => one.reveal() === "tok en"));
});

test("lists, booleans, dlt's words and timestamps in text", () => {
  const { settings } = load({
    flags: {
      endpoints: "issues\n+notes, -jobs\n",
      "allow-insecure-http": "True",
      "start-date": "2026-01-31T00:00:00+02:00",
    },
    environment: { RUNTIME__LOG_LEVEL: "WARNING", DESTINATION__REPLACE_STRATEGY: "insert-from-staging" },
  });
  assert.deepEqual(settings.endpoints, ["issues", "+notes", "-jobs"]);
  assert.deepEqual(
    [settings.allowInsecureHttp, settings.logLevel, settings.replaceMethod],
    [true, "warning", "delete"],
  );
  assert.deepEqual(load({ flags: { resources: "a,b" } }).settings.endpoints, ["a", "b"]);
  assert.match(
    refusal({ flags: { "start-date": "yesterday" } }).message,
    /expected a date or a timestamp .*"yesterday"/,
  );
  assert.match(
    refusal({ flags: { "allow-insecure-http": "yes" } }).message,
    /expected true or false, found the text "yes"/,
  );
  assert.match(
    refusal({ environment: { DESTINATION__REPLACE_STRATEGY: "drop" } }).message,
    /expected one of delete, truncate, staging-optimized/,
  );
});

test("numbers of a file keep their kind; a key that would be lost is refused", () => {
  const text = (params: string) =>
    `source: {client: {base_url: https://x}, resources: [{name: a, endpoint: {params: {${params}}}}]}`;
  const { source } = load({ file: "s.yaml", files: { "s.yaml": text("f: 1.0, n: 9007199254740993, 10: x, y: no") } });
  assert.ok(source.kind === "rest-api");
  const resource = source.config.resources[0];
  const params =
    typeof resource === "object" && typeof resource.endpoint === "object" ? resource.endpoint?.params : undefined;
  assert.deepEqual(params, { "10": "x", f: new Double(1, "1.0"), n: 9007199254740993n, y: "no" });
  assert.match(
    refusal({ file: "s.yaml", files: { "s.yaml": text("__proto__: p") } }).message,
    /__proto__ cannot be a key/,
  );
});

test("no trace shows a secret", () => {
  const { traces } = load({
    flags: {
      token: "canary-token",
      "connection-string": "postgresql://u:canary@h/d",
      "base-url": "https://u:c@nary-canary@h/",
      config: "token: canary",
    },
  });
  assert.doesNotMatch(JSON.stringify(traces), /canary/);
  assert.deepEqual(
    traces.find(({ key }) => key === "token"),
    { key: "token", from: "flag --token", secret: true, value: "***" },
  );
});
