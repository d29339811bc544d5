/** docs/dlt.md: its commands, run as they stand there, hand a dataset over and back. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { findDlt, skipWithoutDlt } from "../support/dlt.ts";
import { testDatabase } from "../support/postgres.ts";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "dlt.md"), "utf8");
const run = promisify(execFile);

/** Code of a language, without the indentation of the list around it. */
function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^( *)\`\`\`${language}\n([\\s\\S]*?)^ *\`\`\``, "gm"))].map(
    ([, indent = "", code = ""]) => code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
}

const SKIP = skipWithoutDlt() || (process.platform === "win32" ? "needs a POSIX shell" : false);

/** The shop of the page, its program, and a shell in which the page's commands mean this checkout. */
async function shop(t: { after(end: () => Promise<void>): void }) {
  const database = await testDatabase(t);
  const state = { day: 1, customers: undefined as string | undefined, asked: [] as string[] };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    state.asked.push(`${url.pathname}${url.search}`);
    const since = url.searchParams.get("since") ?? "";
    const orders = Array.from({ length: state.day + 1 }, (_, id) => ({
      id,
      updated_at: `2024-06-0${id + 1}`,
      lines: [id],
    })).filter((one) => one.updated_at >= since);
    const customers = state.customers ?? JSON.stringify([{ id: state.day }]);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(url.pathname === "/orders" ? JSON.stringify(orders) : customers);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.close();
  });
  const cwd = await mkdtemp(join(tmpdir(), "sluice-page-"));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  const bin = join(cwd, "bin");
  await mkdir(bin);
  const program = async (name: string, text: string): Promise<void> => {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  };
  await program("sluice", `exec "${process.execPath}" "${join(root, "src", "edge", "cli", "index.ts")}" "$@"`);
  // npm run works in a checkout; the file stands here.
  const tool = join(root, "test", "differential", "run.ts");
  await program(
    "npm",
    `[ "$1 $2 $3" = "run differential --" ] || exit 9\nshift 3\nexec "${process.execPath}" "${tool}" "$@"`,
  );
  await writeFile(join(cwd, "shop.py"), blocks("python")[0] ?? "");
  const env = {
    ...process.env,
    PATH: `${bin}:${dirname(findDlt() ?? "")}:${process.env.PATH}`,
    SHOP_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    DESTINATION__POSTGRES__CREDENTIALS: database.url,
    DLT_DATA_DIR: join(cwd, "dlt"),
    RUNTIME__DLTHUB_TELEMETRY: "false",
  };
  const shell = async (command: string): Promise<string> => (await run("sh", ["-ec", command], { cwd, env })).stdout;
  return { database, server: state, shell };
}

test("the commands of docs/dlt.md hand over to Sluice and back", { skip: SKIP }, async (t) => {
  const { shell, server, database } = await shop(t);
  const [write, differential, ours, back] = blocks("sh").map((block) => block.trim());

  await shell("python shop.py");
  server.day = 2;
  await shell(write ?? "");
  assert.equal(await shell(differential ?? ""), "differential: 0 differences, 6 tables, 7 rows\n");
  server.asked.length = 0;
  await shell(ours ?? "");
  assert.ok(server.asked.includes("/orders?since=2024-06-02"), server.asked.join());
  server.day = 3;
  server.asked.length = 0;
  await shell(back ?? "");
  assert.ok(server.asked.includes("/orders?since=2024-06-03"), server.asked.join());

  const [left] = await database.query(
    `SELECT (SELECT count(*) FROM shop_data.orders) AS orders, (SELECT count(*) FROM shop_data.orders__lines) AS lines,
       (SELECT string_agg(id::text, ',') FROM shop_data.customers) AS customers,
       (SELECT count(*) FROM shop_data._dlt_loads) AS loads, (SELECT count(*) FROM shop_data._dlt_version) AS versions`,
  );
  assert.deepEqual(left, { orders: "4", lines: "4", customers: "3", loads: "3", versions: "1" });
  // The last block is run by hand: it takes minutes. Its commands are those of package.json.
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  for (const [, name = ""] of page.matchAll(/npm run ([\w:]+)/g)) assert.ok(scripts[name] !== undefined, name);
});

test("docs/dlt.md: a package of dlt that is stuck does not block Sluice, and goes by the command that is named", {
  skip: SKIP,
}, async (t) => {
  const { shell, server, database } = await shop(t);
  const [write, , ours, back, abort] = blocks("sh").map((block) => block.trim());
  assert.match(abort ?? "", /abort-packages$/);
  await shell(write ?? "");
  server.customers = '[{"id":9223372036854775808}]';
  await assert.rejects(shell(back ?? ""), /bigint out of range/);
  server.customers = '[{"id":7}]';
  await assert.rejects(shell(back ?? ""), /bigint out of range/, "dlt loads what is stuck, and asks for nothing");
  await shell(ours ?? "");
  await shell(abort ?? "");
  server.customers = '[{"id":8}]';
  await shell(back ?? "");
  await database.query(blocks("sql")[0] ?? "");
  const [left] = await database.query(
    "SELECT (SELECT count(*) FROM shop_data.orders) AS orders, (SELECT string_agg(id::text, ',') FROM shop_data.customers) AS customers, (SELECT count(*) FROM shop_data._dlt_loads) AS loads",
  );
  assert.deepEqual(left, { orders: "2", customers: "8", loads: "2" });
});

test("docs/dlt.md names files that are there", () => {
  for (const [, path = ""] of page.matchAll(/`(test\/[\w/.-]+)`/g)) assert.ok(existsSync(join(root, path)), path);
  for (const [, path = ""] of page.matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g))
    assert.ok(existsSync(join(root, "docs", path)), path);
});
