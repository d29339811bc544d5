import type { IncomingMessage } from "node:http";
import { type Answer, jsonAnswer, unauthorized } from "./answer.ts";
import type { Query } from "./types.ts";

/** Who asks: `bad` and `badbearer` are tokens that nobody has. */
export type Role = "admin" | "user" | "noscope" | "expired" | "job" | "bad" | "badbearer";

/** Tokens beside the administrator's. */
const TOKENS: ReadonlyMap<string, Role> = new Map([
  ["glpat-fixture-user", "user"],
  ["glpat-fixture-noscope", "noscope"],
  ["glpat-fixture-expired", "expired"],
  ["glcbt-fixture-job", "job"],
]);

/** Reads the token from where GitLab takes one; null when there is none. */
export function roleOf({ headers }: IncomingMessage, query: Query, adminToken: string): Role | null {
  const bearer = /^bearer\s+(.*)$/is.exec(headers.authorization ?? "")?.[1];
  const token = headers["private-token"] || query.private_token || headers["job-token"] || bearer || query.access_token;
  if (!token) return null;
  const text = String(token).trim();
  const role = TOKENS.get(text) ?? (text === adminToken ? "admin" : undefined);
  return role ?? (headers.authorization ? "badbearer" : "bad");
}

/** The refusal of those who may not read; undefined for the others. */
export function refuse(role: Role, path: string): Answer | undefined {
  if (role === "bad") return unauthorized();
  if (role === "badbearer") return invalidToken("Token was revoked. You have to re-authorize from the user.");
  if (role === "expired") {
    return invalidToken("Token is expired. You can either do re-authorization or token refresh.");
  }
  if (role === "noscope") {
    return jsonAnswer(403, {
      error: "insufficient_scope",
      error_description: "The request requires higher privileges than provided by the access token.",
      scope: "api read_api",
    });
  }
  return role === "job" && !JOB_TOKEN_PATHS.test(path) ? unauthorized() : undefined;
}

const JOB_TOKEN_PATHS = /^\/api\/v4\/(projects\/[^/]+\/(releases|packages|jobs|pipelines)|job)/;

function invalidToken(description: string): Answer {
  return jsonAnswer(401, { error: "invalid_token", error_description: description });
}
