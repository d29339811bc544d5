/** `--endpoints`: which endpoints patterns choose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../src/core/errors.ts";
import { type Choosable, chooseResources } from "../../../src/generate/choose-resources.ts";

const one = (name: string, path: string, id: string, tableName: string, ...tags: string[]): Choosable => ({
  name,
  tableName,
  operation: { id, path, tags, method: "GET", deprecated: false, comment: undefined },
});
const RESOURCES = [
  one("orders", "/orders", "listOrders", "order", "Shop", "v2"),
  one("order", "/orders/{id}", "getOrder", "order", "Shop"),
  one("users", "/users", "listUsers", "user", "People"),
  one("health", "/health.json", "health+check", "health"),
];

const CASES: readonly (readonly [patterns: readonly string[], names: readonly string[]])[] = [
  [[], ["orders", "order", "users", "health"]],
  [
    ["", " "],
    ["orders", "order", "users", "health"],
  ],
  [["/orders"], ["orders"]],
  [["/orders*"], ["orders", "order"]],
  [["/orders/{id}"], ["order"]],
  [["list*"], ["orders", "users"]],
  [["user?"], ["users"]],
  [["user"], ["users"]],
  [["tag:Shop"], ["orders", "order"]],
  [["TAG:v?"], ["orders"]],
  [
    ["tag:*", "-tag:People"],
    ["orders", "order"],
  ],
  [["-/orders/*"], ["orders", "users", "health"]],
  [
    ["-order", "+getOrder"],
    ["order", "users", "health"],
  ],
  [
    ["users", " /orders "],
    ["orders", "users"],
  ],
  [["health+check"], ["health"]],
  [["/health.json"], ["health"]],
];

for (const [patterns, names] of CASES) {
  test(`${JSON.stringify(patterns)} chooses ${names.join(", ")}`, () => {
    assert.deepEqual(
      chooseResources(RESOURCES, patterns).map(({ name }) => name),
      names,
    );
  });
}

test("a pattern that fits nothing is an error that guesses or lists the tags", () => {
  for (const [pattern, hint] of [
    ["/order", /Did you mean "\/orders"\?/],
    ["tag:Shops", /Did you mean "tag:Shop"\?/],
    ["tag:none-at-all", /Tags: Shop, v2, People\./],
    ["/healthxjson", /Did you mean "\/health\.json"\?/],
    ["completely-different", /compared with paths/],
  ] as const) {
    assert.throws(
      () => chooseResources(RESOURCES, [pattern]),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.code, "E_INPUT");
        assert.match(error.hint ?? "", hint);
        return true;
      },
      pattern,
    );
  }
});

test("patterns of an earlier time may name what is gone; nothing left is an error", () => {
  const chosen = chooseResources(RESOURCES, ["gone", "users"], true);
  assert.deepEqual(chosen, [RESOURCES[2]]);
  assert.throws(() => chooseResources(RESOURCES, ["gone"], true), /leaves no endpoint/);
  assert.throws(() => chooseResources(RESOURCES, ["-*"]), /leaves no endpoint/);
});
