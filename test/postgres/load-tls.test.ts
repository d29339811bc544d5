/** Encrypted connections against certificates made for the test by `openssl`. The password must never come before trust. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { suite, test } from "node:test";
import { TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { SluiceError } from "../../src/core/errors.ts";
import { WarningLog } from "../../src/core/warnings.ts";
import { DATASET, destinationFor, PIPELINE, tempFolder } from "../support/package-builder.ts";

const PASSWORD = "canary-password";

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const skip = hasOpenssl() ? false : "SKIPPED: no openssl program to make certificates with";
if (skip !== false) console.error(skip);

/** A self-signed certificate for a name. */
function certificate(folder: string, name: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "10"];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}

/** Speaks PostgreSQL as far as the request for a clear-text password, over TLS; keeps what it was sent. */
async function passwordThief(
  t: { after(end: () => void): void },
  pair: { readonly cert: string; readonly key: string },
): Promise<{ readonly port: number; readonly heard: () => string }> {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", (request) => {
      heard.push(request);
      socket.write("S");
      const secure = new TLSSocket(socket, { isServer: true, ...pair });
      secure.on("error", () => {});
      secure.on("data", (data) => {
        heard.push(data);
        // AuthenticationCleartextPassword, once the start-up message is there; then goodbye.
        if (heard.length === 2) secure.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
        else secure.destroy();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, heard: () => Buffer.concat(heard).toString("latin1") };
}

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
