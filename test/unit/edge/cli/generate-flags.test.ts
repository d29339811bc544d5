import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../../src/core/errors.ts";
import { readFlags } from "../../../../src/edge/cli/generate/flags.ts";
import { storableUrl } from "../../../../src/edge/cli/generate/read-source.ts";

test("flags of the command are told from settings of the network", () => {
  const { flags, network } = readFlags({
    path: "a.yaml",
    config: "c.yml",
    outputPath: "out",
    endpoints: "a,b\nc",
    methods: "get, POST",
    globalLimit: "2",
    format: "json",
    interactive: false,
    compat: true,
    maxAttempts: "3",
    json: true,
  });
  assert.deepEqual(network, { maxAttempts: "3" });
  assert.deepEqual(flags, {
    place: { path: "a.yaml" },
    config: "c.yml",
    outputPath: "out",
    endpoints: ["a", "b", "c"],
    methods: ["get", "post"],
    nameByOperation: false,
    globalLimit: 2,
    format: "json",
    interactive: false,
    compat: true,
    allowOpenapi2: false,
    explain: false,
    update: false,
    force: false,
    json: true,
  });
});

test("flags that do not go together, and limits that are no numbers", () => {
  for (const given of [
    { path: "a", url: "b" },
    { path: "" },
    { config: " " },
    { update: true, force: true },
    { methods: "get,delete" },
    { globalLimit: "many" },
    { globalLimit: "-1" },
    { globalLimit: "1e99" },
  ]) {
    assert.throws(() => readFlags({ outputPath: ".", ...given }), ConfigError, JSON.stringify(given));
  }
});

test("an address is stored without its secrets", () => {
  for (const [url, stored] of [
    ["https://me:word@h/a.yaml", "https://h/a.yaml"],
    ["https://h/a.yaml?private_token=x&v=1", "https://h/a.yaml?v=1"],
    ["https://h/a.yaml?access_token=x", "https://h/a.yaml"],
    ["https://h/a.yaml", "https://h/a.yaml"],
  ] as const) {
    assert.equal(storableUrl(url), stored);
  }
});
