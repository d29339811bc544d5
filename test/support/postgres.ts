/**
 * A PostgreSQL for tests. `DATABASE_URL` where set (its role must be allowed to create databases), else the embedded
 * one; `SLUICE_TEST_PG_BIN` names the folder of other binaries, to run the same tests on another version. The server is
 * shared by all test processes of this machine and user; every test file has databases of its own.
 */
import { createHash, randomBytes } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/destination/postgres/embedded/start.ts";

export interface TestDatabase {
  /** Connection string of a fresh, empty database. */
  readonly url: string;
  readonly name: string;
  readonly port: number;
  /** Runs one statement; rows as objects of text. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, string | null>[]>;
  /** A connection of its own, closed with the database. For locks held meanwhile. */
  connect(): Promise<pg.Client>;
  /** The same server and database as another role. */
  urlFor(user: string, password: string): string;
}

/** What `node:test` gives to a test or to the hooks of a suite. */
interface Cleanup {
  after(end: () => Promise<void>): void;
}

/** A fresh database, dropped when the test ends. */
export async function testDatabase(t: Cleanup): Promise<TestDatabase> {
  const server = await testServer();
  const name = `sluice_test_${randomBytes(6).toString("hex")}`;
  await withClient(server.url, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`));
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const open: pg.Client[] = [];
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      connectionString: url.href,
      types: { getTypeParser: () => (text: string) => text },
    });
    client.on("error", () => {});
    await client.connect();
    await client.query("SET TimeZone = 'UTC'");
    open.push(client);
    return client;
  };
  // One hook, because hooks run in the order in which they were set.
  t.after(async () => {
    for (const client of open) await client.end().catch(() => {});
    await withClient(server.url, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  });
  let own: Promise<pg.Client> | undefined;
  // One after the other: the client takes no second query while one runs.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    url: url.href,
    name,
    port: Number(url.port === "" ? "5432" : url.port),
    connect,
    query(text, values = []) {
      const result = turn.then(async () => {
        own ??= connect();
        return (await (await own).query(text, [...values])).rows;
      });
      turn = result.catch(() => {});
      return result;
    },
    urlFor(user, password) {
      const other = new URL(url);
      other.username = encodeURIComponent(user);
      other.password = encodeURIComponent(password);
      return other.href;
    },
  };
}

/** The server alone, for tests about connecting. Stopped when this process and all other users have ended. */
export async function testServer(): Promise<{ readonly url: string }> {
  const given = process.env.DATABASE_URL;
  if (given !== undefined && given !== "") return { url: given };
  started ??= startServer();
  return { url: (await started).connectionString };
}

let started: Promise<EmbeddedPostgres> | undefined;

async function startServer(): Promise<EmbeddedPostgres> {
  const binaries = process.env.SLUICE_TEST_PG_BIN;
  const id = createHash("sha256")
    .update(`${userInfo().uid} ${binaries ?? ""}`)
    .digest("hex")
    .slice(0, 8);
  const server = await startEmbeddedPostgres({
    folder: join(tmpdir(), `sluice-test-${id}`),
    ...(binaries === undefined || binaries === "" ? {} : { binaries }),
    // Nothing of a test must survive a power loss.
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "60" },
  });
  process.once("beforeExit", () => void server.stop());
  return server;
}

async function withClient(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
