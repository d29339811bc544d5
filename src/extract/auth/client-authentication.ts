import type { Secret } from "../../core/secret.ts";
import { encodeQuery } from "../http/url.ts";
import type { Surroundings } from "./authenticator.ts";
import { reveal } from "./reveal.ts";

/** How a client proves who it is to a token endpoint (RFC 6749, 2.3.1). */
export interface ClientAuthentication {
  /** Fields of the form. */
  readonly fields: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
}

/** `client_id` and `client_secret` in the form, or in the header `Authorization`; what is empty is left out. */
export function clientAuthentication(
  config: {
    readonly client_id?: string | Secret | null | undefined;
    readonly client_secret?: string | Secret | null | undefined;
    readonly client_authentication?: "body" | "basic" | null | undefined;
  },
  around: Pick<Surroundings, "onSecret">,
): ClientAuthentication {
  const id = reveal(config.client_id);
  const secret = reveal(config.client_secret);
  if (config.client_authentication === "basic") {
    const pair = Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`, "utf8").toString("base64");
    around.onSecret(pair);
    return { fields: [], headers: { authorization: `Basic ${pair}` } };
  }
  const fields = [
    ["client_id", id],
    ["client_secret", secret],
  ] as const;
  return { fields: fields.filter(([, value]) => value !== ""), headers: {} };
}

function formEncoded(text: string): string {
  return encodeQuery([["v", text]]).slice(2);
}
