/** An API that answers with the documents that a test gives it, for both writers. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface DocumentsApi {
  readonly baseUrl: string;
  /** What each path (`/things`) answers from now on, as JSON text. */
  show(answers: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

export async function startDocumentsApi(): Promise<DocumentsApi> {
  let answers: Readonly<Record<string, string>> = {};
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const body = answers[path];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(body ?? "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    show: (next) => {
      answers = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A pipeline of resources without pages; `resources` are laid over name and path. */
export function documentsDocument(
  baseUrl: string,
  resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  rest: { readonly source?: Readonly<Record<string, unknown>>; readonly [key: string]: unknown } = {},
): Record<string, unknown> {
  const { source, ...top } = rest;
  return {
    pipeline: "documents",
    ...top,
    source: {
      name: "documents",
      client: { base_url: baseUrl, paginator: "single_page" },
      resources: Object.entries(resources).map(([name, hints]) => ({ name, endpoint: { path: name }, ...hints })),
      ...source,
    },
  };
}
