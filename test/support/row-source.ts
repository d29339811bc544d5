/** A source of millions of generated rows, as a process of its own: it must not disturb what is measured beside it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface RowSource {
  readonly url: string;
  /** Records of `/rows`, ids from 1 on; `extra` gives each one field more. */
  set(rows: number, extra?: boolean): Promise<void>;
  close(): Promise<void>;
}

/** As the largest page that many APIs give. */
const PER_PAGE = 1000;

export async function startRowSource(): Promise<RowSource> {
  const child = fork(import.meta.filename, [], { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [port] = (await once(child, "message")) as [number];
  return {
    url: `http://127.0.0.1:${port}`,
    async set(rows, extra = false) {
      child.send({ rows, extra });
      await once(child, "message");
    },
    async close() {
      child.kill();
      await once(child, "close");
    },
  };
}

/** The pipeline file: one resource `rows`, numbered pages. */
export function rowPipeline(url: string, name: string, disposition: "append" | "replace" | "merge"): string {
  return JSON.stringify({
    pipeline: name,
    dataset: name,
    source: {
      name: "rows",
      client: { base_url: url, paginator: { type: "page_number", base_page: 1, total_path: "pages" } },
      resources: [
        {
          name: "rows",
          write_disposition: disposition,
          ...(disposition === "append" ? {} : { primary_key: "id" }),
          endpoint: { path: "rows", data_selector: "data" },
        },
      ],
    },
  });
}

/** One row in ten has a nested one. */
function record(id: number, extra: boolean): string {
  const parts = id % 10 === 0 ? `,"parts":[{"n":${id}}]` : "";
  const more = extra ? `,"extra":"new ${id}"` : "";
  return `{"id":${id},"name":"row ${id}","score":${id}.5,"open":true,"updated":"2026-01-01T10:00:00Z"${more}${parts}}`;
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  let [rows, extra] = [0, false];
  const server = createServer((request, response) => {
    const page = Number(new URL(request.url ?? "/", "http://x").searchParams.get("page") ?? "1");
    const first = (page - 1) * PER_PAGE + 1;
    const count = Math.max(0, Math.min(PER_PAGE, rows - first + 1));
    const data = Array.from({ length: count }, (_, at) => record(first + at, extra)).join(",");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(`{"pages":${Math.ceil(rows / PER_PAGE)},"data":[${data}]}`);
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.on("message", (next: { readonly rows: number; readonly extra: boolean }) => {
    [rows, extra] = [next.rows, next.extra];
    process.send?.("set");
  });
  process.on("disconnect", () => process.exit());
}
