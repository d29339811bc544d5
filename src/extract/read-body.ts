import { isUtf8 } from "node:buffer";
import { decodeText } from "../core/decode-text.ts";
import { DataError, SourceError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import {
  byteOffset,
  decodeUtf8,
  JsonDepthError,
  type JsonReadOptions,
  JsonSyntaxError,
  parseJson,
  Utf8Error,
} from "../core/json-reader.ts";
import type { HttpAnswer } from "./http/messages.ts";

/** A body that is not JSON. `offset` counts bytes. */
export class BodyError extends Error {
  readonly offset: number;

  constructor(what: string, offset: number) {
    super(what);
    this.offset = offset;
  }
}

/**
 * True for an answer without a body; blanks and a byte order mark are none. A redirect that leads nowhere is no such answer:
 * what it should have led to is not known.
 */
export function isEmptyBody({ status, bytes }: HttpAnswer): boolean {
  if (status === 204) return true;
  if (status >= 300 && status < 400) return false;
  const content = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  return content.every((byte) => byte === 32 || byte === 9 || byte === 10 || byte === 13);
}

/** Parses a body, whatever its content type says. Throws {@link BodyError}, and `E_LIMIT` for one that is nested too deep. */
export function readJson(answer: HttpAnswer, options: JsonReadOptions): JsonValue {
  const { bytes } = answer;
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch (error) {
    if (!(error instanceof Utf8Error)) throw error;
    text = decodeDeclared(answer) ?? failUtf8(error);
  }
  try {
    return parseJson(text, options);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new BodyError(error.detail, byteOffset(text, error.offset, bytes));
    if (error instanceof JsonDepthError) throw tooDeep(answer, error, byteOffset(text, error.offset, bytes));
    throw error;
  }
}

function tooDeep(answer: HttpAnswer, { maxDepth }: JsonDepthError, offset: number): DataError {
  const where = `${answer.shownUrl} is nested deeper than ${maxDepth} levels at byte ${offset}`;
  return new DataError("E_LIMIT", `the answer of ${where}`, {
    step: "extract",
    hint: "Raise max-depth if that is meant.",
    context: { url: answer.shownUrl, offset },
  });
}

function failUtf8(error: Utf8Error): never {
  throw new BodyError("the text is not UTF-8", error.offset);
}

/**
 * The answer with each sequence that is no UTF-8 replaced by U+FFFD, and how many there were. What can be read as its
 * declared charset is left alone.
 */
export function mendUtf8(answer: HttpAnswer): { readonly answer: HttpAnswer; readonly replaced: number } {
  const { bytes } = answer;
  if (isUtf8(bytes) || decodeDeclared(answer) !== undefined) return { answer, replaced: 0 };
  const mended = Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), "utf8");
  return { answer: { ...answer, bytes: mended }, replaced: countReplacements(mended) - countReplacements(bytes) };
}

const REPLACEMENT = Buffer.from("\ufffd", "utf8");

function countReplacements(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = buffer.indexOf(REPLACEMENT); at >= 0; at = buffer.indexOf(REPLACEMENT, at + 3)) count += 1;
  return count;
}

/** Text in the charset that its mark or its content type declares. */
function decodeDeclared(answer: HttpAnswer): string | undefined {
  const [a, b] = answer.bytes;
  const marked = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : undefined;
  const declared = /charset\s*=\s*"?([\w.:-]+)/i.exec(answer.headers["content-type"] ?? "")?.[1];
  const charset = marked ?? declared;
  if (charset === undefined || /^utf-?8$/i.test(charset)) return undefined;
  try {
    return decodeText(answer.bytes, charset);
  } catch {
    return undefined;
  }
}

/** The first characters of a body on one line, with what is secret masked. */
export function bodyExcerpt(answer: HttpAnswer, length: number, redact: (text: string) => string): string {
  // Some more than is shown, so that a secret that is cut off at the end is seen as one.
  const head = Buffer.from(answer.bytes.subarray(0, 4 * length + 4096)).toString("utf8");
  return redact(head).slice(0, length).replace(/\s+/g, " ");
}

/** The error for a body that was not JSON twice. */
export function bodyFailure(
  answer: HttpAnswer,
  fault: BodyError,
  method: string,
  redact: (text: string) => string,
): SourceError {
  const type = answer.headers["content-type"] ?? "no content type";
  const excerpt = bodyExcerpt(answer, 200, redact);
  const head = Buffer.from(answer.bytes.subarray(0, 4096)).toString("utf8");
  const isHtml = /html/i.test(type) || /^\s*</.test(head);
  const signIn = isHtml && /sign[ _-]?in|log[ _-]?in|password/i.test(head);
  const what = signIn ? "not JSON, looks like a sign-in page; is the token valid?" : fault.message;
  return new SourceError(
    "E_SOURCE_BODY",
    `${method} ${answer.shownUrl} answered ${answer.status} (${type}) with a body that is no JSON: ${what} (byte ${fault.offset}): ${excerpt}`,
    {
      step: "extract",
      reason: "invalid_json",
      hint: signIn ? "Check the token and base_url." : "Check base_url and path: they must lead to a JSON API.",
      context: {
        url: answer.shownUrl,
        status: answer.status,
        contentType: type,
        offset: fault.offset,
        excerpt,
      },
    },
  );
}

const SENT_ONCE =
  "Run again later; with idempotent: true on the endpoint such a request is sent again, where that does no harm.";

/**
 * The error for a status that nothing ignores.
 *
 * @param excerpt what is shown of the body; empty: nothing
 */
export function statusFailure(answer: HttpAnswer, method: string, excerpt: string): SourceError {
  const { status, shownUrl } = answer;
  const [code, hint] =
    status === 401
      ? (["E_SOURCE_AUTH", "Check the token: it is missing, wrong or expired."] as const)
      : status === 403
        ? ([
            "E_SOURCE_FORBIDDEN",
            "Give the token the scope that this endpoint needs, or ignore 403 with response_actions.",
          ] as const)
        : status === 429
          ? (["E_SOURCE_RATE_LIMIT", "Run again later."] as const)
          : status >= 500
            ? (["E_SOURCE_UNAVAILABLE", method === "GET" ? "Run again later." : SENT_ONCE] as const)
            : ([
                "E_SOURCE_NOT_FOUND",
                "Check base_url, path and parameters, or ignore the status with response_actions.",
              ] as const);
  return new SourceError(code, `${method} ${shownUrl} answered ${status}${excerpt === "" ? "" : `: ${excerpt}`}`, {
    step: "extract",
    reason: "http_status",
    hint,
    context: { url: shownUrl, status },
  });
}
