/** The parsed form of a JSONPath. */
export type Node =
  | { readonly kind: "root" }
  | { readonly kind: "this" }
  | { readonly kind: "fields"; readonly names: readonly string[] }
  | { readonly kind: "indexes"; readonly indexes: readonly number[] }
  | { readonly kind: "slice"; readonly start?: number; readonly end?: number; readonly step?: number }
  | { readonly kind: "child"; readonly left: Node; readonly right: Node }
  | { readonly kind: "descendants"; readonly left: Node; readonly right: Node }
  | { readonly kind: "union"; readonly left: Node; readonly right: Node }
  | { readonly kind: "filter"; readonly tests: readonly Test[] }
  | { readonly kind: "len" }
  | { readonly kind: "keys" }
  | { readonly kind: "sort"; readonly keys: readonly SortKey[] };

/** How a list of objects is sorted: by the value at a path. */
export interface SortKey {
  readonly path: Node;
  readonly descending: boolean;
}

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type Operand = string | number | boolean | null;

export interface Test {
  readonly path: Node;
  readonly operator?: Operator;
  /** Instead of an operator: of `=~`. */
  readonly pattern?: RegExp;
  readonly operand?: Operand;
}

/** A JSONPath that cannot be read. `position` counts characters from 0. */
export class JsonPathError extends Error {
  readonly position: number;

  constructor(text: string, position: number, what: string) {
    super(`JSONPath ${JSON.stringify(text)}: ${what} at character ${position + 1}`);
    this.name = "JsonPathError";
    this.position = position;
  }
}

type Joint = "descendants" | "child" | "union";

const JOINTS: Readonly<Record<string, Joint>> = { "..": "descendants", ".": "child", "|": "union" };
const STRENGTH: Readonly<Record<Joint, number>> = { descendants: 1, child: 2, union: 3 };

interface Token {
  readonly kind: "name" | "number" | "text" | "named" | "mark" | "operator" | "end";
  readonly value: string;
  readonly at: number;
}

/**
 * Reads a JSONPath with the precedence of jsonpath-ng: `..` binds weaker than `.`, and that weaker than `|`, so `a.b|c` is
 * `a.(b|c)`; a bracket is for all before it: `a.b|c[0]` is `(a.(b|c))[0]`.
 */
export function parse(text: string): Node {
  const tokens = scan(text);
  let next = 0;
  const peek = (): Token => tokens[next] ?? { kind: "end", value: "", at: text.length };
  const isMark = (value: string) => peek().kind === "mark" && peek().value === value;
  const fail = (): never => {
    const token = peek();
    throw new JsonPathError(
      text,
      token.at,
      token.kind === "end" ? "unexpected end" : `unexpected ${JSON.stringify(token.value)}`,
    );
  };
  const take = (): Token => {
    const token = peek();
    next += 1;
    return token;
  };
  const expect = (value: string): void => {
    if (!isMark(value)) fail();
    next += 1;
  };

  function path(): Node {
    let left = primary();
    /** Operators that wait for their right side, the tightest last. */
    const open: { readonly left: Node; readonly kind: Joint }[] = [];
    const reduce = (strength: number): void => {
      for (let top = open.at(-1); top !== undefined && STRENGTH[top.kind] >= strength; top = open.at(-1)) {
        left = { kind: top.kind, left: top.left, right: left };
        open.pop();
      }
    };
    for (;;) {
      const kind = peek().kind === "mark" ? JOINTS[peek().value] : undefined;
      if (kind !== undefined) {
        next += 1;
        reduce(STRENGTH[kind]);
        open.push({ left, kind });
        left = primary();
      } else {
        reduce(0);
        if (!isMark("[")) return left;
        left = { kind: "child", left, right: bracket() };
      }
    }
  }

  function primary(): Node {
    const token = peek();
    if (token.kind === "mark") {
      if (token.value === "$") {
        next += 1;
        return { kind: "root" };
      }
      if (token.value === "@") {
        next += 1;
        return { kind: "this" };
      }
      if (token.value === "[") return bracket();
      if (token.value === "(") {
        next += 1;
        const inner = path();
        expect(")");
        return inner;
      }
    }
    if (token.kind === "named") {
      next += 1;
      if (token.value === "this") return { kind: "this" };
      if (token.value === "len") return { kind: "len" };
      if (token.value === "keys") return { kind: "keys" };
      throw new JsonPathError(text, token.at, `unknown operator \`${token.value}\``);
    }
    return { kind: "fields", names: names() };
  }

  function names(): readonly string[] {
    const out = [name()];
    while (isMark(",")) {
      next += 1;
      out.push(name());
    }
    return out;
  }

  function name(): string {
    if (isMark("*") || peek().kind === "name" || peek().kind === "text" || peek().kind === "number") {
      return take().value;
    }
    return fail();
  }

  function bracket(): Node {
    expect("[");
    const node = insideBracket();
    expect("]");
    return node;
  }

  function insideBracket(): Node {
    if (isMark("?")) {
      next += 1;
      return filter();
    }
    if (isMark("*")) {
      next += 1;
      return { kind: "fields", names: ["*"] };
    }
    if (isMark("/") || isMark("\\")) return { kind: "sort", keys: sortKeys() };
    if (peek().kind === "number" || isMark(":")) return indexOrSlice();
    return { kind: "fields", names: names() };
  }

  /** `\name` descending, `/name` ascending, several joined by commas. */
  function sortKeys(): readonly SortKey[] {
    const keys: SortKey[] = [];
    do {
      if (keys.length > 0) next += 1;
      if (!isMark("/") && !isMark("\\")) fail();
      const descending = take().value === "\\";
      // A comma here ends the key: `names` would take it for a union of fields.
      keys.push({ descending, path: sortPath() });
    } while (isMark(","));
    return keys;
  }

  function sortPath(): Node {
    let left: Node = { kind: "fields", names: [name()] };
    while (isMark(".")) {
      next += 1;
      left = { kind: "child", left, right: { kind: "fields", names: [name()] } };
    }
    return left;
  }

  function indexOrSlice(): Node {
    const first = integer();
    if (!isMark(":")) {
      if (first === undefined) fail();
      const indexes = [first ?? 0];
      while (isMark(",")) {
        next += 1;
        indexes.push(integer() ?? fail());
      }
      return { kind: "indexes", indexes };
    }
    next += 1;
    const end = integer();
    let step: number | undefined;
    if (isMark(":")) {
      next += 1;
      step = integer();
    }
    return {
      kind: "slice",
      ...(first === undefined ? {} : { start: first }),
      ...(end === undefined ? {} : { end }),
      ...(step === undefined ? {} : { step }),
    };
  }

  function integer(): number | undefined {
    return peek().kind === "number" ? Number(take().value) : undefined;
  }

  function filter(): Node {
    const closed = isMark("(");
    if (closed) next += 1;
    const tests = [test()];
    while (isMark("&")) {
      next += 1;
      tests.push(test());
    }
    if (closed) expect(")");
    return { kind: "filter", tests };
  }

  function test(): Test {
    const left = path();
    if (peek().kind !== "operator") return { path: left };
    const written = take().value;
    const { at } = peek();
    const right = operand();
    if (written === "=~") {
      const pattern = patternOf(String(right));
      if (pattern === undefined) throw new JsonPathError(text, at, "a pattern that cannot be read");
      return { path: left, pattern };
    }
    return { path: left, operator: written === "=" ? "==" : toOperator(written), operand: right };
  }

  function operand(): Operand {
    const token = peek();
    if (token.kind === "number") return Number(take().value);
    if (token.kind === "text") return take().value;
    if (token.kind !== "name") return fail();
    next += 1;
    if (token.value === "true" || token.value === "false") return token.value === "true";
    return token.value === "null" ? null : token.value;
  }

  const node = path();
  if (peek().kind !== "end") fail();
  return node;
}

