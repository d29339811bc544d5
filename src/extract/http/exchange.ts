import type { Dispatcher } from "undici";
import { linkController } from "../../core/concurrency.ts";
import type { Clock } from "../../core/ports.ts";
import { readBody } from "./body.ts";
import type { Dispatchers } from "./dispatchers.ts";
import type { Gate } from "./gate.ts";
import type { HttpAnswer, HttpObserver, HttpRequest } from "./messages.ts";

export interface ExchangeSettings {
  readonly dispatchers: Dispatchers;
  readonly gateOf: (origin: string) => Gate;
  readonly clock: Clock;
  /** Milliseconds for all of it; may be infinite. */
  readonly totalMs: number;
  /** Bytes of a body, as sent and as decoded. */
  readonly maxBytes: number;
  readonly userAgent: string;
}

/** One hop of a request: where it goes now, and the how-many-eth try it is. */
export interface Hop {
  readonly target: string;
  readonly method: string;
  readonly attempt: number;
  /** The target with its secrets masked. */
  readonly shown: string;
}

/** One exchange: no retries, no redirects. Throws what undici and `readBody` throw, and `TimeoutError` when it takes too long. */
export async function exchange(
  settings: ExchangeSettings,
  request: HttpRequest,
  hop: Hop,
  observer: HttpObserver,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { clock } = settings;
  const { target, method, attempt, shown } = hop;
  const { origin } = new URL(target);
  const leave = await settings.gateOf(origin).enter(signal);
  const controller = linkController(signal);
  const timer = Number.isFinite(settings.totalMs)
    ? setTimeout(() => controller.abort(new DOMException("too slow", "TimeoutError")), settings.totalMs)
    : undefined;
  const started = clock.now();
  let status = 0;
  let bytes = 0;
  try {
    const { body, headers } = contentOf(request, method, origin === request.home);
    const response = await settings.dispatchers.for(origin).dispatcher.request({
      origin,
      path: target.slice(target.indexOf("/", target.indexOf("//") + 2)),
      method: method as Dispatcher.HttpMethod,
      headers: {
        accept: "*/*",
        "accept-encoding": "gzip, deflate, br",
        "user-agent": settings.userAgent,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      signal: controller.signal,
    });
    const answerHeaders = plainHeaders(response.headers);
    const content = await readBody(response.body, answerHeaders, settings.maxBytes);
    status = response.statusCode;
    bytes = content.byteLength;
    return { status, headers: answerHeaders, bytes: content, shownUrl: shown };
  } finally {
    clearTimeout(timer);
    controller.unlink();
    leave();
    observer.attempt({ method, url: shown, status, attempt, ms: clock.now() - started, bytes });
  }
}

/** Headers and body for this hop: another origin than the home gets neither credentials nor a body. */
function contentOf(
  request: HttpRequest,
  method: string,
  atHome: boolean,
): { readonly headers: Readonly<Record<string, string>>; readonly body?: string | Uint8Array } {
  if (!atHome) return { headers: {} };
  if (method === request.method && request.body !== undefined) return { headers: request.headers, body: request.body };
  const { "content-type": _type, ...headers } = request.headers;
  return { headers };
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return out;
}
