/** Where the declarative source differs from dlt on purpose: each by default, and with `compat: strict`. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { checkRestApi } from "../../../src/config/rest-api/check.ts";
import type { RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import { failure } from "../../support/failure.ts";
import { type Asked, extract, json, pageOf, serve } from "./fake-api.ts";

const STRICT = { compat: "strict", http: { allowPrivateNetwork: true } } as const;

const one = (base: string, client: Partial<RestApiConfig["client"]>, endpoint: object = {}): RestApiConfig => ({
  client: { base_url: base, ...client },
  resources: [{ name: "a", endpoint }],
});

const targets = (asked: readonly Asked[]) => asked.map(({ target }) => target);

test("D1: a link or redirect to another origin is refused, and asked without credentials where it is allowed", async (t) => {
  const other = await serve(t, (_, response) => json(response, [{ id: 2 }]));
  const { host } = new URL(other.base);
  const ways: readonly ((response: ServerResponse) => void)[] = [
    (response) => json(response, [{ id: 1 }], { link: `<${other.base}/a>; rel="next"` }),
    (response) => response.writeHead(302, { location: `${other.base}/a` }).end(),
  ];
  for (const answer of ways) {
    const api = await serve(t, (_, response) => answer(response));
    const client = {
      auth: { type: "http_basic" as const, username: "u", password: "secret" },
      headers: { "X-Key": "secret" },
      paginator: "header_link" as const,
    };
    other.asked.length = 0;
    assert.equal((await failure(extract(one(api.base, client)))).code, "E_FOREIGN_ORIGIN");
    assert.equal(other.asked.length, 0);
    const allowed = one(api.base, { ...client, allowed_hosts: [host] });
    const ends = [
      await extract(allowed, { http: { allowPrivateNetwork: true } }),
      await extract(one(api.base, client), STRICT),
    ];
    for (const { records } of ends) assert.deepEqual(records.a?.at(-1), { id: 2 });
    assert.equal(other.asked.length, 2);
    for (const { headers } of other.asked) {
      assert.deepEqual([headers.authorization, headers["x-key"]], [undefined, undefined]);
    }
  }
});

test("D2: a value that changes the route is warned about; path_encoding segment encodes all of it, for one or for all", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, target === "/p" ? [{ id: "a/b?c#d e%" }] : []));
  const of = async (client?: "none" | "segment", endpoint?: "none" | "segment", options = {}) => {
    api.asked.length = 0;
    const { warnings } = await extract(
      {
        client: { base_url: api.base, paginator: "single_page", ...(client && { path_encoding: client }) },
        resources: ["p", { name: "c", endpoint: { path: "c/{resources.p.id}/x", path_encoding: endpoint ?? null } }],
      },
      options,
    );
    return [api.asked[1]?.target, warnings.map(({ code }) => code).join()];
  };
  const raw = "/c/a/b?c";
  const encoded = "/c/a%2Fb%3Fc%23d%20e%25/x";
  assert.deepEqual(await of(), [raw, "W_ROUTE_CHANGED"]);
  assert.deepEqual(await of("segment"), [encoded, ""]);
  assert.deepEqual(await of("segment", "none"), [raw, ""]);
  assert.deepEqual(await of(undefined, "segment"), [encoded, ""]);
  assert.equal((await of(undefined, undefined, STRICT))[0], raw);
});

test("D3: a 204 or an empty body has no records, or is an error with empty_body: error and in strict", async (t) => {
  for (const status of [200, 204]) {
    const api = await serve(t, (_, response) => {
      response.writeHead(status).end();
    });
    const client = { paginator: "single_page" as const };
    assert.deepEqual((await extract(one(api.base, client))).records, { a: [] });
    const refusing = one(api.base, { ...client, empty_body: "error" });
    assert.equal((await failure(extract(refusing))).reason, "invalid_json");
    assert.equal((await failure(extract(one(api.base, client), STRICT))).reason, "invalid_json");
    const asking = one(api.base, { ...client, empty_body: "no_records" });
    assert.deepEqual((await extract(asking, STRICT)).records, { a: [] });
  }
});

test("D3: a redirect that leads nowhere is no answer without records", async (t) => {
  for (const headers of [{ location: "" }, {}]) {
    const api = await serve(t, (_, response) => {
      response.writeHead(302, headers).end();
    });
    assert.equal((await failure(extract(one(api.base, { paginator: "single_page" })))).reason, "invalid_json");
  }
});

test("D4: keys with special characters are found; in strict they break as in dlt", async (t) => {
  const dotted = await serve(t, (_, response) => json(response, { "my.list": [{ id: 1 }] }));
  assert.deepEqual((await extract(one(dotted.base, {}))).records.a, [{ id: 1 }]);
  assert.deepEqual((await extract(one(dotted.base, {}), STRICT)).records.a, []);
  const spaced = await serve(t, ({ target }, response) =>
    json(response, { "my list": [{ target }], m: { "next page": target === "/a" ? "/b" : null } }),
  );
  assert.equal((await extract(one(spaced.base, {}))).records.a?.length, 2);
  const error = await failure(extract(one(spaced.base, {}), STRICT));
  assert.deepEqual([error.code, error.reason], ["E_SOURCE_SHAPE", "jsonpath"]);
});

test("D5: a token for each resource, one for all with shared: true; in strict the same", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    json(response, target === "/token" ? { access_token: "T" } : [{ id: 1 }]),
  );
  const tokens = async (shared: boolean | undefined, options = {}) => {
    api.asked.length = 0;
    const auth = {
      type: "oauth2_client_credentials" as const,
      access_token_url: `${api.base}/token`,
      client_id: "id",
      client_secret: "secret",
      ...(shared !== undefined && { shared }),
    };
    const client = { base_url: api.base, auth, paginator: "single_page" as const };
    await extract({ client, resources: ["a", "b", "c"] }, options);
    return api.asked.filter(({ target }) => target === "/token").length;
  };
  assert.deepEqual([await tokens(undefined), await tokens(false), await tokens(true)], [3, 3, 1]);
  assert.deepEqual([await tokens(undefined, STRICT), await tokens(true, STRICT)], [3, 1]);
});

test("D6: static path values of the defaults serve every resource; in strict the first one uses them up", async (t) => {
  const api = await serve(t, (_, response) => json(response, []));
  const config: RestApiConfig = {
    client: { base_url: api.base, paginator: "single_page" },
    resource_defaults: { endpoint: { params: { org: "x" } } },
    resources: [
      { name: "a", endpoint: "{org}/a" },
      { name: "b", endpoint: "{org}/b" },
    ],
  };
  await extract(config);
  assert.deepEqual(targets(api.asked).sort(), ["/x/a", "/x/b"]);
  assert.equal((await failure(extract(config, STRICT))).reason, "unbound_path_placeholder");
});

test("D7: a next link that is empty or false is the end; other values are an error, in strict these two too", async (t) => {
  for (const next of ["", false, 7, {}, true]) {
    const api = await serve(t, (_, response) => json(response, { data: [{ id: 1 }], next }));
    const config = one(api.base, { paginator: "json_link" });
    assert.equal((await failure(extract(config, STRICT))).reason, "paginator_response");
    if (next === "" || next === false) assert.equal((await extract(config)).records.a?.length, 1);
    else assert.equal((await failure(extract(config))).reason, "paginator_response");
  }
});

test("D8: a page that was asked before is an error; in strict it is asked again", async (t) => {
  const forever = 6;
  const kinds = [
    { paginator: "json_link", body: { next: "/a" }, headers: {} },
    { paginator: { type: "cursor", cursor_path: "next" }, body: { next: "same" }, headers: {} },
    { paginator: "header_link", body: {}, headers: { link: '</a>; rel="next"' } },
    { paginator: { type: "header_cursor", cursor_key: "X-Next" }, body: {}, headers: { "x-next": "" } },
  ] as const;
  for (const { paginator, body, headers } of kinds) {
    const api = await serve(t, (_, response, turn) => {
      const isLast = turn >= forever;
      json(response, { data: [{ turn }], ...(isLast ? {} : body) }, isLast ? {} : headers);
    });
    const config = one(api.base, { paginator });
    const error = await failure(extract(config));
    assert.deepEqual([error.code, error.reason], ["E_PAGINATION_LOOP", "repeated_page"]);
    assert.ok(api.asked.length <= 3, `${JSON.stringify(paginator)}: ${api.asked.length} requests`);
    const before = api.asked.length;
    assert.equal((await extract(config, STRICT)).records.a?.length, forever - before);
  }
});

test("D9: a key in the query is added to next links that have it; with dedupe it is not", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    json(response, { data: [{ target }], next: target.includes("page=2") ? null : "/a?key=k&page=2" }),
  );
  const second = async (dedupe: boolean, options = {}) => {
    api.asked.length = 0;
    const auth = { type: "api_key" as const, api_key: "k", name: "key", location: "query" as const, dedupe };
    await extract(one(api.base, { auth, paginator: "json_link" }), options);
    return api.asked[1]?.target;
  };
  assert.equal(await second(false), "/a?key=k&page=2&key=k");
  assert.equal(await second(true), "/a?key=k&page=2");
  assert.equal(await second(false, STRICT), "/a?key=k&page=2&key=k");
});

test("D10: PUT, PATCH and a key in a cookie; in strict they are refused", async (t) => {
  const api = await serve(t, (_, response) => json(response, []));
  const auth = { type: "api_key", api_key: "k", name: "sid", location: "cookie" } as const;
  for (const method of ["PUT", "PATCH"]) {
    const config = one(api.base, { auth, paginator: "single_page" }, { method, json: { a: 1 } });
    await extract(config);
    const [asked] = api.asked.splice(0);
    assert.deepEqual([asked?.method, asked?.headers.cookie, asked?.body], [method, "sid=k", '{"a":1}']);
    assert.deepEqual(
      checkRestApi(config, "strict").map(({ reason, path }) => `${reason} ${path.join(".")}`),
      ["unknown_type client.auth.location", "unknown_type resources.0.endpoint.method"],
    );
    assert.deepEqual(checkRestApi(config), []);
  }
  assert.equal(api.asked.length, 0);
});

test("D11: one object as the only record ends a counted list; in strict counting goes on", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, { id: pageOf(target), n: pageOf(target) }));
  const config = one(
    api.base,
    { paginator: { type: "page_number", total_path: null, maximum_page: 3 } },
    { data_selector: "$" },
  );
  assert.equal((await extract(config)).records.a?.length, 1);
  assert.equal((await extract(config, STRICT)).records.a?.length, 3);
});

test("D12: five redirects; in strict thirty", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    const left = Number(target.slice(1)) - 1;
    if (left < 0) json(response, [{ id: 1 }]);
    else response.writeHead(302, { location: `/${left}` }).end();
  });
  const of = (hops: number, options = {}) =>
    extract(one(api.base, { paginator: "single_page" }, { path: String(hops) }), options);
  assert.equal((await of(5)).records.a?.length, 1);
  assert.match((await failure(of(6))).message, /redirected more than 5 times/);
  assert.equal((await of(30, STRICT)).records.a?.length, 1);
  assert.match((await failure(of(31, STRICT))).message, /redirected more than 30 times/);
});

test("D13: an answer that never ends is cut by its time; in strict only silence is", async (t) => {
  const api = await serve(t, (_, response, turn) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write("[");
    const timer = setInterval(() => response.write(" "), 30);
    setTimeout(() => {
      clearInterval(timer);
      response.end(`{"id":${turn}}]`);
    }, 700);
  });
  const config = one(api.base, { paginator: "single_page" });
  const http = { totalTimeout: 0.3, maxAttempts: 1 };
  assert.equal((await failure(extract(config, { http }))).code, "E_TIMEOUT");
  const { records } = await extract(config, { compat: "strict", http: { maxAttempts: 1 } });
  assert.deepEqual(records.a, [{ id: 2 }]);
});

test("D14: a body that is no JSON is asked for once more, delays have a jitter; in strict neither", async (t) => {
  const broken = await serve(t, (_, response, turn) => {
    if (turn % 2 === 1) response.writeHead(200, { "content-type": "text/html" }).end("<html>");
    else json(response, [{ id: turn }]);
  });
  const config = one(broken.base, { paginator: "single_page" });
  assert.deepEqual((await extract(config)).records.a, [{ id: 2 }]);
  assert.equal((await failure(extract(config, STRICT))).reason, "invalid_json");
  assert.equal(broken.asked.length, 3);

  const down = await serve(t, (_, response, turn) => json(response, [], {}, turn % 4 === 0 ? 200 : 500));
  const delays = async (chance: number, options = {}) =>
    (await extract(one(down.base, { paginator: "single_page" }), { chance, ...options })).delays;
  assert.deepEqual(await delays(0), [0.5, 1, 2]);
  assert.deepEqual(await delays(1), [1.5, 3, 6]);
  assert.deepEqual(await delays(0, STRICT), [1, 2, 4]);

  const busy = await serve(t, (_, response, turn) => json(response, [], { "retry-after": "2" }, turn > 7 ? 200 : 429));
  const patient = one(busy.base, { paginator: "single_page" });
  assert.deepEqual(
    (await extract(patient)).delays,
    Array.from({ length: 7 }, () => 2),
    "waiting is no attempt",
  );
  busy.asked.length = 0;
  const refused = await failure(extract(patient, STRICT));
  assert.deepEqual([refused.reason, busy.asked.length], ["http_status", 5]);
});

test("D15: a POST is sent again only with idempotent: true; in strict always", async (t) => {
  const api = await serve(t, (_, response, turn) => json(response, [], {}, turn % 2 === 1 ? 500 : 200));
  const post = (more: object) =>
    one(api.base, { paginator: "single_page" }, { method: "POST", json: { a: 1 }, ...more });
  const asked = async (more: object, options = {}) => {
    const before = api.asked.length;
    await extract(post(more), options).catch(() => undefined);
    const count = api.asked.length - before;
    if (count % 2 === 1) await fetch(api.base);
    return count;
  };
  assert.deepEqual([await asked({}), await asked({ idempotent: false }), await asked({ idempotent: true })], [1, 1, 2]);
  assert.equal(await asked({}, STRICT), 2);
});
