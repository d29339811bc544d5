import { isIP } from "node:net";

/** What kind of special address it is: one that an untrusted link must not lead to. */
export type SpecialAddress =
  | "unspecified"
  | "loopback"
  | "private"
  | "link-local"
  | "shared (carrier-grade NAT)"
  | "multicast"
  | "reserved";

/**
 * The kind of an address in text form (`10.0.0.1`, `fe80::1%eth0`, `::ffff:7f00:1`), undefined for one of the public
 * internet. An address of version 4 inside one of version 6 (mapped, compatible, translated, NAT64, 6to4, Teredo) counts
 * as what is inside. What is no address at all is `reserved`.
 */
export function specialAddress(text: string): SpecialAddress | undefined {
  const address = text.replace(/%.*$/, "");
  const version = isIP(address);
  if (version === 4) return specialV4(valueV4(address));
  return version === 6 ? specialV6(valueV6(address)) : "reserved";
}

type Range = readonly [value: bigint, bits: number, kind: SpecialAddress];

const V4: readonly Range[] = (
  [
    ["0.0.0.0", 8, "unspecified"],
    ["10.0.0.0", 8, "private"],
    ["100.64.0.0", 10, "shared (carrier-grade NAT)"],
    ["127.0.0.0", 8, "loopback"],
    ["169.254.0.0", 16, "link-local"],
    ["172.16.0.0", 12, "private"],
    ["192.0.0.0", 24, "reserved"],
    ["192.168.0.0", 16, "private"],
    ["198.18.0.0", 15, "reserved"],
    ["224.0.0.0", 4, "multicast"],
    ["240.0.0.0", 4, "reserved"],
  ] as const
).map(([start, bits, kind]) => [BigInt(valueV4(start)), bits, kind]);

const V6: readonly Range[] = (
  [
    ["::", 128, "unspecified"],
    ["::1", 128, "loopback"],
    // Addresses of a network's own translator.
    ["64:ff9b:1::", 48, "private"],
    ["100::", 64, "reserved"],
    ["fc00::", 7, "private"],
    ["fe80::", 10, "link-local"],
    ["fec0::", 10, "private"],
    ["ff00::", 8, "multicast"],
  ] as const
).map(([start, bits, kind]) => [valueV6(start), bits, kind]);

/** Prefixes below which an address of version 4 stands, and how many bits follow it. */
const EMBEDDING: readonly (readonly [prefix: bigint, bits: number, after: bigint])[] = (
  [
    ["::", 96, 0n],
    ["::ffff:0:0", 96, 0n],
    ["::ffff:0:0:0", 96, 0n],
    ["64:ff9b::", 96, 0n],
    ["2002::", 16, 80n],
  ] as const
).map(([prefix, bits, after]) => [valueV6(prefix), bits, after]);

const TEREDO = valueV6("2001::");
const LAST_32 = 0xffff_ffffn;

function specialV4(value: number): SpecialAddress | undefined {
  return kindIn(V4, BigInt(value), 32);
}

function specialV6(value: bigint): SpecialAddress | undefined {
  const own = kindIn(V6, value, 128);
  if (own !== undefined) return own;
  for (const [prefix, bits, after] of EMBEDDING) {
    if (isBelow(value, prefix, bits, 128)) return specialV4(Number((value >> after) & LAST_32));
  }
  // Teredo hides the client's address by inverting it.
  return isBelow(value, TEREDO, 32, 128) ? specialV4(Number(~value & LAST_32)) : undefined;
}

function kindIn(ranges: readonly Range[], value: bigint, width: number): SpecialAddress | undefined {
  return ranges.find(([prefix, bits]) => isBelow(value, prefix, bits, width))?.[2];
}

function isBelow(value: bigint, prefix: bigint, bits: number, width: number): boolean {
  const rest = BigInt(width - bits);
  return value >> rest === prefix >> rest;
}

function valueV4(text: string): number {
  return text.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

function valueV6(text: string): bigint {
  const tail = /:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  const value = tail === undefined ? 0 : valueV4(tail);
  const plain =
    tail === undefined
      ? text
      : `${text.slice(0, -tail.length)}${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`;
  const [front = "", back] = plain.split("::");
  const head = groupsOf(front);
  const end = groupsOf(back ?? "");
  const zeros = back === undefined ? [] : new Array<bigint>(8 - head.length - end.length).fill(0n);
  return [...head, ...zeros, ...end].reduce((sum, group) => (sum << 16n) | group, 0n);
}

function groupsOf(text: string): readonly bigint[] {
  return text === "" ? [] : text.split(":").map((group) => BigInt(`0x${group}`));
}
