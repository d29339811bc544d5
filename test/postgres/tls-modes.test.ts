/**
 * Every `sslmode` against every kind of server: with a certificate of a test authority, expired, for another name,
 * self-signed, or without TLS. Who is refused must not have heard the password, nor anything else but the request for TLS.
 */
import assert from "node:assert/strict";
import { chownSync, statSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import pg from "pg";
import { SluiceError } from "../../src/core/errors.ts";
import { WarningLog } from "../../src/core/warnings.ts";
import type { PostgresOptions } from "../../src/destination/postgres/create-postgres.ts";
import { startEmbeddedPostgres } from "../../src/destination/postgres/embedded/start.ts";
import { assertFailed, folder as cliFolder, jsonApi, shopFile, sluice } from "../cli/support.ts";
import { DATASET, destinationFor, PIPELINE, tempFolder } from "../support/package-builder.ts";
import {
  type Authority,
  authority,
  certificate,
  encryptedKey,
  type Pair,
  type PasswordThief,
  passwordThief,
  skipWithoutOpenssl,
} from "../support/tls.ts";

const PASSWORD = "canary-password";
const skip = skipWithoutOpenssl();

/** Certificates by what is the matter with them. */
interface Certificates {
  readonly ca: Authority;
  readonly good: Pair;
  readonly expired: Pair;
  readonly otherName: Pair;
  readonly selfSigned: Pair;
}

let certificates: Certificates;
const kept: (() => Promise<void>)[] = [];

async function makeCertificates(): Promise<Certificates> {
  const folder = await tempFolder({ after: (end) => void kept.push(end) });
  const ca = authority(folder, "test-ca");
  return {
    ca,
    good: ca.sign("DNS:localhost"),
    expired: ca.sign("DNS:localhost", -1),
    otherName: ca.sign("DNS:other.example"),
    selfSigned: certificate(folder, "localhost"),
  };
}

type Server = Exclude<keyof Certificates, "ca"> | "no TLS";

/** What becomes of the password. */
type Ending = "sent over TLS" | "sent in clear text" | "E_DEST_TLS" | "E_UNSAFE_URL";

const EVERY_SERVER = ["good", "expired", "otherName", "selfSigned", "no TLS"] as const;

/** Connects as far as the password and says what came of it. */
async function ending(
  thief: PasswordThief,
  query: string,
  options: Partial<PostgresOptions> & { readonly host?: string; readonly warnings?: WarningLog } = {},
): Promise<{ readonly ending: string; readonly message: string }> {
  const { host = "localhost", warnings = new WarningLog(), ...more } = options;
  let error: unknown;
  try {
    const url = `postgresql://u:${PASSWORD}@${host}:${thief.port}/d${query}`;
    const destination = destinationFor(url, { connectWait: 0, maxAttempts: 1, ...more });
    const signal = AbortSignal.timeout(5000);
    await destination.sync({ dataset: DATASET, pipeline: PIPELINE, schemas: [], signal, warn: warnings.warn });
  } catch (caught) {
    error = caught;
  }
  assert.ok(error instanceof SluiceError, String(error));
  const said = `${error.message} ${error.hint}`;
  assert.ok(!said.includes(PASSWORD));
  if (thief.clear().includes(PASSWORD)) return { ending: "sent in clear text", message: said };
  if (thief.heard().includes(PASSWORD)) return { ending: "sent over TLS", message: said };
  // The request for TLS is all that came, be it once or never.
  assert.ok(["", "0000000804d2162f"].includes(Buffer.from(thief.heard(), "latin1").toString("hex")), "bytes sent");
  return { ending: error.code, message: said };
}

suite("TLS to the database, mode by mode", { skip }, () => {
  before(async () => {
    certificates = await makeCertificates();
  });
  after(async () => {
    for (const end of kept) await end();
  });

  const withCa = () => `&sslrootcert=${encodeURIComponent(certificates.ca.cert)}`;
  const open = (server: Server) => (server === "no TLS" ? server : certificates[server]);

  /** The same for every certificate. */
  const whatever = (ending: Ending, withoutTls: Ending): Readonly<Record<Server, Ending>> => ({
    good: ending,
    expired: ending,
    otherName: ending,
    selfSigned: ending,
    "no TLS": withoutTls,
  });

  /** sslmode -> what becomes of the password at each server. */
  const MATRIX: readonly (readonly [string, boolean, Readonly<Record<Server, Ending>>])[] = [
    ["disable", false, whatever("sent in clear text", "sent in clear text")],
    ["prefer", false, whatever("sent over TLS", "sent in clear text")],
    ["allow", false, whatever("sent in clear text", "sent in clear text")],
    ["require", false, whatever("sent over TLS", "E_DEST_TLS")],
    [
      "require",
      true,
      {
        good: "sent over TLS",
        expired: "E_DEST_TLS",
        otherName: "sent over TLS",
        selfSigned: "E_DEST_TLS",
        "no TLS": "E_DEST_TLS",
      },
    ],
    [
      "verify-ca",
      true,
      {
        good: "sent over TLS",
        expired: "E_DEST_TLS",
        otherName: "sent over TLS",
        selfSigned: "E_DEST_TLS",
        "no TLS": "E_DEST_TLS",
      },
    ],
    [
      "verify-full",
      true,
      {
        good: "sent over TLS",
        expired: "E_DEST_TLS",
        otherName: "E_DEST_TLS",
        selfSigned: "E_DEST_TLS",
        "no TLS": "E_DEST_TLS",
      },
    ],
    // Without a root certificate those that everybody trusts are asked: the test's authority is none of them.
    ...(["verify-ca", "verify-full"] as const).map(
      (mode) => [mode, false, whatever("E_DEST_TLS", "E_DEST_TLS")] as const,
    ),
  ];

  for (const [mode, rooted, endings] of MATRIX) {
    test(`sslmode=${mode}${rooted ? " with a root certificate" : ""}: who gets the password`, async (t) => {
      for (const server of EVERY_SERVER) {
        const thief = await passwordThief(t, open(server));
        const found = await ending(thief, `?sslmode=${mode}${rooted ? withCa() : ""}`);
        assert.equal(found.ending, endings[server], `${server}: ${found.message}`);
        if (server === "expired" && endings.expired === "E_DEST_TLS" && rooted) assert.match(found.message, /expired/);
      }
    });
  }

  test("require without a root certificate warns once, whoever answers; the others do not", async (t) => {
    for (const [query, codes] of [
      ["?sslmode=require", ["W_TLS"]],
      [`?sslmode=require${withCa()}`, []],
      [`?sslmode=verify-ca${withCa()}`, []],
      ["?sslmode=prefer", []],
    ] as const) {
      const warnings = new WarningLog();
      await ending(await passwordThief(t, open("good")), query, { warnings });
      assert.deepEqual(
        warnings.all.map(({ code }) => code),
        codes,
        query,
      );
    }
  });

  test("another machine: verify-full unless it is said otherwise, and nothing that may be clear text", async (t) => {
    const address = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    if (address === undefined) return t.skip("SKIPPED: this machine has no address but loopback");
    const named = certificates.ca.sign(`IP:${address}`);
    const at = (pair: Pair | "no TLS") => passwordThief(t, pair, address);
    const from = { host: address };
    const ca = withCa().slice(1);
    assert.equal((await ending(await at(named), `?${ca}`, from)).ending, "sent over TLS");
    const mismatch = await ending(await at(certificates.good), `?${ca}`, from);
    assert.equal(mismatch.ending, "E_DEST_TLS", mismatch.message);
    // As AlloyDB's: the name in its certificate is not its address.
    assert.equal((await ending(await at(certificates.good), `?sslmode=verify-ca&${ca}`, from)).ending, "sent over TLS");
    assert.equal((await ending(await at(named), "", from)).ending, "E_DEST_TLS", "an authority that nobody knows");
    for (const mode of ["disable", "allow", "prefer"]) {
      const thief = await at("no TLS");
      const refused = await ending(thief, `?sslmode=${mode}`, from);
      assert.equal(refused.ending, "E_UNSAFE_URL", mode);
      assert.match(refused.message, /sslmode=require/);
      assert.equal(thief.heard(), "");
      const allowed = await ending(thief, `?sslmode=${mode}`, { ...from, allowInsecurePostgres: true });
      assert.equal(allowed.ending, "sent in clear text", mode);
    }
  });

  test("a root certificate as path, as text, as that of the machine, and over an input", async (t) => {
    const { ca, good } = certificates;
    const mode = "?sslmode=verify-full";
    const path = `${mode}&sslrootcert=${encodeURIComponent(ca.path)}`;
    assert.equal((await ending(await passwordThief(t, good), path)).ending, "sent over TLS");
    assert.equal((await ending(await passwordThief(t, good), `${mode}${withCa()}`)).ending, "sent over TLS");
    const input = { caCertificate: ca.cert };
    assert.equal((await ending(await passwordThief(t, good), mode, input)).ending, "sent over TLS");
    assert.equal((await ending(await passwordThief(t, good), `${mode}&sslrootcert=system`)).ending, "E_DEST_TLS");
    const absent = await ending(await passwordThief(t, good), `${mode}&sslrootcert=no-such-file`).catch(String);
    assert.equal((absent as { ending: string }).ending, "E_INPUT");
  });

  test("the machine's store is asked with sslrootcert=system; no variable switches verification off", async (t) => {
    const { ca, good, selfSigned } = certificates;
    const cwd = await cliFolder(t, { "shop.json": shopFile("http://127.0.0.1:9", ["orders"]) });
    const connect = (port: number, query: string, environment: Readonly<Record<string, string>>) =>
      sluice(["run", "shop.json", "--json", "--connect-wait", "0"], {
        cwd,
        environment: {
          ...environment,
          DESTINATION__POSTGRES__CREDENTIALS: `postgresql://u:${PASSWORD}@localhost:${port}/d?sslmode=verify-full${query}`,
        },
      });
    const trusted = await passwordThief(t, good);
    await connect(trusted.port, "&sslrootcert=system", { SSL_CERT_FILE: ca.path });
    assert.ok(trusted.heard().includes(PASSWORD) && !trusted.clear().includes(PASSWORD));
    for (const environment of [{ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, { PGSSLMODE: "disable" }]) {
      const stranger = await passwordThief(t, selfSigned);
      const ended = await connect(stranger.port, "", environment);
      assert.equal(JSON.parse(ended.stdout).code, "E_DEST_TLS", ended.stderr);
      assert.ok(!stranger.heard().includes(PASSWORD));
    }
  });

  test("a client certificate is shown, from text, from a path, with an encrypted key", async (t) => {
    const folder = await tempFolder(t);
    const { ca, good } = certificates;
    const mine = ca.sign("DNS:loader");
    const key = encryptedKey(folder, mine.key, "key-password");
    const path = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const server = { ...good, requestCert: true, ca: ca.cert };
    const query = (values: Readonly<Record<string, string>>) =>
      `?${new URLSearchParams({ sslmode: "verify-full", sslrootcert: ca.cert, ...values })}`.replaceAll("+", "%20");
    for (const values of [
      { sslcert: mine.cert, sslkey: mine.key },
      { sslcert: path("mine.crt", mine.cert), sslkey: path("mine.key", mine.key) },
      { sslcert: mine.cert, sslkey: key, sslpassword: "key-password" },
    ]) {
      const thief = await passwordThief(t, server);
      assert.equal((await ending(thief, query(values))).ending, "sent over TLS");
      assert.deepEqual(thief.clients, ["loader"]);
    }
    const thief = await passwordThief(t, server);
    const without = await ending(thief, query({}));
    assert.notEqual(without.ending, "sent over TLS");
    assert.deepEqual(thief.clients, []);
    const wrong = await ending(
      await passwordThief(t, server),
      query({ sslcert: mine.cert, sslkey: key, sslpassword: "x" }),
    );
    assert.equal(wrong.ending, "E_DEST_TLS", wrong.message);
  });

  test("TLS at once, without asking for it", async (t) => {
    const { createServer } = await import("node:tls");
    let heard = "";
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer({ ...certificates.good, ALPNProtocols: ["postgresql"] }, (socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("data", (data) => {
        heard += data.toString("latin1");
        if (heard.includes(PASSWORD)) socket.destroy();
        else socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port } = server.address() as { port: number };
    const thief = { port, heard: () => heard, clear: () => "", clients: [] };
    const found = await ending(thief, `?sslmode=verify-full&sslnegotiation=direct${withCa()}`);
    assert.equal(found.ending, "sent over TLS", found.message);
  });

  test("a PostgreSQL that asks for a certificate: a load, exit 0; without the certificate exit 4", async (t) => {
    const ends: (() => Promise<void>)[] = [];
    const folder = await tempFolder({ after: (end) => void ends.push(end) });
    const server = await startEmbeddedPostgres({ folder, password: "own-server", settings: { fsync: "off" } });
    t.after(async () => {
      await server.stop();
      for (const end of ends) await end();
    });
    const data = join(folder, "postgres", "data");
    const { uid, gid } = statSync(data);
    const put = (name: string, text: string) => {
      writeFileSync(join(data, name), text, { mode: 0o600 });
      chownSync(join(data, name), uid, gid);
    };
    const { ca, good } = certificates;
    put("server.crt", good.cert);
    put("server.key", good.key);
    put("ca.crt", ca.cert);
    const admin = new pg.Client({ connectionString: server.connectionString });
    await admin.connect();
    const user = new URL(server.connectionString).username;
    put("pg_hba.conf", `hostssl all ${user} 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n`);
    await admin.query("ALTER SYSTEM SET ssl_ca_file = 'ca.crt'");
    await admin.query("ALTER SYSTEM SET ssl = on");
    await admin.query("SELECT pg_reload_conf()");
    await admin.end();

    const api = await jsonApi(t, { "/orders": `[{"id":1}]` });
    const cwd = await cliFolder(t, { "shop.json": shopFile(api.url, ["orders"]) });
    const mine = ca.sign("DNS:loader");
    const url = new URL(server.connectionString);
    url.hostname = "localhost";
    const load = (values: Readonly<Record<string, string>>) => {
      url.search = new URLSearchParams({ sslmode: "verify-full", sslrootcert: ca.cert, ...values })
        .toString()
        .replaceAll("+", "%20");
      const environment = { DESTINATION__POSTGRES__CREDENTIALS: url.href };
      return sluice(["run", "shop.json", "--json", "--connect-wait", "3"], { cwd, environment });
    };
    const loaded = await load({ sslcert: mine.cert, sslkey: mine.key });
    assert.equal(loaded.code, 0, loaded.stderr);
    const { message } = assertFailed(await load({}), "E_DEST_AUTH", 4);
    assert.match(message, /certificate/);
    // Clear text comes first here, and is refused by the server.
    const allowed = await load({ sslmode: "allow", sslcert: mine.cert, sslkey: mine.key });
    assert.equal(allowed.code, 0, allowed.stderr);
  });

  test("parameters that nobody knows, and values that no parameter takes, are errors and show nothing", async (t) => {
    const thief = await passwordThief(t, "no TLS");
    for (const query of [
      "sslmode=no-verify",
      "sslmode=",
      "sslmode=Require",
      "ssl=true",
      "sslmod=require",
      "sslrootcrt=x",
      "requiressl=1",
      "channel_binding=maybe",
      "sslnegotiation=maybe",
      "target_session_attrs=standby",
      "connect_timeout=soon",
    ]) {
      const refused = await ending(thief, `?${query}`);
      assert.equal(refused.ending, "E_INPUT", query);
      if (/^[a-z]+=(true|1|x|require)$/.test(query))
        assert.match(refused.message, /the parameter \w+ is not supported/);
    }
    assert.equal(thief.heard(), "");
  });
});
