import { Double, type JsonValue, setOwn } from "../../../src/core/json.ts";

/** A call such as `datetime.date(2024, 1, 2)` or `Decimal('1')`, or bytes, in a Python `repr`. */
export class PythonCall {
  readonly name: string;
  readonly positional: readonly PythonValue[];
  readonly keywords: Readonly<Record<string, PythonValue>>;

  constructor(name: string, positional: readonly PythonValue[], keywords: Readonly<Record<string, PythonValue>>) {
    this.name = name;
    this.positional = positional;
    this.keywords = keywords;
  }
}

export class PythonBytes {
  readonly hex: string;

  constructor(hex: string) {
    this.hex = hex;
  }
}

export type PythonValue = JsonValue | PythonCall | PythonBytes;

/** Reads the `repr` forms that the recorded files use. Throws on anything else. */
export function parsePythonLiteral(source: string): PythonValue {
  let at = 0;
  const fail = (): never => {
    throw new Error(`not a Python literal at ${at}: ${source}`);
  };
  const blanks = () => {
    while (source[at] === " ") at += 1;
  };
  const take = (token: string) => {
    blanks();
    if (!source.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const match = (pattern: RegExp) => {
    blanks();
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found !== null) at = pattern.lastIndex;
    return found?.[0];
  };

  function value(): PythonValue {
    if (take("b'")) return bytes();
    if (take("'")) return string("'");
    if (take('"')) return string('"');
    if (take("[")) return items("]").map(json);
    if (take("{")) return dictionary();
    const number = match(/-?(?:\d+\.\d+(?:e[+-]?\d+)?|\d+e[+-]?\d+|\d+)/y);
    if (number !== undefined) {
      if (/[.e]/.test(number)) return new Double(Number(number));
      const integer = BigInt(number);
      return BigInt(Number(integer)) === integer && Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
    }
    const name = match(/[A-Za-z_.]+/y) ?? fail();
    if (name === "None") return null;
    if (name === "True" || name === "False") return name === "True";
    return take("(") ? call(name) : new PythonCall(name, [], {});
  }

  function items(close: string): PythonValue[] {
    const found: PythonValue[] = [];
    while (!take(close)) {
      found.push(value());
      take(",");
    }
    return found;
  }

  function dictionary(): JsonValue {
    const object: { [key: string]: JsonValue } = {};
    while (!take("}")) {
      const key = value();
      if (typeof key !== "string" || !take(":")) return fail();
      setOwn(object, key, json(value()));
      take(",");
    }
    return object;
  }

  function call(name: string): PythonCall {
    const positional: PythonValue[] = [];
    const keywords: Record<string, PythonValue> = {};
    while (!take(")")) {
      const keyword = match(/[a-z]+=/y);
      if (keyword === undefined) positional.push(value());
      else keywords[keyword.slice(0, -1)] = value();
      take(",");
    }
    return new PythonCall(name, positional, keywords);
  }

  function string(quote: string): string {
    let text = "";
    for (;;) {
      const character = source[at] ?? fail();
      at += 1;
      if (character === quote) return text;
      text += character === "\\" ? escaped() : character;
    }
  }

  function escaped(): string {
    const kind = source[at] ?? fail();
    at += 1;
    const length = { x: 2, u: 4, U: 8 }[kind];
    if (length === undefined) return { n: "\n", r: "\r", t: "\t" }[kind] ?? kind;
    at += length;
    return String.fromCodePoint(Number.parseInt(source.slice(at - length, at), 16));
  }

  function bytes(): PythonBytes {
    return new PythonBytes(Buffer.from(string("'"), "latin1").toString("hex"));
  }

  const read = value();
  blanks();
  return at === source.length ? read : fail();
}

/** The same value when it is one that JSON can say. */
export function json(value: PythonValue): JsonValue {
  if (value instanceof PythonCall || value instanceof PythonBytes) throw new Error("not a JSON value");
  return value;
}
