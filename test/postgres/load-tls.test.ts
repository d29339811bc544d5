/** Encrypted connections against certificates made for the test by `openssl`. The password must never come before trust. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import { SluiceError } from "../../src/core/errors.ts";
import { WarningLog } from "../../src/core/warnings.ts";
import { DATASET, destinationFor, PIPELINE, tempFolder } from "../support/package-builder.ts";
import { certificate, passwordThief, skipWithoutOpenssl } from "../support/tls.ts";

const PASSWORD = "canary-password";

const skip = skipWithoutOpenssl();

async function connectTo(port: number, query: string, warnings = new WarningLog()): Promise<SluiceError> {
  const destination = destinationFor(`postgresql://u:${PASSWORD}@localhost:${port}/d?${query}`, {
    connectWait: 0,
    maxAttempts: 1,
  });
  const signal = AbortSignal.timeout(5000);
  try {
    await destination.sync({ dataset: DATASET, pipeline: PIPELINE, schemas: [], signal, warn: warnings.warn });
  } catch (error) {
    assert.ok(error instanceof SluiceError, inspect(error));
    assert.ok(!inspect(error, { depth: 10 }).includes(PASSWORD));
    return error;
  }
  throw new assert.AssertionError({ message: "the server lets nobody in" });
}

suite("TLS to the database", { skip }, () => {
  test("unknown authority, other name: E_DEST_TLS and no password", async (t) => {
    const folder = await tempFolder(t);
    const good = certificate(folder, "localhost");
    const other = certificate(folder, "other.example");
    const cases: readonly (readonly [string, { cert: string; key: string }, string])[] = [
      ["unknown authority", good, "sslmode=verify-full"],
      ["unknown authority", good, "sslmode=verify-ca"],
      ["other name", other, `sslmode=verify-full&sslrootcert=${encodeURIComponent(other.cert)}`],
      ["another authority", good, `sslmode=require&sslrootcert=${encodeURIComponent(other.cert)}`],
    ];
    for (const [name, pair, query] of cases) {
      const thief = await passwordThief(t, pair);
      const error = await connectTo(thief.port, query);
      assert.equal(error.code, "E_DEST_TLS", `${name}: ${error.message}`);
      assert.ok(!thief.heard().includes(PASSWORD), name);
      assert.ok(!thief.heard().includes("user"), `${name}: not even the user's name`);
    }
  });

  test("trusted certificates pass: the password is sent, over TLS", async (t) => {
    const folder = await tempFolder(t);
    const good = certificate(folder, "localhost");
    const other = certificate(folder, "other.example");
    for (const [pair, query] of [
      [good, `sslmode=verify-full&sslrootcert=${encodeURIComponent(good.cert)}`],
      [other, `sslmode=verify-ca&sslrootcert=${encodeURIComponent(other.cert)}`],
      [other, `sslmode=require&sslrootcert=${encodeURIComponent(other.cert)}`],
    ] as const) {
      const thief = await passwordThief(t, pair);
      assert.equal((await connectTo(thief.port, query)).code, "E_DEST_UNAVAILABLE", query);
      assert.ok(thief.heard().includes(PASSWORD), query);
    }
  });

  test("require without a root certificate encrypts and warns", async (t) => {
    const thief = await passwordThief(t, certificate(await tempFolder(t), "other.example"));
    const warnings = new WarningLog();
    assert.equal((await connectTo(thief.port, "sslmode=require", warnings)).code, "E_DEST_UNAVAILABLE");
    assert.deepEqual(
      warnings.all.map(({ code }) => code),
      ["W_TLS"],
    );
  });

  test("channel_binding=require: a server that asks for the plain password does not get it", async (t) => {
    const pair = certificate(await tempFolder(t), "localhost");
    const thief = await passwordThief(t, pair);
    const query = `sslmode=verify-full&channel_binding=require&sslrootcert=${encodeURIComponent(pair.cert)}`;
    assert.equal((await connectTo(thief.port, query)).code, "E_DEST_TLS");
    assert.ok(!thief.heard().includes(PASSWORD));
  });
});