/** Compiled once for all values. dlt's patterns are Python's: flags stand at their beginning, names of groups after a `P`. */
function patternOf(text: string): RegExp | undefined {
  const [start = "", flags = ""] = /^\(\?([ims]+)\)/.exec(text) ?? [];
  const rest = text
    .slice(start.length)
    .replaceAll("(?P<", "(?<")
    .replace(/\(\?P=(\w+)\)/g, "\\k<$1>");
  try {
    return new RegExp(rest, [...new Set(flags)].join(""));
  } catch {
    return undefined;
  }
}

function toOperator(written: string): Operator {
  switch (written) {
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return written;
    default:
      return "==";
  }
}

const PATTERNS: readonly (readonly [Token["kind"], RegExp])[] = [
  ["name", /@?[A-Za-z_\u4e00-\u9fa5\u{1f600}-\u{1f64f}][A-Za-z0-9_@\-\u4e00-\u9fa5\u{1f600}-\u{1f64f}]*/uy],
  ["number", /-?\d+(?:\.\d+)?/uy],
  ["operator", /=~|==?|<=|>=|!=|<|>/uy],
  ["mark", /\.\.|&&?|[.*[\]()$,:|?@/\\]/uy],
];

function scan(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? "";
    if (char === " " || char === "\t" || char === "\n") {
      at += 1;
      continue;
    }
    if (char === "'" || char === '"' || char === "`") {
      const [value, end] = quoted(text, at, char);
      tokens.push({ kind: char === "`" ? "named" : "text", value, at });
      at = end;
      continue;
    }
    const found = match(text, at);
    if (found === undefined) throw new JsonPathError(text, at, `unexpected ${JSON.stringify(char)}`);
    tokens.push(found);
    at += found.value.length;
  }
  return tokens.map((token) => (token.value === "&&" ? { ...token, value: "&" } : token));
}

function match(text: string, at: number): Token | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const value = pattern.exec(text)?.[0];
    if (value !== undefined) return { kind, value, at };
  }
  return undefined;
}

function quoted(text: string, at: number, quote: string): readonly [string, number] {
  let value = "";
  for (let index = at + 1; index < text.length; index += 1) {
    const char = text[index] ?? "";
    if (char === quote) return [value, index + 1];
    if (char === "\\" && index + 1 < text.length) {
      index += 1;
      value += text[index] ?? "";
    } else {
      value += char;
    }
  }
  throw new JsonPathError(text, at, "a quote that is not closed");
}
