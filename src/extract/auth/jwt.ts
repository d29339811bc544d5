import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { pemText } from "../../config/rest-api/check-auth.ts";
import type { JsonObject } from "../../core/json.ts";
import { compactJson } from "../../core/json-writer.ts";
import type { Secret } from "../../core/secret.ts";
import { reveal } from "./reveal.ts";

/** The private key of a checked section. */
export function privateKeyOf(config: {
  readonly private_key?: string | Secret | null | undefined;
  readonly private_key_passphrase?: string | Secret | null | undefined;
}): KeyObject {
  const passphrase = reveal(config.private_key_passphrase);
  const key = pemText(reveal(config.private_key));
  return createPrivateKey({ key, ...(passphrase === "" ? {} : { passphrase }) });
}

/** A signed token (RFC 7519) with the algorithm RS256. Claims that are undefined are left out. */
export function signedToken(
  claims: Readonly<Record<string, JsonObject[string] | undefined>>,
  key: KeyObject,
  keyId?: string | null,
): string {
  const header = { alg: "RS256", typ: "JWT", ...(keyId ? { kid: keyId } : {}) };
  const given = Object.entries(claims).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const content = `${encoded(header)}.${encoded(Object.fromEntries(given))}`;
  return `${content}.${sign("sha256", Buffer.from(content), key).toString("base64url")}`;
}

function encoded(object: JsonObject): string {
  return Buffer.from(compactJson(object), "utf8").toString("base64url");
}
