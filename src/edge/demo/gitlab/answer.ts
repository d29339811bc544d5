/** An answer before it is sent. Those that succeed are kept and sent again for the same URL. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** Pattern of the route, for the counters. */
  readonly route?: string;
  /** The body packed, made at the first wish. */
  gzip?: Buffer;
}

export const JSON_HEADERS = ["Content-Type", "application/json"] as const;

export function jsonAnswer(status: number, body: unknown, headers: readonly string[] = []): Answer {
  return textAnswer(status, JSON.stringify(body), headers);
}

export function textAnswer(status: number, body: string, headers: readonly string[] = []): Answer {
  return { status, headers: [...JSON_HEADERS, ...headers], body: Buffer.from(body) };
}

export const unauthorized = (): Answer => jsonAnswer(401, { message: "401 Unauthorized" });
export const forbidden = (): Answer => jsonAnswer(403, { message: "403 Forbidden" });
export const notFound = (what?: string): Answer =>
  jsonAnswer(404, { message: what === undefined ? "404 Not found" : `404 ${what} Not Found` });
export const noSuchRoute = (): Answer => jsonAnswer(404, { error: "404 Not Found" });
export const badRequest = (error: string): Answer => jsonAnswer(400, { error });
