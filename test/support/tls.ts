/** Certificates made by `openssl` for a test, and servers that want a password: over TLS, or without it. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { TLSSocket, type TLSSocketOptions } from "node:tls";

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Reason for skipping a test that makes certificates, or false. */
export function skipWithoutOpenssl(): string | false {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return false;
  } catch {
    const reason = "SKIPPED: no openssl program to make certificates with";
    console.error(reason);
    return reason;
  }
}

/** A self-signed certificate for a name. */
export function certificate(folder: string, name: string): Pair {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  openssl(["req", "-x509", ...EC, "-days", "10", ...subject, "-keyout", key, "-out", cert]);
  return readPair(cert, key);
}

export interface Authority {
  /** Its own certificate, PEM text and path. */
  readonly cert: string;
  readonly path: string;
  /** Signs one for `DNS:name` or `IP:address`; `days` below zero makes one that has expired. */
  sign(name: string, days?: number): Pair;
}

/** A certificate authority in a folder. */
export function authority(folder: string, name: string): Authority {
  const path = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  openssl(["req", "-x509", ...EC, "-days", "10", "-subj", `/CN=${name}`, "-keyout", key, "-out", path]);
  let count = 0;
  return {
    cert: readFileSync(path, "utf8"),
    path,
    sign: (subject, days = 10) => {
      const file = (ending: string) => join(folder, `${name}-${count}.${ending}`);
      count++;
      const [kind = "", value = ""] = subject.split(/:(.*)/);
      const names = ["-subj", `/CN=${value}`, "-addext", `subjectAltName=${kind}:${value}`];
      openssl(["req", ...EC, ...names, "-keyout", file("key"), "-out", file("csr")]);
      const by = ["-CA", path, "-CAkey", key, "-CAcreateserial", "-copy_extensions", "copy"];
      openssl(["x509", "-req", "-in", file("csr"), ...by, "-days", String(days), "-out", file("crt")]);
      return readPair(file("crt"), file("key"));
    },
  };
}

function openssl(args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "ignore" });
}

function readPair(cert: string, key: string): Pair {
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}

/** The same key, encrypted. */
export function encryptedKey(folder: string, key: string, password: string): string {
  const [from, to] = [join(folder, "plain.key"), join(folder, "encrypted.key")];
  writeFileSync(from, key);
  openssl(["pkcs8", "-topk8", "-in", from, "-out", to, "-passout", `pass:${password}`]);
  return readFileSync(to, "utf8");
}

export interface PasswordThief {
  readonly port: number;
  /** All that it was sent, decrypted where it came over TLS. */
  heard(): string;
  /** All that came over the wire before or without TLS. */
  clear(): string;
  /** Common names of the client certificates that it was shown, where it asks for one. */
  readonly clients: readonly string[];
}

/**
 * Speaks PostgreSQL as far as the request for a clear-text password, over TLS with these options, or without TLS; keeps
 * what it was sent.
 */
export async function passwordThief(
  t: { after(end: () => void): void },
  tls: TLSSocketOptions | "no TLS",
  address = "127.0.0.1",
): Promise<PasswordThief> {
  const heard: Buffer[] = [];
  const clear: Buffer[] = [];
  const clients: string[] = [];
  const sockets = new Set<Socket>();
  // AuthenticationCleartextPassword.
  const askPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    const converse = (wire: Socket, keep: (data: Buffer) => void) => {
      let messages = 0;
      wire.on("error", () => {});
      wire.on("data", (data) => {
        keep(data);
        // Asked once, when the start-up message is there; then goodbye.
        if (++messages === 1) wire.write(askPassword);
        else wire.destroy();
      });
    };
    const keepClear = (data: Buffer) => {
      heard.push(data);
      clear.push(data);
    };
    socket.once("data", (request) => {
      keepClear(request);
      const wantsTls = request.length === 8 && request.readUInt32BE(4) === 80877103;
      if (!wantsTls) {
        socket.write(askPassword);
        socket.once("data", (data) => {
          keepClear(data);
          socket.destroy();
        });
        return;
      }
      socket.write(tls === "no TLS" ? "N" : "S");
      if (tls === "no TLS") return converse(socket, keepClear);
      const secure = new TLSSocket(socket, { isServer: true, ...tls });
      secure.on("secure", () => {
        if (tls.requestCert !== true) return;
        const { subject } = secure.getPeerCertificate();
        if (subject?.CN === undefined) secure.destroy();
        else clients.push(String(subject.CN));
      });
      converse(secure, (data) => heard.push(data));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : 0,
    heard: () => Buffer.concat(heard).toString("latin1"),
    clear: () => Buffer.concat(clear).toString("latin1"),
    clients,
  };
}
