import type { Fault } from "../fault.ts";
import type { AuthConfig } from "./auth-shape.ts";

type Path = readonly (string | number)[];

/** With `compat: strict`: a method that dlt refuses. */
export function strictMethodFaults(method: string | null | undefined, at: Path): Fault[] {
  if (method !== "PUT" && method !== "PATCH") return [];
  return [
    { path: at, reason: "unknown_type", message: `dlt knows only GET and POST, found ${method}`, suggestion: LEAVE },
  ];
}

/** With `compat: strict`: a place for the key that dlt has not built. */
export function strictAuthFaults(auth: AuthConfig | undefined, at: Path): Fault[] {
  if (typeof auth !== "object" || auth.type !== "api_key" || auth.location !== "cookie") return [];
  const message = "dlt sends no api key in a cookie";
  return [{ path: [...at, "location"], reason: "unknown_type", message, suggestion: LEAVE }];
}

const LEAVE = "leave compat: strict out";
