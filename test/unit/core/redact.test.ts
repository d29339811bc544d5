import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedactor, redactValue, secretForms } from "../../../src/core/redact.ts";

const CANARY = "ca@na/ry%+ \"'\\$&é-word";

test("every form of the canary is masked whole", () => {
  const redact = createRedactor([CANARY]);
  const lower = (text: string) => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  const forms: Record<string, string> = {
    raw: CANARY,
    component: encodeURIComponent(CANARY),
    lowerHex: lower(encodeURIComponent(CANARY)),
    plus: encodeURIComponent(CANARY).replaceAll("%20", "+"),
    form: new URLSearchParams({ a: CANARY }).toString().slice(2),
    base64: Buffer.from(CANARY).toString("base64"),
    base64url: Buffer.from(CANARY).toString("base64url"),
    json: JSON.stringify(CANARY).slice(1, -1),
    jsonTwice: JSON.stringify(JSON.stringify(CANARY)).slice(3, -3),
  };
  for (const [name, form] of Object.entries(forms)) {
    assert.equal(redact(`before ${form} after`), "before *** after", name);
  }
});

test("a password inside the base64 of user:password is masked for any user", () => {
  const redact = createRedactor([CANARY]);
  for (const user of ["", "a", "ab", "abc", "long-user-name"]) {
    const header = Buffer.from(`${user}:${CANARY}`).toString("base64");
    const masked = redact(`Basic ${header}`);
    assert.ok(masked.includes("***"), user);
    const left = Buffer.from(masked.replace("Basic ", "").replace("***", ""), "base64").toString();
    assert.ok(!left.includes("word") && !left.includes("na/ry"), `${user}: ${left}`);
  }
});

test("lines of a multi-line value and the trimmed value are masked", () => {
  const redact = createRedactor([" \nfirst-line\r\nsecond-line\n "]);
  assert.equal(redact("x first-line y second-line"), "x *** y ***");
});

test("an encoded value is also masked in its decoded form", () => {
  assert.equal(createRedactor(["p%40ss%2Fword"])("p@ss/word"), "***");
});

test("the password of a connection URL is masked in all forms", () => {
  for (const [dsn, password] of [
    ["postgresql://loader:p%40ss%2Fw%20rd@db.example:5432/data", "p@ss/w rd"],
    ["postgresql://loader:p@ss/w:rd@db.example/data", "p@ss/w:rd"],
    ["postgres://db.example/data?user=x&password=pass-word", "pass-word"],
    ["host=db user=x password='it''s' dbname=d", "password='it''s'"],
    ["host=db user=x password=longer-one dbname=d", "longer-one"],
  ] as const) {
    const redact = createRedactor([dsn]);
    assert.ok(!redact(`at ${dsn}`).includes(password), dsn);
    if (password.includes("=")) continue;
    assert.equal(redact(`password authentication: ${password}.`), "password authentication: ***.", dsn);
    assert.equal(redact(encodeURIComponent(password)), "***");
    assert.equal(redact(Buffer.from(password).toString("base64")), "***");
  }
});

test("texts that look like a credential are masked without being known", () => {
  const redact = createRedactor([]);
  for (const token of [
    "glpat-abcdefghij0123456789",
    "gldt-abcdefghij0123456789",
    "glcbt-64_abcdefghij0123456789",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat_11ABCDEFG0123456789_abcdefghij",
    "xoxb-1234567890-abcdef",
    "AKIAABCDEFGHIJKLMNOP",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----",
  ]) {
    assert.equal(redact(`a ${token} b`), "a *** b");
  }
  assert.equal(redact("postgresql://loader:secret@db:5432/data"), "postgresql://loader:***@db:5432/data");
  assert.equal(redact("https://oauth2:a@b@host/x"), "https://oauth2:***@host/x");
});

test("ordinary text is left alone", () => {
  const redact = createRedactor([CANARY, "abc"]);
  for (const text of [
    "loaded 4 rows into gitlab_data at db:5432/data",
    "https://gitlab.example.com/api/v4/projects?page=2",
    "http://host:80/path?mail=a@b.example",
    "abc is too short to be masked",
    "",
  ]) {
    assert.equal(redact(text), text);
  }
});

test("a longer secret wins over one that is part of it", () => {
  assert.equal(createRedactor(["secret", "secret-and-more"])("secret-and-more, secret"), "***, ***");
});

test("forms are usable as masks: none shorter than four characters", () => {
  for (const form of secretForms("ab\ncdef")) assert.ok(form.length >= 4, form);
});

test("values are redacted deeply, keys stay", () => {
  const redact = createRedactor(["hush-hush"]);
  assert.deepEqual(redactValue(redact, { a: ["hush-hush", 1, null], "hush-hush": { b: true } }), {
    a: ["***", 1, null],
    "hush-hush": { b: true },
  });
});

test("a megabyte without a secret is scanned in well under a second", () => {
  const redact = createRedactor([CANARY, "postgresql://loader:p%40ss%2Fw%20rd@db.example:5432/data"]);
  const text = "2026-11-23 loaded issues 1200 records https://gitlab.example.com/api/v4/projects?page=2\n".repeat(
    12_000,
  );
  const start = performance.now();
  assert.equal(redact(text), text);
  assert.ok(performance.now() - start < 1000);
});
