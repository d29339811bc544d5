/** A source whose resources answer with other documents in each run: what merge strategies are tried on. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ChangingDocuments {
  readonly baseUrl: string;
  /** Chooses the run whose documents are served, from 0. */
  show(step: number): void;
  close(): Promise<void>;
}

/** Serves `documents[name][step]` at `/name`; a name without documents for the step has none. */
export async function serveChangingDocuments(
  documents: Readonly<Record<string, readonly (readonly unknown[])[]>>,
): Promise<ChangingDocuments> {
  let shown = 0;
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://x").pathname.slice(1);
    const runs = documents[name];
    response.writeHead(runs === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(runs?.[shown] ?? []));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show: (step) => {
      shown = step;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
