/** Certificates for tests, made by `openssl`. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** False where certificates can be made, else why a test is skipped. */
export function noOpenssl(): false | string {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return false;
  } catch {
    return "SKIPPED: no openssl program to make certificates with";
  }
}

/** An authority, and certificates that it signs for names and addresses (`DNS:localhost`, `IP:127.0.0.1`). */
export function testAuthority(t: { after(end: () => void): void }): {
  readonly cert: string;
  readonly issue: (...names: readonly string[]) => KeyPair;
} {
  const folder = mkdtempSync(join(tmpdir(), "sluice-ca-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...key, "-days", "10", "-subj", "/CN=Test CA", "-keyout", at("ca.key"), "-out", at("ca.crt"));
  let serial = 0;
  return {
    cert: readFileSync(at("ca.crt"), "utf8"),
    issue(...names) {
      serial += 1;
      const [leaf, request, own] = [at(`${serial}.crt`), at(`${serial}.csr`), at(`${serial}.key`)];
      writeFileSync(at("names"), `subjectAltName=${names.join(",")}\n`);
      openssl("req", ...key, "-subj", "/CN=test", "-keyout", own, "-out", request);
      const signed = ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-set_serial", String(serial), "-days", "5"];
      openssl("x509", "-req", "-in", request, ...signed, "-extfile", at("names"), "-out", leaf);
      return { cert: readFileSync(leaf, "utf8"), key: readFileSync(own, "utf8") };
    },
  };
}
