import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { PaginatorConfig } from "../../../../src/config/rest-api/paginator-shape.ts";
import type { ClientConfig, EndpointConfig } from "../../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../../src/core/errors.ts";
import { type Asked, extract, serve } from "../fake-api.ts";

interface Answer {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

interface Walk {
  /** What was asked, in order: target, or `METHOD target body`. */
  readonly asked: readonly string[];
  readonly records: readonly unknown[];
  readonly warnings: readonly string[];
}

/** Runs one resource over answers that come in turn, the last one again and again. */
async function walk(
  t: TestContext,
  paginator: PaginatorConfig | undefined,
  answers: readonly (Answer | unknown[])[],
  more: { endpoint?: EndpointConfig; client?: Partial<ClientConfig>; compat?: "strict" } = {},
): Promise<Walk> {
  const fill = (text: string, base: string) => text.replaceAll("BASE", base);
  const shown = ({ method, target, body }: Asked) => (method === "GET" ? target : `${method} ${target} ${body}`);
  const api = await serve(t, (_, response, turn) => {
    const answer = answers[Math.min(turn, answers.length) - 1];
    const { body, headers = {} } = Array.isArray(answer) ? { body: answer } : (answer as Answer);
    for (const [name, value] of Object.entries(headers)) {
      response.setHeader(name, Array.isArray(value) ? value.map((one) => fill(one, api.base)) : fill(value, api.base));
    }
    response.setHeader("content-type", "application/json");
    response.end(fill(JSON.stringify(body), api.base));
  });
  const { records, warnings } = await extract(
    {
      client: { base_url: `${api.base}/api`, ...more.client },
      resources: [{ name: "a", endpoint: { path: "a", ...(paginator && { paginator }), ...more.endpoint } }],
    },
    more.compat === undefined ? {} : { compat: more.compat },
  );
  return { asked: api.asked.map(shown), records: records.a ?? [], warnings: warnings.map(({ code }) => code) };
}

function failsWith(reason: string, pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof SluiceError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, pattern);
    return true;
  };
}

const page = (...ids: number[]) => ids.map((id) => ({ id }));

test("links: relative ones are resolved against the last URL without the params, and drop all params", async (t) => {
  const links: readonly (readonly [string, string])[] = [
    ["?page=2", "/api/a?page=2"],
    ["items2", "/api/items2"],
    ["/x?y=1", "/x?y=1"],
    ["../x", "/x"],
    ["BASE/y", "/y"],
  ];
  for (const [next, target] of links) {
    const { asked } = await walk(
      t,
      "json_link",
      [{ body: { items: page(1), next } }, { body: { items: page(2), next: null } }],
      { endpoint: { path: "a?own=1", params: { q: 1 } } },
    );
    assert.deepEqual(asked, ["/api/a?own=1&q=1", target], next);
  }
});

test("links: json_response is the old word for json_link; a path without match ends the list", async (t) => {
  const answers = [{ body: { items: page(1), paging: { next: "/b" } } }, { body: { items: page(2) } }];
  for (const type of ["json_link", "json_response"] as const) {
    const { asked, records } = await walk(t, { type, next_url_path: "paging.next" }, answers);
    assert.deepEqual(asked, ["/api/a", "/b"]);
    assert.deepEqual(records, page(1, 2));
  }
  assert.deepEqual((await walk(t, "json_response", answers)).asked, ["/api/a"]);
});

test("header_link: another relation, several lines of the header, a relation that is absent", async (t) => {
  const { asked } = await walk(t, { type: "header_link", links_next_key: "older" }, [
    { body: page(1), headers: { link: ['<BASE/x>; rel="next"', "</y?b=1>; rel='older'"] } },
    { body: page(2), headers: { link: '<BASE/z>; rel="next"' } },
  ]);
  assert.deepEqual(asked, ["/api/a", "/y?b=1"]);
});

test("header_cursor: the value becomes a parameter, the others stay; without the header the list ends", async (t) => {
  const { asked } = await walk(
    t,
    { type: "header_cursor", cursor_key: "X-More", cursor_param: "after" },
    [{ body: page(1), headers: { "x-more": "p/2" } }, { body: page(2) }],
    { endpoint: { params: { after: "p1", q: 1 } } },
  );
  assert.deepEqual(asked, ["/api/a?after=p1&q=1", "/api/a?after=p%2F2&q=1"]);
});

