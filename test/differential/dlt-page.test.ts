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

test("the commands of docs/dlt.md hand over to Sluice and back", {
  skip: skipWithoutDlt() || (process.platform === "win32" ? "needs a POSIX shell" : false),
}, async (t) => {
  const database = await testDatabase(t);
  let day = 1;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    asked.push(`${url.pathname}${url.search}`);
    const since = url.searchParams.get("since") ?? "";
    const orders = Array.from({ length: day + 1 }, (_, id) => ({ id, updated_at: `2024-06-0${id + 1}`, lines: [id] }));
    const rows = url.pathname === "/orders" ? orders.filter((one) => one.updated_at >= since) : [{ id: day }];
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rows));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const cwd = await mkdtemp(join(tmpdir(), "sluice-page-"));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  const bin = join(cwd, "bin");
  await mkdir(bin);
  const cli = join(root, "src", "edge", "cli", "index.ts");
  await writeFile(join(bin, "sluice"), `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
  await chmod(join(bin, "sluice"), 0o755);
  // npm run works in a checkout; the file stands here.
  await writeFile(
    join(bin, "npm"),
    `#!/bin/sh\n[ "$1 $2 $3" = "run differential --" ] || exit 9\nshift 3\nexec "${process.execPath}" "${join(root, "test", "differential", "run.ts")}" "$@"\n`,
  );
  await chmod(join(bin, "npm"), 0o755);
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
  const commands = blocks("sh").map((block) => block.trim());
  const [write, differential, ours, back] = commands;

  await shell("python shop.py");
  day = 2;
  await shell(write ?? "");
  assert.equal(await shell(differential ?? ""), "differential: 0 differences, 6 tables, 7 rows\n");
  asked.length = 0;
  await shell(ours ?? "");
  assert.ok(asked.includes("/orders?since=2024-06-02"), asked.join());
  day = 3;
  asked.length = 0;
  await shell(back ?? "");
  assert.ok(asked.includes("/orders?since=2024-06-03"), asked.join());

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

test("docs/dlt.md names files that are there", () => {
  for (const [, path = ""] of page.matchAll(/`(test\/[\w/.-]+)`/g)) assert.ok(existsSync(join(root, path)), path);
  for (const [, path = ""] of page.matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g))
    assert.ok(existsSync(join(root, "docs", path)), path);
});
