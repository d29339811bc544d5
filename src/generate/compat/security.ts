import { getOwn, type JsonObject, keysOf } from "../../core/json.ts";
import type { GeneratedAuth } from "../model.ts";
import { asObject, listAt, objectAt, textAt } from "../reading/scalars.ts";

export interface CompatSecurity {
  readonly auth: GeneratedAuth | undefined;
  /** Type of the document's own scheme when it cannot be used. */
  readonly unsupported: string | undefined;
}

/** Authentication as dlt-init-openapi chooses it: the first scheme of the document's `security`, else the first of all. */
export function compatSecurity(root: JsonObject): CompatSecurity {
  const schemes = objectAt(objectAt(root, "components"), "securitySchemes");
  const [wanted] = keysOf(asObject(listAt(root, "security")[0]));
  const [first] = keysOf(schemes);
  const chosen = wanted === undefined ? undefined : getOwn(schemes, wanted);
  const auth = authOf(asObject(chosen));
  const unsupported = chosen !== undefined && auth === undefined ? (textAt(asObject(chosen), "type") ?? "") : undefined;
  return { auth: auth ?? authOf(asObject(first === undefined ? undefined : schemes[first])), unsupported };
}

function authOf(scheme: JsonObject): GeneratedAuth | undefined {
  const type = textAt(scheme, "type");
  if (type === "apiKey") {
    return {
      type: "api_key",
      settings: [
        { key: "api_key", secret: "api_key" },
        { key: "name", value: textAt(scheme, "name") ?? "None" },
        { key: "location", value: textAt(scheme, "in") ?? "None" },
      ],
    };
  }
  const kind = type === "http" ? textAt(scheme, "scheme") : undefined;
  if (kind === "basic") {
    return {
      type: "http_basic",
      settings: [
        { key: "username", secret: "username" },
        { key: "password", secret: "password" },
      ],
    };
  }
  return kind === "bearer" ? { type: "bearer", settings: [{ key: "token", secret: "token" }] } : undefined;
}