test("cursor: missing, null, empty and zero values end the list", async (t) => {
  for (const next of [undefined, null, "", 0, false, [], {}]) {
    const { asked } = await walk(t, { type: "cursor", cursor_path: "next" }, [
      { body: { items: page(1), next: 7 } },
      { body: { items: page(2), next } },
    ]);
    assert.deepEqual(asked, ["/api/a", "/api/a?cursor=7"], JSON.stringify(next));
  }
});

test("cursor: at a place of the body that is not there yet, with its JSON type; an empty page goes on", async (t) => {
  const answers = [
    { body: { items: page(1), next: { k: [1] } } },
    { body: { items: [], next: 5 } },
    { body: { items: page(2) } },
  ];
  const paginator = { type: "cursor", cursor_path: "next", cursor_body_path: "search.after" } as const;
  const { asked } = await walk(t, paginator, answers, { endpoint: { method: "POST" } });
  assert.deepEqual(asked, [
    "POST /api/a ",
    'POST /api/a {"search":{"after":{"k":[1]}}}',
    'POST /api/a {"search":{"after":5}}',
  ]);
  const stopping = await walk(t, { ...paginator, stop_after_empty_page: true }, answers, {
    endpoint: { method: "POST" },
  });
  assert.equal(stopping.asked.length, 2);
});

test("cursor: a has-more flag that is missing or no boolean is an error", async (t) => {
  const paginator = { type: "cursor", cursor_path: "next", has_more_path: "more" } as const;
  const of = (more: unknown) => walk(t, paginator, [{ body: { items: page(1), next: "x", more } }]);
  await assert.rejects(of(undefined), failsWith("paginator_response", /has-more flag is missing at "more"/));
  await assert.rejects(of(1), failsWith("paginator_response", /no boolean: 1/));
});

test("has-more: booleans and words in any case; missing, numbers and other words are errors", async (t) => {
  const paginator = { type: "page_number", total_path: null, has_more_path: "more" } as const;
  const of = (more: unknown) =>
    walk(t, paginator, [{ body: { items: page(1), more } }, { body: { items: page(2), more: false } }]);
  for (const more of [true, "Yes", "true", "T", "y", "1"]) assert.equal((await of(more)).asked.length, 2);
  for (const more of [false, "no", "FALSE", "f", "N", "0"]) assert.equal((await of(more)).asked.length, 1);
  for (const more of [null, undefined]) {
    await assert.rejects(of(more), failsWith("paginator_response", /has-more flag is missing at "more"/));
  }
  for (const more of ["maybe", 1, [], {}]) {
    await assert.rejects(of(more), failsWith("paginator_response", /no boolean/));
  }
});

test("total: digits as text and floats are numbers, an empty first page needs none", async (t) => {
  for (const total of [2, "2", " 2 ", 2.9]) {
    const { asked } = await walk(t, "page_number", [{ body: { items: page(1), total } }]);
    assert.deepEqual(asked, ["/api/a?page=0", "/api/a?page=1"], JSON.stringify(total));
  }
  const { asked } = await walk(t, "page_number", [{ body: { items: [] } }]);
  assert.deepEqual(asked, ["/api/a?page=0"]);
  for (const total of [null, undefined]) {
    await assert.rejects(
      walk(t, "page_number", [{ body: { items: page(1), total } }]),
      failsWith("paginator_response", /missing at "total"/),
    );
  }
  for (const total of ["x", [], "2.5"]) {
    await assert.rejects(
      walk(t, "page_number", [{ body: { items: page(1), total } }]),
      failsWith("paginator_response", /no integer/),
    );
  }
});

test("page_number: page and base_page, its parameter, and the total counts pages from the base", async (t) => {
  const { asked } = await walk(t, { type: "page_number", base_page: 1, page: 3, page_param: "p", total_path: "n" }, [
    { body: { items: page(1), n: 4 } },
    { body: { items: page(2), n: 4 } },
  ]);
  assert.deepEqual(asked, ["/api/a?p=3", "/api/a?p=4"]);
});

test("offset: counts items, whatever a page holds; names, start and limit", async (t) => {
  const { asked } = await walk(
    t,
    { type: "offset", limit: 10, offset: 5, offset_param: "skip", limit_param: "take", total_path: "n" },
    [{ body: { items: page(1), n: 26 } }],
    { endpoint: { params: { take: 3, q: 1 } } },
  );
  assert.deepEqual(asked, ["/api/a?take=10&q=1&skip=5", "/api/a?take=10&q=1&skip=15", "/api/a?take=10&q=1&skip=25"]);
});

