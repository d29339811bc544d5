import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import { SluiceError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import { parseConnectionString } from "../../../src/destination/postgres/connection-string.ts";
import { connectionTarget, displayName } from "../../../src/destination/postgres/connection-target.ts";
import { passwordFromFile } from "../../../src/destination/postgres/passfile.ts";
import { isLocalHost } from "../../../src/destination/postgres/tls.ts";
import { tempFolder } from "../../support/package-builder.ts";

const RULES = { environment: {}, allowInsecure: false, caCertificate: undefined };

function parse(text: string) {
  return parseConnectionString(new Secret(text));
}

function target(text: string, rules: Partial<typeof RULES> & { environment?: Record<string, string> } = {}) {
  return connectionTarget(parse(text), { ...RULES, ...rules });
}

/** The code of the error, after checking that neither message nor inspection shows the text or the password. */
function refusal(text: string, password: string, rules: Partial<typeof RULES> = {}): string {
  try {
    target(text, rules);
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    const shown = inspect(error, { depth: 5 });
    assert.ok(!shown.includes(password) && !shown.includes(text), shown);
    return error.code;
  }
  return "none";
}

suite("connection string", () => {
  test("passwords with any character, percent-encoded", () => {
    for (const password of ["p@ss/w:o?r#d%+ \"'\\$&é", "ü€😀", "a b", "%25", "[::1]", "=&="]) {
      const parts = parse(`postgresql://us%40er:${encodeURIComponent(password)}@db.example.com:6432/my%2Fdb`);
      assert.equal(parts.password?.reveal(), password);
      assert.deepEqual([parts.user, parts.database], ["us@er", "my/db"]);
      assert.deepEqual(parts.hosts, [{ host: "db.example.com", port: 6432 }]);
      assert.ok(!inspect(parts, { depth: 5 }).includes(password));
    }
    assert.equal(parse("postgres://u:a@b@h/d").password?.reveal(), "a@b");
  });

  test("hosts: several, IPv6, unix sockets, given as parameters", () => {
    assert.deepEqual(parse("postgresql://u@[::1]:5433,[fe80::1],h:1/d").hosts, [
      { host: "::1", port: 5433 },
      { host: "fe80::1", port: undefined },
      { host: "h", port: 1 },
    ]);
    assert.deepEqual(parse("postgresql://u@%2Fvar%2Frun%2Fpostgresql/d").hosts[0]?.host, "/var/run/postgresql");
    assert.deepEqual(parse("postgresql:///d?host=/tmp&port=5433&user=u").hosts, [{ host: "/tmp", port: 5433 }]);
    assert.equal(target("postgresql://u@h:1,i:2/d?sslmode=require").hosts.length, 2);
    assert.equal(displayName(target("postgresql://u:secret@[::1]/d")), "[::1]:5432/d");
  });

  test("what cannot be used is an error that does not show the text", () => {
    const password = "hunter2hunter2";
    for (const text of [
      `mysql://u:${password}@h/d`,
      `${password}`,
      `postgresql://u:${password}%@h/d`,
      `postgresql://u:${password}%ff@h/d`,
      `postgresql://u:${password}@h:port/d`,
      `postgresql://u:${password}@h:99999/d`,
      `postgresql://u:${password}/x@h/d`,
      `postgresql://u:${password}@fe80::1/d`,
      `postgresql://u:${password}@h/d?sslmod=require`,
      `postgresql://u:${password}@h/d?${password}`,
      `postgresql://u:${password}@h/d?sslmode=requires`,
      `postgresql://u:${password}@h/d?connect_timeout=x`,
      `postgresql://u:${password}@h/d?options=-z`,
      `postgresql://u:${password}@h/d?sslrootcert=/nowhere/ca.pem&sslmode=verify-ca`,
      `postgresql://:${password}@h/d`,
    ]) {
      assert.equal(refusal(text, password), "E_INPUT", text);
    }
  });

  test("sslmode has libpq's meaning", () => {
    const tls = (query: string, rules = {}) => target(`postgresql://u@h.example/d${query}`, rules).hosts[0]?.tls;
    const options = (query: string, rules = {}) => {
      const found = tls(query, rules)?.options;
      assert.ok(found !== undefined && found !== false, query);
      return found;
    };
    const full = options("");
    assert.equal(full.rejectUnauthorized, true);
    assert.ok(full.checkServerIdentity?.("ignored", certificate("other.example")) instanceof Error);
    assert.equal(full.checkServerIdentity?.("ignored", certificate("h.example")), undefined);
    const ca = options("?sslmode=verify-ca");
    assert.equal(ca.rejectUnauthorized, true);
    assert.equal(ca.checkServerIdentity?.("h", certificate("other.example")), undefined);
    assert.deepEqual(tls("?sslmode=require")?.unverified, true);
    assert.equal(options("?sslmode=require").rejectUnauthorized, false);
    const pem = encodeURIComponent("-----BEGIN CERTIFICATE-----");
    assert.equal(options(`?sslmode=require&sslrootcert=${pem}`).rejectUnauthorized, true);
    assert.equal(
      options("?sslmode=require", { caCertificate: "-----BEGIN CERTIFICATE-----" }).rejectUnauthorized,
      true,
    );
    for (const mode of ["disable", "allow", "prefer"]) {
      const text = `postgresql://u:hunter2hunter2@h.example/d?sslmode=${mode}`;
      assert.equal(refusal(text, "hunter2hunter2"), "E_UNSAFE_URL");
      assert.equal(refusal(text, "hunter2hunter2", { allowInsecure: true }), "none");
      const { options: first, instead } = target(`postgresql://u@127.0.0.1/d?sslmode=${mode}`).hosts[0]?.tls ?? {};
      const ways = [first, instead].map((way) => (typeof way === "object" ? "TLS" : way));
      assert.deepEqual(ways, { disable: [false, undefined], allow: [false, "TLS"], prefer: ["TLS", false] }[mode]);
    }
    assert.equal(target("postgresql://u@localhost/d").hosts[0]?.tls.options, false);
    assert.notEqual(target("postgresql://u@localhost/d?sslmode=verify-full").hosts[0]?.tls.options, false);
  });

  test("this machine is only what cannot be another", () => {
    for (const host of ["localhost", "127.0.0.1", "127.8.8.8", "::1", "0:0:0:0:0:0:0:1", "/tmp"]) {
      assert.equal(isLocalHost(host), true, host);
    }
    for (const host of ["localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "10.0.0.1", "::", "fe80::1"]) {
      assert.equal(isLocalHost(host), false, host);
    }
  });

  test("PG* variables fill in what the string leaves open", () => {
    const environment = { PGUSER: "eu", PGPASSWORD: "ep", PGDATABASE: "ed", PGPORT: "6000", PGSSLMODE: "require" };
    const filled = target("postgresql://h.example", { environment });
    assert.deepEqual([filled.user, filled.password?.reveal(), filled.database], ["eu", "ep", "ed"]);
    assert.deepEqual([filled.hosts[0]?.port, filled.hosts[0]?.tls.unverified], [6000, true]);
    const own = target("postgresql://u:p@h.example:1/d?sslmode=verify-full", { environment });
    assert.deepEqual([own.user, own.password?.reveal(), own.database], ["u", "p", "d"]);
    assert.deepEqual([own.hosts[0]?.port, own.hosts[0]?.tls.unverified], [1, false]);
  });

  test("options become settings of the transaction", () => {
    const options = encodeURIComponent("-c work_mem=64MB --enable-nestloop=off -cmy.name=a\\ b");
    assert.deepEqual(target(`postgresql://u@localhost/d?options=${options}`).settings, [
      { name: "work_mem", value: "64MB" },
      { name: "enable_nestloop", value: "off" },
      { name: "my.name", value: "a b" },
    ]);
  });

  test("a password file is read as libpq reads it, unless others can read it", async (t) => {
    const file = join(await tempFolder(t), "pgpass");
    await writeFile(file, "# note\nh:5432:d:other:no\n*:*:d:u:p\\:w\\\\d\n", { mode: 0o600 });
    const wanted = { host: "h", port: 5432, database: "d", user: "u" };
    assert.equal(passwordFromFile(file, wanted), "p:w\\d");
    assert.equal(passwordFromFile(file, { ...wanted, database: "e" }), undefined);
    const open = `${file}2`;
    await writeFile(open, "*:*:*:*:p\n", { mode: 0o644 });
    assert.equal(passwordFromFile(open, wanted), undefined);
  });
});

function certificate(name: string) {
  return { subject: { CN: name }, subjectaltname: `DNS:${name}` } as never;
}
