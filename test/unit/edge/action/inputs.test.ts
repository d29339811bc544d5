import assert from "node:assert/strict";
import { test } from "node:test";
import { readInputs, secretValues } from "../../../../src/edge/action/inputs.ts";

test("inputs have the names that the workflow uses, unknown ones too", () => {
  const inputs = readInputs({
    "INPUT_BASE-URL": "https://x",
    INPUT_TOKEN: " secret\n",
    "INPUT_NO-SUCH": "1",
    INPUT_LIMIT: "",
    PATH: "/bin",
  });
  assert.deepEqual(inputs, { "base-url": "https://x", token: "secret", "no-such": "1", limit: "" });
});

test("secrets are found in inputs and in variables named for credentials", () => {
  const found = secretValues({
    INPUT_TOKEN: "t-1",
    "INPUT_CONNECTION-STRING": "dsn-1",
    "INPUT_DATASET-NAME": "no-secret",
    SOURCES__GITLAB__API_KEY: "key-1",
    DESTINATION__POSTGRES__CREDENTIALS: "dsn-2",
    DESTINATION__POSTGRES__CREDENTIALS__PASSWORD: "pw-1",
    DESTINATION__POSTGRES__CREDENTIALS__HOST: "db.example",
    CREDENTIALS: "dsn-3",
    DATABASE_URL: "dsn-4",
    PGPASSWORD: "pw-2",
    TOKEN: "not-ours",
    PATH: "/bin",
    SOURCES__GITLAB__TOKEN: "  ",
  });
  assert.deepEqual([...found].sort(), ["dsn-1", "dsn-2", "dsn-3", "dsn-4", "key-1", "pw-1", "pw-2", "t-1"]);
});
