import type { WorldOptions } from "../options.ts";
import { DAY, T0, T1, T2 } from "./time.ts";
import { EXTRA, WORDS } from "./words.ts";

/** What is wrong with a project, seen by an API reader. */
export type Trait = "archived" | "no_issues" | "no_ci" | "no_repo" | "gone";

export interface UserBrief {
  readonly id: number;
  readonly username: string;
  readonly public_email: string;
  readonly name: string;
  readonly state: string;
  readonly locked: boolean;
  readonly avatar_url: string;
  readonly web_url: string;
}

/**
 * The numbers, times, texts and names that all records are made of. Every value is a pure function of the seed, the
 * kind of thing, its parent, its index and the day, so that any record can be made alone and is always the same.
 */
export class World {
  readonly options: WorldOptions;
  readonly day: 1 | 2;
  readonly host = "https://gitlab.fixture.test";
  readonly #traits = new Map<number, Trait>();
  readonly #briefs: UserBrief[] = [];
  readonly #topGroups: number;

  constructor(options: WorldOptions, day: 1 | 2) {
    this.options = options;
    this.day = day;
    this.#topGroups = Math.max(1, Math.ceil(options.groups / 4));
    if (options.restricted !== "none" && options.projects >= TRAITS.length + 3) {
      TRAITS.forEach((trait, back) => {
        this.#traits.set(options.projects - 1 - back, trait);
      });
    }
  }

  trait(p: number): Trait | undefined {
    return this.#traits.get(p);
  }

  // ---- randomness

  /** 32 bits; `salt` gives several independent ones of the same thing. */
  hash(kind: string, p: number, i: number, salt = 0): number {
    let x = mix(this.options.seed ^ Math.imul(kindNumber(kind), 0x9e3779b1));
    x = mix(x ^ Math.imul(p + 1, 0x27d4eb2f));
    x = mix(x ^ Math.imul(i + 1, 0x165667b1));
    return salt ? mix(x ^ Math.imul(salt, 0x9e3779b9)) : x;
  }

  /** In [0, 1). */
  fraction(kind: string, p: number, i: number, salt: number): number {
    return this.hash(kind, p, i, salt) / 4294967296;
  }

  words(n: number, kind: string, p: number, i: number, salt: number): string {
    let text = "";
    for (let k = 0; k < n; k++) {
      text += (k ? " " : "") + WORDS[this.hash(kind, p, i, salt + k * 7) % WORDS.length];
    }
    return text;
  }

  sha(kind: string, p: number, i: number, salt = 0): string {
    let text = "";
    for (let k = 0; k < 5; k++) {
      text += this.hash(kind, p, i, salt + 91 + k)
        .toString(16)
        .padStart(8, "0");
    }
    return text;
  }

  text(kind: string, p: number, i: number, salt: number): string {
    const n = 8 + (this.hash(kind, p, i, salt) % 24);
    const text = this.words(Math.round(n * this.options.textSize), kind, p, i, salt);
    const r = this.hash(kind, p, i, salt + 1) % 12;
    return r < EXTRA.length && r % 3 === 0 ? `${text}\n\n${EXTRA[r]}` : text;
  }

  // ---- time

  iso(ms: number): string {
    return new Date(ms).toISOString();
  }

  isoTz(ms: number, hours: number): string {
    const local = new Date(ms + hours * 3600000).toISOString().slice(0, 23);
    return `${local}${hours < 0 ? "-" : "+"}${String(Math.abs(hours)).padStart(2, "0")}:00`;
  }

  date(ms: number): string {
    return new Date(ms).toISOString().slice(0, 10);
  }

  // ---- day 2: some are new, a few vanished, some changed. `n` is the number on day 1.

  base(_kind: string, n: number): number {
    return this.day >= 2 && n > 0 ? n + Math.max(1, Math.floor(n / 50)) : n;
  }

  vanished(kind: string, p: number, i: number, n: number): boolean {
    return this.day >= 2 && i < n && this.hash(kind, p, i, 777) % 89 === 0;
  }

  changed(kind: string, p: number, i: number, n: number): boolean {
    return this.day >= 2 && i < n && this.hash(kind, p, i, 555) % 20 === 3;
  }

  created(kind: string, p: number, i: number, n: number): number {
    if (i >= n) return T1 + Math.floor(((i - n + 0.5) / Math.max(1, Math.floor(n / 50))) * DAY * 0.98);
    const step = (T1 - T0) / Math.max(1, n);
    return Math.floor(T0 + (i + 0.25) * step + this.fraction(kind, p, i, 3) * step * 0.5);
  }

  updated(kind: string, p: number, i: number, n: number): number {
    const created = this.created(kind, p, i, n);
    const limit = this.day >= 2 && i >= n ? T2 : T1;
    if (this.changed(kind, p, i, n)) {
      return T1 + 60000 + Math.floor(this.fraction(kind, p, i, 556) * (DAY - 120000));
    }
    return Math.min(limit - 1, created + Math.floor(this.fraction(kind, p, i, 4) ** 3 * 60 * DAY));
  }

  // ---- names and ids

  groupParent(g: number): number | null {
    return g < this.#topGroups ? null : g - this.#topGroups;
  }

  groupParentId(g: number): number | null {
    const parent = this.groupParent(g);
    return parent === null ? null : this.groupId(parent);
  }

  groupPath(g: number): string {
    const parent = this.groupParent(g);
    return parent === null ? `group-${g}` : `${this.groupPath(parent)}/group-${g}`;
  }

  groupId(g: number): number {
    return 1000 + g;
  }

  projectGroup(p: number): number {
    return p % this.options.groups;
  }

  projectId(p: number): number {
    return 100 + p;
  }

  projectPath(p: number): string {
    return `${this.groupPath(this.projectGroup(p))}/project-${p}`;
  }

  projectFor(g: number): number {
    return g < this.options.projects ? g : 0;
  }

  userId(u: number): number {
    return 1 + u;
  }

  /** Id of things that are counted across the whole server. */
  globalId(_kind: string, p: number, i: number): number {
    return (p + 1) * 10000000 + i + 1;
  }

  // ---- users as they stand inside other records

  userBrief(u: number): UserBrief {
    const known = this.#briefs[u];
    if (known !== undefined) return known;
    const username = `${WORDS[u % WORDS.length]}${u}`;
    const brief: UserBrief = {
      id: this.userId(u),
      username,
      public_email: "",
      name: `${username.charAt(0).toUpperCase()}${username.slice(1)} ${WORDS[(u * 7) % WORDS.length]}`,
      state: u % 17 === 16 ? "blocked" : "active",
      locked: false,
      avatar_url: `https://secure.gravatar.com/avatar/${this.sha("user", 0, u).slice(0, 32)}?s=80&d=identicon`,
      web_url: `${this.host}/${username}`,
    };
    this.#briefs[u] = brief;
    return brief;
  }

  someUser(kind: string, p: number, i: number, salt: number): UserBrief {
    return this.userBrief(this.hash(kind, p, i, salt) % this.options.users);
  }
}

/** Of the last projects, from the end. */
const TRAITS: readonly Trait[] = ["archived", "no_issues", "no_ci", "no_repo", "gone"];

const kinds = new Map<string, number>();

function kindNumber(kind: string): number {
  let number = kinds.get(kind);
  if (number === undefined) {
    number = 0;
    for (let i = 0; i < kind.length; i++) number = (Math.imul(number, 31) + kind.charCodeAt(i)) | 0;
    kinds.set(kind, number);
  }
  return number;
}

/** The finalizer of MurmurHash3. */
function mix(value: number): number {
  let h = value;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
