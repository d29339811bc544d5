import { Secret } from "../../core/secret.ts";
import type { Fault } from "../fault.ts";
import type { ClientHttp } from "./http-shape.ts";

/** Faults of `client.http` that its shape cannot tell. The URL of a proxy is not shown, it may hold a password. */
export function httpFaults(http: ClientHttp | null | undefined, at: readonly (string | number)[]): Fault[] {
  const proxy = http?.proxy ?? undefined;
  if (proxy === undefined) return [];
  const url = proxy instanceof Secret ? proxy.reveal() : proxy;
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return [];
  return [
    {
      path: [...at, "proxy"],
      reason: "type",
      message: "expected the URL of an HTTP proxy",
      suggestion: "write http://host:port or https://host:port; other kinds of proxy are not supported",
    },
  ];
}
