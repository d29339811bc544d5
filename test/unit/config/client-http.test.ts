/** `client.http` beside the settings that say the same: which wins, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { httpOptions } from "../../../src/edge/shared/build-source.ts";
import { httpOf } from "../../../src/extract/client-http.ts";
import { type Given, load, refusal } from "./support/load.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n";

function given(http: unknown, more: Given & { readonly top?: object } = {}): Given {
  const { top = {}, files = {}, ...rest } = more;
  const text = JSON.stringify({ ...top, source: { client: { base_url: "https://x", http }, resources: ["a"] } });
  return { file: "s.json", files: { "s.json": text, ...files }, ...rest };
}

/** What the HTTP client gets, as `buildSource` puts it together. */
function options(from: Given) {
  const configuration = load(from);
  assert.ok(configuration.source.kind === "rest-api");
  const { concurrency, maxAttempts, backoffFactor, maxRetryWait, idleTimeout, totalTimeout } = {
    ...httpOf(configuration.source.config.client.http),
    ...httpOptions(configuration),
  };
  return [concurrency, maxAttempts, backoffFactor, maxRetryWait, idleTimeout, totalTimeout];
}

const HTTP = { concurrency: 2, max_attempts: 3, backoff_factor: 0.5, max_delay: 60, timeout: 45 };
const DEFAULTS = [8, 5, 1, 300, undefined, undefined];

test("client.http stands before the defaults and .toml files, behind everything that is nearer", () => {
  assert.deepEqual(options(given(undefined)), DEFAULTS);
  assert.deepEqual(options(given(HTTP)), [2, 3, 0.5, 60, 45, undefined]);
  const toml = { ".dlt/config.toml": "[runtime]\nrequest_max_attempts = 9\nrequest_timeout = 90" };
  assert.deepEqual(options(given(undefined, { files: toml })), [8, 9, 1, 300, 90, undefined]);
  assert.deepEqual(options(given(HTTP, { files: toml })), [2, 3, 0.5, 60, 45, undefined]);
  const environment = { RUNTIME__REQUEST_MAX_ATTEMPTS: "7" };
  assert.deepEqual(options(given(HTTP, { environment })), [2, 7, 0.5, 60, 45, undefined]);
  const flags = { "max-in-flight": "4", "idle-timeout": "20" };
  assert.deepEqual(options(given(HTTP, { flags })), [4, 3, 0.5, 60, 20, undefined]);
  assert.deepEqual(options(given(HTTP, { top: { max_retry_wait: 10 } })), [2, 3, 0.5, 10, 45, undefined]);
  // A longer silence than a whole request may take could never be.
  assert.deepEqual(options(given({ timeout: 200 })), [8, 5, 1, 300, 200, 200]);
  assert.deepEqual(options(given({ timeout: 200 }, { flags: { "request-timeout": "60" } })), [8, 5, 1, 300, 200, 60]);
});

test("the trace tells where each value came from", () => {
  const { traces } = load(given(HTTP, { flags: { "max-in-flight": "4" } }));
  const of = (key: string) => traces.filter((trace) => trace.key === key).map(({ value, from }) => [value, from]);
  assert.deepEqual(of("client.http.timeout"), [["45", "s.json:1"]]);
  assert.deepEqual([of("client.http.concurrency"), of("max-in-flight").length], [[], 1]);
  assert.deepEqual([of("max-retry-wait"), of("max-attempts").length], [[], 1]);
});

test("attempts of load transactions stay those of the setting", () => {
  assert.equal(load(given({ max_attempts: 1 })).settings.maxAttempts, 5);
});

test("a certificate file is read, unless an input names another one", () => {
  const files = { "company.pem": PEM, "other.pem": PEM.replace("not", "no other") };
  assert.equal(load(given({ ca_file: "company.pem" }, { files })).caCertificate, PEM);
  const flags = { "ca-certificate": "other.pem" };
  assert.match(load(given({ ca_file: "company.pem" }, { files, flags })).caCertificate ?? "", /no other one/);
  assert.match(
    refusal(given({ ca_file: "none.pem" })).message,
    /source\.client\.http\.ca_file: the file "none\.pem" does not exist/,
  );
  assert.throws(
    () => httpOptions(load(given({ ca_file: "company.pem" }, { files }))),
    /client\.http\.ca_file: the certificate cannot/,
  );
});

test("what cannot be is refused with its place, and a proxy's password is not shown", () => {
  for (const [http, message] of [
    [{ timeout: 0 }, /http\.timeout: expected at least 1/],
    [{ max_attempts: 1.5 }, /http\.max_attempts: expected a whole number/],
    [{ retry_statuses: [200] }, /http\.retry_statuses\[0\]: expected at least 400/],
    [{ retry_statuses: 503 }, /http\.retry_statuses: expected a list/],
    [{ concurrency: 0 }, /http\.concurrency: expected at least 1/],
    [{ rate_limit: { requests: 5 } }, /http\.rate_limit\.per: the key "per" is missing/],
    [{ rate_limit: { requests: 0, per: 1 } }, /http\.rate_limit\.requests: expected at least 1/],
    [{ rate_limit: { requests: 5, per: "1 month" } }, /http\.rate_limit\.per: expected/],
    [{ rate_limit: { requests: 5, per: "P1M" } }, /http\.rate_limit\.per: expected/],
    [{ rate_limit: 5 }, /http\.rate_limit: expected a mapping/],
    [{ proxy: "socks5://u:pass-word@h:1" }, /http\.proxy: expected the URL of an HTTP proxy/],
    [{ proxy: "u:pass-word@h:1" }, /http\.proxy: expected the URL of an HTTP proxy/],
    [{ max_atempts: 3 }, /unknown key "max_atempts".*max_attempts/s],
  ] as const) {
    const error = refusal(given(http));
    assert.equal(error.code, "E_CONFIG");
    const text = `${error.message} ${error.hint ?? ""}`;
    assert.match(text, message);
    assert.ok(!text.includes("pass-word"), text);
  }
});

test("the URL of a proxy is a secret where it holds a password", () => {
  const secrets = (proxy: string) => load(given({ proxy })).secrets.map((secret) => secret.reveal());
  assert.deepEqual(secrets("http://u:pass-word@h:1"), ["http://u:pass-word@h:1"]);
  assert.deepEqual(secrets("http://h:1"), []);
});
