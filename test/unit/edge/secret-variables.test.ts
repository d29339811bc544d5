import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedactor } from "../../../src/core/redact.ts";
import { secretVariableValues } from "../../../src/edge/shared/secret-variables.ts";

test("the password of a proxy is masked however the proxy is written; a proxy without one is no secret", () => {
  for (const value of ["http://me:canary-w%40rd@proxy.test:3128", "me:canary-w%40rd@proxy.test:3128"]) {
    for (const name of ["HTTP_PROXY", "https_proxy"]) {
      const redact = createRedactor(secretVariableValues({ [name]: value }));
      for (const form of ["canary-w%40rd", "canary-w@rd", value])
        assert.equal(redact(form), "***", `${value}: ${form}`);
      const basic = Buffer.from("me:canary-w@rd").toString("base64");
      assert.ok(!redact(basic).includes(basic.slice(8)), "nor in a header");
    }
  }
  assert.deepEqual(secretVariableValues({ HTTP_PROXY: "http://proxy.test:3128", NO_PROXY: "a@b" }), []);
});
