/**
 * Masks secrets in text, whatever form they took on the way: every form of {@link secretForms} of every given secret
 * and, whoever they belong to, texts that look like a token, a private key or `://user:password@`.
 *
 * Values shorter than {@link SHORTEST_SECRET} characters are not masked: they would tear ordinary text apart.
 *
 * @example
 * const redact = createRedactor(["s3cret/word"]);
 * redact("token=s3cret%2Fword"); // "token=***"
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) for (const form of secretForms(secret)) forms.add(form);
  // Longest first: a form that contains another one is masked whole.
  const sources = [...forms].sort((a, b) => b.length - a.length).map(escapeRegExp);
  const literal = sources.length === 0 ? undefined : new RegExp(sources.join("|"), "g");
  return (text) => {
    const masked = literal === undefined ? text : text.replace(literal, MASK);
    return LOOKS_RISKY.test(masked) ? maskPatterns(masked) : masked;
  };
}

/** What stands in the place of a secret. */
export const MASK = "***";

/** Shorter values are not masked; the edges warn about them. */
export const SHORTEST_SECRET = 4;

/**
 * The forms in which a secret can turn up: raw, trimmed, its lines, URL-encoded and -decoded, base64 and base64url (also
 * as part of a longer encoded text such as `user:password`), JSON-escaped; for a connection URL or a connection text also
 * all forms of its password. Longest first.
 */
export function secretForms(secret: string): readonly string[] {
  const forms = new Set<string>();
  for (const value of [secret, ...passwordsOf(secret)]) addForms(forms, value);
  return [...forms].filter((form) => form.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
}

/** The same value with every text in it redacted; plain JSON values only. Keys are names of ours and stay. */
export function redactValue<T>(redact: (text: string) => string, value: T): T;
export function redactValue(redact: (text: string) => string, value: unknown): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item: unknown) => redactValue(redact, item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactValue(redact, item)]));
}

function addForms(forms: Set<string>, secret: string): void {
  const plain = new Set([secret, secret.trim(), ...secret.split(/\r\n|[\r\n]/).map((line) => line.trim())]);
  for (const value of [...plain]) for (const decoded of urlDecoded(value)) plain.add(decoded);
  for (const value of plain) {
    if (value.length < SHORTEST_SECRET) continue;
    forms.add(value);
    for (const form of urlEncoded(value)) forms.add(form);
    for (const form of base64Of(value)) forms.add(form);
    for (const form of escaped(value)) forms.add(form);
  }
}

/** Percent-encodings differ in what they leave alone, in the sign for a space and in the case of hex digits. */
function urlEncoded(value: string): readonly string[] {
  // A lone surrogate has no UTF-8 form and cannot be sent as such.
  const text = value.toWellFormed();
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, percent);
  const forms = [
    component,
    strict,
    strict.replaceAll("%2F", "/"),
    encodeURI(text),
    new URLSearchParams({ v: text }).toString().slice(2),
    inUrl((url) => {
      url.password = text;
    }, "password"),
    inUrl((url) => {
      url.search = `?${text}`;
    }, "search").slice(1),
    inUrl((url) => {
      url.pathname = `/${text}`;
    }, "pathname").slice(1),
  ];
  const spaced = forms.flatMap((form) => [form, form.replaceAll("%20", "+")]);
  return spaced.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())]);
}

function inUrl(write: (url: URL) => void, part: "password" | "search" | "pathname"): string {
  const url = new URL("http://u@h/");
  write(url);
  return url[part];
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function urlDecoded(value: string): readonly string[] {
  if (!/[%+]/.test(value)) return [];
  return [value, value.replaceAll("+", " ")].flatMap((text) => {
    try {
      return [decodeURIComponent(text)];
    } catch {
      // Not an encoded text: a stray `%`.
      return [];
    }
  });
}

/**
 * base64 of the value itself and, for the three places at which it can start within a group of three bytes, the part
 * that no neighbour changes: so it is found inside the base64 of `user:password` for any user.
 */
function base64Of(value: string): readonly string[] {
  const forms: string[] = [];
  const bytes = Buffer.from(value, "utf8");
  for (const encoding of ["base64", "base64url"] as const) {
    const whole = bytes.toString(encoding);
    forms.push(whole, whole.replace(/=+$/, ""));
    for (const shift of [0, 1, 2]) {
      const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
      const stable = shifted.subarray(0, shifted.length - (shifted.length % 3)).toString(encoding);
      const core = stable.slice(shift === 0 ? 0 : shift + 1);
      if (core.length >= SHORTEST_INNER_BASE64) forms.push(core);
    }
  }
  return forms;
}

/** Shorter inner parts of a base64 text would match by chance. */
const SHORTEST_INNER_BASE64 = 8;

/** As JSON writes it (once and twice, `/` and non-ASCII escaped or not), as JavaScript and SQL quote it. */
function escaped(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const forms = [json, ascii, json.replaceAll("/", "\\/"), ascii.replaceAll("/", "\\/")];
  const twice = [json, ascii].map((form) => JSON.stringify(form).slice(1, -1));
  return [...forms, ...twice, value.replaceAll("'", "''"), value.replace(/[\\']/g, "\\$&")];
}

/** Passwords inside a connection URL (`postgresql://user:password@host`) or a connection text (`password=...`). */
function passwordsOf(secret: string): readonly string[] {
  const found: string[] = [];
  // A password may hold `@`, `/` and `:` as they are: the last `@` of the authority and the last of all both end one.
  const inUserInfo = [/^\s*[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i, /^\s*[a-z][a-z0-9+.-]*:\/\/(.*)@/is];
  for (const pattern of inUserInfo) {
    const userInfo = pattern.exec(secret)?.[1];
    if (userInfo?.includes(":")) found.push(userInfo.slice(userInfo.indexOf(":") + 1));
  }
  const pairs = /\b(?:ssl)?password\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s&']+))/gi;
  for (const match of secret.matchAll(pairs)) found.push((match[1] ?? match[2] ?? "").replace(/\\(.)/g, "$1"));
  return found;
}

/** One quick look, so that ordinary text pays for one scan only. */
const LOOKS_RISKY = /:\/\/[^\s/?#]*@|-----BEGIN |eyJ|gl[a-z]{2,6}-|gh[a-z]_|github_pat_|xox[a-z]-|AKIA/;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?(?:-----END \1-----|$)/g, MASK],
  [/(:\/\/[^\s/?#:@"'<>]*):[^\s/?#"'<>]+@/g, `$1:${MASK}@`],
  [/\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g, MASK],
  [/\bgl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|agent|oas|imt|ffct)-[\w.-]{8,}/g, MASK],
  [/\bgh[a-z]_[A-Za-z0-9]{16,}|\bgithub_pat_\w{16,}/g, MASK],
  [/\bxox[a-z]-[\w-]{8,}/g, MASK],
  [/\bAKIA[0-9A-Z]{16}\b/g, MASK],
];

function maskPatterns(text: string): string {
  return PATTERNS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
