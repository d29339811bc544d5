import { type Draft, decide } from "./draft.ts";
import type { Security } from "./security.ts";

/** Gives an endpoint the authentication that the document says it has of its own, and notes what cannot be done. */
export function useOwnSecurity(draft: Draft, { client, ofEndpoint }: Security): void {
  const own = ofEndpoint(draft.endpoint);
  switch (own?.kind) {
    case undefined:
      return;
    case "none":
      if (client === undefined) return;
      draft.auth = null;
      decide(draft, "auth", "the document says that this endpoint needs no authentication");
      return;
    case "way": {
      draft.auth = own.way.auth;
      decide(draft, "auth", `${own.way.reason} of its own`);
      const missing = own.way.headers
        .map(({ key }) => key)
        .filter((key) => !client?.headers.some((one) => one.key === key));
      if (missing.length > 0) note(draft, `it wants ${missing.join(", ")} too: give endpoint.headers by hand`);
      return;
    }
    case "unknown": {
      const meanwhile = client === undefined ? "" : "; until then it is asked with that of the client";
      note(draft, `authentication by ${own.schemes.join(", ")} is not known: give endpoint.auth by hand${meanwhile}`);
    }
  }
}

function note({ findings }: Draft, message: string): void {
  findings.push({ code: "UnsupportedSecurityScheme", message });
}
