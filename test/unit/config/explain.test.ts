import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { faultsFromZod } from "../../../src/config/explain.ts";

const paginator = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("single_page") }),
  z.strictObject({ type: z.literal("page_number"), page_param: z.string().optional(), base_page: z.int().optional() }),
  z.strictObject({ type: z.literal("offset"), limit: z.int(), offset_param: z.string().optional() }),
]);
const endpoint = z.strictObject({
  path: z.string().optional(),
  method: z.enum(["GET", "POST"]).optional(),
  paginator: z
    .union([z.enum(["single_page", "page_number", "offset"]), paginator])
    .nullable()
    .optional(),
  params: z.record(z.string(), z.unknown()).optional(),
});
const schema = z.strictObject({
  client: z.strictObject({
    base_url: z.string(),
    auth: z
      .union([z.enum(["bearer"]), z.strictObject({ type: z.literal("bearer"), token: z.string() })])
      .nullable()
      .optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  resources: z.array(z.union([z.string(), z.strictObject({ name: z.string(), endpoint: endpoint.optional() })])),
});

const client = { base_url: "x" };
const withEndpoint = (value: unknown) => ({ client, resources: ["a", { name: "b", endpoint: value }] });

const CASES: readonly [title: string, input: unknown, expected: readonly string[]][] = [
  [
    "a key that stands one level too high or too low is told where it belongs",
    {
      client,
      base_url: "x",
      resources: [{ name: "a", params: { q: 1 }, paginator: "single_page", endpoint: { name: "a" } }],
    },
    [
      'resources.0.endpoint.name unknown_key: unknown key "name"; it belongs beside endpoint, not below it',
      'resources.0.params unknown_key: unknown key "params"; it belongs below endpoint',
      'resources.0.paginator unknown_key: unknown key "paginator"; it belongs below endpoint',
      'base_url unknown_key: unknown key "base_url"; it belongs below client',
    ],
  ],
  [
    "a misspelt key names the nearest one that is known there",
    withEndpoint({ pth: "x" }),
    ['resources.1.endpoint.pth unknown_key: unknown key "pth"; did you mean "path"?'],
  ],
  [
    "a key that resembles none lists the known ones",
    { client: { base_url: "x", zzzzzz: 1 }, resources: [] },
    ['client.zzzzzz unknown_key: unknown key "zzzzzz"; known here: auth, headers'],
  ],
  [
    "a key of another kind of paginator is unknown in this one",
    withEndpoint({ paginator: { type: "page_number", offset_parm: "o", page_parm: "p" } }),
    [
      'resources.1.endpoint.paginator.offset_parm unknown_key: unknown key "offset_parm"; known here: page_param, base_page',
      'resources.1.endpoint.paginator.page_parm unknown_key: unknown key "page_parm"; did you mean "page_param"?',
    ],
  ],
  [
    "an unknown kind lists all kinds and the nearest",
    withEndpoint({ paginator: { type: "page_nmber" } }),
    [
      'resources.1.endpoint.paginator.type unknown_type: expected one of single_page, page_number, offset, found the text "page_nmber"; did you mean "page_number"?',
    ],
  ],
  [
    "a shorthand that names no kind",
    withEndpoint({ paginator: "ofset" }),
    [
      'resources.1.endpoint.paginator unknown_type: expected one of single_page, page_number, offset, found the text "ofset"; did you mean "offset"?',
    ],
  ],
  [
    "a kind that is not named at all",
    withEndpoint({ paginator: {} }),
    [
      'resources.1.endpoint.paginator.type missing_key: the key "type" is missing; one of single_page, page_number, offset',
    ],
  ],
  [
    "a required argument",
    withEndpoint({ paginator: { type: "offset" } }),
    ['resources.1.endpoint.paginator.limit missing_key: the key "limit" is missing'],
  ],
  [
    "a wrong type says what was expected and found",
    withEndpoint({ path: 3, params: [], paginator: { type: "page_number", base_page: "1" } }),
    [
      "resources.1.endpoint.path type: expected text, found 3",
      'resources.1.endpoint.paginator.base_page type: expected a number, found the text "1"',
      "resources.1.endpoint.params type: expected a mapping, found a list",
    ],
  ],
  [
    "a word outside the known ones",
    withEndpoint({ method: "post" }),
    [
      'resources.1.endpoint.method unknown_type: expected one of GET, POST, found the text "post"; did you mean "POST"?',
    ],
  ],
  [
    "a value of no allowed kind",
    { client, resources: [3, { name: "x", endpoint: { paginator: 1 } }] },
    [
      "resources.0 type: expected text or a mapping, found 3",
      "resources.1.endpoint.paginator type: expected one of single_page, page_number, offset or a mapping, found 1",
    ],
  ],
  [
    "missing keys of the top",
    {},
    ['client missing_key: the key "client" is missing', 'resources missing_key: the key "resources" is missing'],
  ],
];

for (const [title, input, expected] of CASES) {
  test(title, () => {
    const { error } = schema.safeParse(input);
    assert.ok(error);
    const seen = faultsFromZod(error, input, schema).map(
      (fault) =>
        `${fault.path.join(".")} ${fault.reason}: ${fault.message}${fault.suggestion === undefined ? "" : `; ${fault.suggestion}`}`,
    );
    assert.deepEqual(seen, expected);
  });
}

test("values of secrets are never quoted, nor text that stands where a secret may", () => {
  const canary = "glpat-canary-value";
  const inputs = [
    { client: { base_url: "x", auth: canary }, resources: [] },
    { client: { base_url: "x", auth: { type: "bearer", token: [canary] } }, resources: [] },
    { client: { base_url: "x", auth: { type: "bearer", token: 123456789 } }, resources: [] },
    { client: { base_url: "x", auth: { type: "bearer", tokn: canary } }, resources: [] },
  ];
  for (const input of inputs) {
    const { error } = schema.safeParse(input);
    assert.ok(error);
    const text = JSON.stringify(faultsFromZod(error, input, schema));
    assert.doesNotMatch(text, /canary|123456/);
  }
});

test("a refinement names its own reason", () => {
  const own = z.strictObject({ a: z.int() }).check((context) => {
    context.issues.push({
      code: "custom",
      message: "a and b exclude each other",
      input: context.value,
      params: { reason: "paginator_arguments" },
    });
  });
  const { error } = own.safeParse({ a: 1 });
  assert.ok(error);
  assert.deepEqual(faultsFromZod(error, { a: 1 }), [
    { path: [], reason: "paginator_arguments", message: "a and b exclude each other" },
  ]);
});
