import { createPrivateKey } from "node:crypto";
import { Secret } from "../../core/secret.ts";
import type { Fault } from "../fault.ts";
import { isStandIn } from "../stand-ins.ts";
import type { AuthConfig, AuthMapping } from "./auth-shape.ts";
import { pathFaults } from "./check-path.ts";

type Path = readonly (string | number)[];
type Kind = NonNullable<AuthMapping["type"]>;

/** What each kind of authentication cannot do without. */
const REQUIRED: Readonly<Record<Kind, readonly string[]>> = {
  bearer: ["token"],
  api_key: ["api_key"],
  http_basic: ["username", "password"],
  headers: ["headers"],
  oauth2_client_credentials: ["access_token_url", "client_id", "client_secret"],
  oauth2_refresh_token: ["access_token_url", "refresh_token"],
  oauth2_jwt_bearer: ["access_token_url", "private_key", "iss"],
  github_app: ["app_id", "installation_id", "private_key"],
  login_request: ["login_url"],
};

/** Keys that are always written in the file, never looked up in settings. */
const WRITTEN: ReadonlySet<string> = new Set(["headers", "login_url"]);

/** Faults of an `auth` section: fields that are missing, URLs, keys and headers that cannot be used. */
export function authFaults(auth: AuthConfig | undefined, at: Path): Fault[] {
  if (auth === undefined) return [];
  const section: AuthMapping = typeof auth === "string" ? { type: auth } : auth;
  const type = section.type ?? "bearer";
  const given: Readonly<Record<string, unknown>> = section;
  const missing = REQUIRED[type].flatMap((field): readonly Fault[] => {
    if ((given[field] ?? null) !== null) return [];
    // dlt: a mapping of http_basic must have its keys; the others are looked up in settings first.
    const isWritten = WRITTEN.has(field) || (type === "http_basic" && typeof auth !== "string");
    const reason = isWritten ? "missing_key" : "missing_secret";
    return [{ path: [...at, field], reason, message: `the authentication ${quote(type)} needs ${quote(field)}` }];
  });
  return [...missing, ...valueFaults(section, at)];
}

function valueFaults(auth: AuthMapping, at: Path): readonly Fault[] {
  switch (auth.type) {
    case "headers":
      return headerFaults(auth.headers, [...at, "headers"], true);
    case "oauth2_client_credentials":
    case "oauth2_refresh_token":
      return urlFaults(auth.access_token_url, [...at, "access_token_url"]);
    case "oauth2_jwt_bearer":
      return [...urlFaults(auth.access_token_url, [...at, "access_token_url"]), ...keyFaults(auth, at)];
    case "github_app":
      return [...urlFaults(auth.api_url, [...at, "api_url"]), ...keyFaults(auth, at)];
    case "login_request":
      return [
        ...(/^https?:/i.test(auth.login_url ?? "") ? urlFaults(auth.login_url, [...at, "login_url"]) : []),
        ...headerFaults(auth.headers, [...at, "headers"], false),
        ...pathFaults(auth.token_path, [...at, "token_path"]),
        ...pathFaults(auth.expires_path ?? undefined, [...at, "expires_path"]),
        ...(auth.json && auth.data
          ? [
              {
                path: [...at, "data"],
                reason: "json_and_data",
                message: "the login has both json and data",
                suggestion: "keep one of them",
              },
            ]
          : []),
      ];
    default:
      return [];
  }
}

function urlFaults(url: string | null | undefined, path: Path): readonly Fault[] {
  if (!url || (/^https?:\/\//i.test(url) && URL.canParse(url))) return [];
  const message = `expected a URL with http:// or https://, found ${quote(url)}`;
  return [{ path, reason: "type", message, suggestion: "write it as https://host/path" }];
}

/** Names and values that cannot be sent; a value is not shown. */
function headerFaults(
  headers: Readonly<Record<string, string | Secret>> | null | undefined,
  at: Path,
  needed: boolean,
): readonly Fault[] {
  if (!headers) return [];
  const entries = Object.entries(headers);
  if (needed && entries.length === 0) {
    return [{ path: at, reason: "missing_key", message: 'the authentication "headers" names no header' }];
  }
  return entries.flatMap(([name, value]): readonly Fault[] => {
    const path = [...at, name];
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      return [{ path, reason: "type", message: `${quote(name)} is no name of a header` }];
    }
    const plain = value instanceof Secret ? value.reveal() : value;
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(plain)) return [];
    return [
      {
        path,
        reason: "type",
        message: `the value of the header ${quote(name)} has characters that no header can have`,
        suggestion: "look for a line break at its end",
      },
    ];
  });
}

function keyFaults(
  auth: Extract<AuthMapping, { type: "oauth2_jwt_bearer" | "github_app" }>,
  at: Path,
): readonly Fault[] {
  const pem = textOf(auth.private_key);
  if (pem === undefined || isStandIn(pem)) return [];
  let kind: string | undefined;
  try {
    const passphrase = textOf(auth.private_key_passphrase);
    kind = createPrivateKey({
      key: pemText(pem),
      ...(passphrase === undefined ? {} : { passphrase }),
    }).asymmetricKeyType;
  } catch {
    // What OpenSSL says may hold a part of the key.
  }
  if (kind === "rsa") return [];
  return [
    {
      path: [...at, "private_key"],
      reason: "type",
      message: kind === undefined ? "the private key cannot be read" : `expected an RSA key, found one of kind ${kind}`,
      suggestion: "give it in PEM form, complete, with its passphrase if it has one",
    },
  ];
}

/** A key whose line ends an environment variable has turned into `\n`. */
export function pemText(text: string): string {
  return text.includes("\n") ? text : text.replaceAll("\\n", "\n");
}

function textOf(value: string | Secret | null | undefined): string | undefined {
  return value instanceof Secret ? value.reveal() : (value ?? undefined);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