test("offset: in the body and the query at once", async (t) => {
  const { asked } = await walk(
    t,
    { type: "offset", limit: 2, offset_body_path: "page.from", maximum_offset: 4, total_path: null },
    [page(1, 2), page(3, 4), page(5)],
    { endpoint: { method: "POST", json: { page: { by: "id" } } } },
  );
  assert.deepEqual(asked, [
    'POST /api/a?limit=2 {"page":{"by":"id","from":0}}',
    'POST /api/a?limit=2 {"page":{"by":"id","from":2}}',
  ]);
});

test("maximum_page bounds the next page and excludes itself; empty pages go on where nothing stops them", async (t) => {
  const until = { type: "page_number", maximum_page: 2, total_path: null } as const;
  assert.deepEqual((await walk(t, { ...until, base_page: 1 }, [page(1)])).asked, ["/api/a?page=1"]);
  const { asked } = await walk(t, { ...until, stop_after_empty_page: false }, [[]]);
  assert.deepEqual(asked, ["/api/a?page=0", "/api/a?page=1"]);
});

test("the paginator of an endpoint wins over that of the defaults, that over the client's; null and auto are none", async (t) => {
  const link = { items: page(1), next: "/n", other: "/o", third: "/t" };
  const answers = [{ body: link }, { body: { items: [], next: null } }];
  const api = await serve(t, (_, response, turn) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answers[(turn - 1) % 2]?.body));
  });
  const path = (next_url_path: string) => ({ type: "json_link" as const, next_url_path });
  const second = async (endpoint: EndpointConfig, defaults?: EndpointConfig, client?: PaginatorConfig) => {
    api.asked.length = 0;
    await extract({
      client: { base_url: api.base, ...(client && { paginator: client }) },
      resource_defaults: { endpoint: defaults },
      resources: [{ name: "a", endpoint }],
    });
    return api.asked[1]?.target;
  };
  assert.equal(await second({ paginator: path("third") }, { paginator: path("other") }, "json_link"), "/t");
  assert.equal(await second({}, { paginator: path("other") }, "json_link"), "/o");
  assert.equal(await second({}, {}, path("other")), "/o");
  assert.equal(await second({ paginator: null }, { paginator: path("other") }, path("third")), "/t");
  assert.equal(await second({ paginator: "auto" }, {}, path("third")), "/t");
  assert.equal(await second({ paginator: { type: "auto" } }), "/n", "detected");
  assert.equal(await second({}, {}, "auto"), "/n", "detected");
  assert.equal(await second({ paginator: "single_page" }, {}, path("third")), undefined);
});

test("detection: each kind asks for its next page, guesses are warned about", async (t) => {
  const last = { body: { items: [] } };
  const cases: readonly (readonly [string, Answer, string | undefined, boolean])[] = [
    ["header_link", { body: page(1), headers: { link: '<BASE/l>; rel="next"' } }, "/l", false],
    ["json_link", { body: { items: page(1), Next_Page: "/j" } }, "/j", false],
    ["json_link in an object", { body: { items: page(1), m: { next: { url: "/u", href: "/h" } } } }, "/u", false],
    ["page_number", { body: { items: page(1), meta: { TotalPages: "2" } } }, "/api/a?page=1", true],
    ["cursor", { body: { items: page(1), pages: "x", next: "tok" } }, "/api/a?cursor=tok", true],
    ["cursor of a number", { body: { items: page(1), m: { nextCursor: 7 } } }, "/api/a?cursor=7", true],
    ["not in a list, and not null", { body: { items: [{ next: "/x" }], next: null } }, undefined, true],
    ["one object", { body: { id: 1 } }, undefined, false],
  ];
  for (const [name, first, second, guessed] of cases) {
    const { asked, warnings } = await walk(t, undefined, [first, last]);
    assert.equal(asked[1], second, name);
    assert.deepEqual(warnings, guessed ? ["W_PAGINATOR_GUESSED"] : [], name);
  }
});

test("selector and paginator are found on the first page and kept for the later ones", async (t) => {
  const { records } = await walk(t, "json_link", [
    { body: { meta: { tags: [1] }, rows: page(1), next: "/2" } },
    { body: { data: page(9), rows: page(2), next: null } },
  ]);
  assert.deepEqual(records, page(1, 2));
});
