import { readFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { type ConnectionOptions, checkServerIdentity, getCACertificates } from "node:tls";
import { ConfigError } from "../../core/errors.ts";
import type { Parameter } from "./connection-string.ts";

/** How one host is reached. */
export interface TlsSettings {
  /** False: clear text. */
  readonly options: false | ConnectionOptions;
  /** Tried when the server refuses the first way: clear text under `prefer`, TLS under `allow`. */
  readonly instead?: false | ConnectionOptions;
  /** Encrypted, but whoever answers is believed: the user is warned. */
  readonly unverified: boolean;
}

export interface TlsRules {
  readonly allowInsecure: boolean;
  readonly caCertificate: string | undefined;
}

/**
 * The TLS options of a host by libpq's meaning of `sslmode`, which is not that of node-postgres: `require` encrypts
 * without looking at the certificate unless a root certificate is given, `verify-ca` does not compare the name.
 * Without `sslmode` a remote host means `verify-full`, this machine means clear text.
 *
 * Throws `E_UNSAFE_URL` for modes that could send data in clear text over a network.
 */
export function readTls(host: string, parameters: ReadonlyMap<Parameter, string>, rules: TlsRules): TlsSettings {
  const local = isLocalHost(host);
  const mode = parameters.get("sslmode") ?? (local ? "disable" : "verify-full");
  if (host.startsWith("/")) return { options: false, unverified: false };
  switch (mode) {
    case "disable":
      if (!local && !rules.allowInsecure)
        throw unsafe(host, "sslmode=disable sends the password and the rows in clear text");
      return { options: false, unverified: false };
    case "allow":
    case "prefer": {
      if (!local && !rules.allowInsecure) throw unsafe(host, `sslmode=${mode} falls back to clear text`);
      const tls = { ...client(parameters), rejectUnauthorized: false };
      return mode === "prefer"
        ? { options: tls, instead: false, unverified: false }
        : { options: false, instead: tls, unverified: false };
    }
    case "require": {
      const ca = rootCertificate(parameters, rules);
      if (ca === undefined) return { options: { ...client(parameters), rejectUnauthorized: false }, unverified: true };
      return { options: { ...client(parameters), ...ca, checkServerIdentity: anyName }, unverified: false };
    }
    case "verify-ca": {
      const ca = rootCertificate(parameters, rules) ?? {};
      return { options: { ...client(parameters), ...ca, checkServerIdentity: anyName }, unverified: false };
    }
    case "verify-full": {
      const ca = rootCertificate(parameters, rules) ?? {};
      const check: ConnectionOptions["checkServerIdentity"] = (_name, certificate) =>
        checkServerIdentity(host, certificate);
      return { options: { ...client(parameters), ...ca, checkServerIdentity: check }, unverified: false };
    }
    default:
      throw input("sslmode must be one of disable, require, verify-ca, verify-full");
  }
}

/** This machine: a socket folder, `localhost` or a loopback address. */
export function isLocalHost(host: string): boolean {
  if (host.startsWith("/") || host === "localhost") return true;
  if (isIPv4(host)) return host.startsWith("127.");
  return isIPv6(host) && (host === "::1" || /^(0+:){7}0*1$/.test(host));
}

function rootCertificate(
  parameters: ReadonlyMap<Parameter, string>,
  rules: TlsRules,
): { readonly ca: string | string[] } | undefined {
  if (rules.caCertificate !== undefined && rules.caCertificate !== "") return { ca: rules.caCertificate };
  const value = parameters.get("sslrootcert");
  if (value === undefined) return undefined;
  return { ca: value === "system" ? systemCertificates() : pem(value, "sslrootcert") };
}

/** What this machine trusts, and what Node brings along: a slim container has no store of its own. */
function systemCertificates(): string[] {
  return [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
}

function client(parameters: ReadonlyMap<Parameter, string>): ConnectionOptions {
  const cert = parameters.get("sslcert");
  const key = parameters.get("sslkey");
  const passphrase = parameters.get("sslpassword");
  return {
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    ...(cert === undefined ? {} : { cert: pem(cert, "sslcert") }),
    ...(key === undefined ? {} : { key: pem(key, "sslkey") }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

/** The value itself when it is PEM text, else the file of that path. */
function pem(value: string, name: string): string {
  if (value.includes("-----BEGIN")) return value;
  try {
    return readFileSync(value, "utf8");
  } catch {
    throw input(`the file given as ${name} cannot be read`);
  }
}

function anyName(): undefined {
  return undefined;
}

function unsafe(host: string, why: string): ConfigError {
  return new ConfigError("E_UNSAFE_URL", `the connection to the database at ${host} would not be protected: ${why}`, {
    step: "config",
    hint: "Use sslmode=verify-full or verify-ca with the server's CA, or sslmode=require; allow-insecure-postgres permits it.",
    context: { host },
  });
}

function input(why: string): ConfigError {
  return new ConfigError("E_INPUT", `the connection string cannot be used: ${why}`, {
    step: "config",
    reason: "connection_string",
  });
}
