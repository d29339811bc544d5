/** Keys of a pipeline file and of `.dlt/*.toml` whose values are credentials, in their snake_case form. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  "token",
  "api_key",
  "access_token",
  "refresh_token",
  "password",
  "secret",
  "client_secret",
  "private_key",
  "private_key_passphrase",
  "passphrase",
  "credentials",
  "hash_salt",
  "connection_string",
  // Headers that carry credentials.
  "authorization",
  "private_token",
  "job_token",
  "x_api_key",
  "cookie",
]);

/** True when values under this key are credentials: never quoted, kept as a `Secret`. Case and dashes do not matter. */
export function isSecretKey(key: string | number | undefined): boolean {
  return typeof key === "string" && SECRET_KEYS.has(key.toLowerCase().replaceAll("-", "_"));
}

/**
 * True when what stands at this path is a credential or part of one. The text right under `auth` counts: a token is
 * easily written there by mistake.
 */
export function isSecretPath(path: readonly (string | number)[]): boolean {
  return path.some(isSecretKey) || path.at(-1) === "auth" || isSentWithAuth(path);
}

/** True below `headers`, `json` or `data` of an `auth`: what is sent to prove who asks. */
function isSentWithAuth(path: readonly (string | number)[]): boolean {
  const auth = path.lastIndexOf("auth");
  const place = path[auth + 1];
  return auth >= 0 && path.length > auth + 2 && (place === "headers" || place === "json" || place === "data");
}

/** True for a header of an `auth`, whose value is a credential whatever it is called. */
export function isAuthHeader(path: readonly (string | number)[]): boolean {
  return path.length > 2 && path.at(-2) === "headers" && path.at(-3) === "auth";
}

/**
 * A value for a message. A secret shows as its first character, five stars and its last character (only stars when
 * it is shorter than three characters); other values as JSON, cut at 60 characters.
 */
export function quoteValue(value: unknown, secret: boolean): string {
  if (secret) {
    const text = typeof value === "string" ? value : "";
    return text.length < 3 ? "*****" : `${text.slice(0, 1)}*****${text.slice(-1)}`;
  }
  const text =
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? item.toString() : item)) ?? "nothing";
  const shown = withoutUserInfo(text);
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}

/** A text whose URLs show no user and password. */
export function withoutUserInfo(text: string): string {
  return text.replace(/:\/\/[^/\s"@]*(?:@[^/\s"@]*)*@/g, "://***@");
}
