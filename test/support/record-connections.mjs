/**
 * Loaded into a process before anything else (`NODE_OPTIONS=--import`): every name that is looked up and every connection
 * that is opened is written to the file of SLUICE_TEST_CONNECTIONS; what is not listed in SLUICE_TEST_ALLOWED is refused, as
 * on a runner without network.
 */
import dgram from "node:dgram";
import dns from "node:dns";
import { appendFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

const file = process.env.SLUICE_TEST_CONNECTIONS;
const allowed = new Set((process.env.SLUICE_TEST_ALLOWED ?? "").split(","));

function note(what) {
  appendFileSync(file, `${what}\n`);
  if (!allowed.has(what)) throw new Error(`blocked: ${what}`);
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [first] =
    net._normalizeArgs === undefined ? [args] : net._normalizeArgs(Array.isArray(args[0]) ? args[0] : args);
  const options = typeof first === "object" ? first : {};
  note(options.path ? `unix:${options.path}` : `${options.host ?? "localhost"}:${options.port}`);
  return connect.apply(this, args);
};
for (const name of ["lookup", "resolve", "resolve4", "resolve6", "resolveAny", "resolveTxt", "resolveSrv"]) {
  for (const module of [dns, dns.promises]) {
    const original = module[name];
    module[name] = function (host, ...rest) {
      if (net.isIP(host) === 0) note(`name:${host}`);
      return original.call(this, host, ...rest);
    };
  }
}
dgram.createSocket = () => {
  note("datagram");
};
syncBuiltinESMExports();
