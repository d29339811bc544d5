import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import { ConfigError, SourceError } from "../../../core/errors.ts";
import { decodeUtf8, Utf8Error } from "../../../core/json-reader.ts";
import { MASK } from "../../../core/redact.ts";
import { createHttpClient, type HttpOptions } from "../../../extract/http/client.ts";
import { isLoopback, maskUrl, prepareUrl } from "../../../extract/http/url.ts";
import type { FileSource } from "../../../generate/document/bring-in-files.ts";
import { type DocumentSource, MAX_DOCUMENT_BYTES } from "../../../generate/document/read-document.ts";
import { openapiError } from "../../../generate/openapi-error.ts";
import { systemClock, systemRandom } from "../../shared/system-ports.ts";
import type { CliContext } from "../context.ts";

/** Where a document is: one of the two. */
export type DocumentPlace = { readonly path: string } | { readonly url: string };

export interface OpenedDocument {
  readonly text: string;
  readonly source: DocumentSource;
  /** The files to which it may refer: those in its folder and below, or at its origin. */
  readonly files: FileSource;
}

export interface FetchOptions {
  readonly http: HttpOptions;
  readonly allowInsecureHttp: boolean;
}

/** Reads the document's text from a file, or over HTTP with the network rules of a source. Throws `E_OPENAPI`. */
export async function readSource(
  context: CliContext,
  place: DocumentPlace,
  options: FetchOptions,
): Promise<OpenedDocument> {
  if ("url" in place) {
    const { text, source } = await fetchUrl(context, place.url, options);
    const start = source.url ?? place.url;
    const files: FileSource = {
      start,
      locate: (from, reference) => {
        if (!URL.canParse(reference, from)) return { refused: "it is no URL" };
        const target = new URL(reference, from);
        const isHere = target.origin === new URL(start).origin;
        return isHere ? { location: target.href } : { refused: "it leads to another origin than that of the document" };
      },
      read: async (location) => {
        // The user of the address, if there is one, may read what lies beside it.
        const target = new URL(location);
        const { username, password } = new URL(place.url);
        target.username = username;
        target.password = password;
        try {
          const part = await fetchUrl(context, target.href, options);
          return { text: part.text, name: part.source.name };
        } catch (error) {
          // What is not there makes one schema poorer, not the document useless.
          if (!(error instanceof ConfigError) || error.reason !== "http_status") throw error;
          return { refused: `the server answered ${String(error.context.status)}` };
        }
      },
    };
    return { text, source, files };
  }
  const start = resolve(place.path);
  const folder = await realpath(dirname(start)).catch(() => dirname(start));
  const files: FileSource = {
    start,
    locate: (from, reference) =>
      /^[a-z][\w+.-]*:/i.test(reference) || reference.startsWith("//")
        ? { refused: "a document from a file stays in its folder: fetch it by --url" }
        : { location: resolve(dirname(from), decoded(reference)) },
    read: async (location) => {
      // A link may lead out of the folder too.
      const real = await realpath(location).catch(() => undefined);
      const way = relative(folder, real ?? location);
      if (way.startsWith("..") || isAbsolute(way)) return { refused: "it leads out of the document's folder" };
      if (real === undefined) return { refused: "there is no such file" };
      return (await stat(real)).isFile() ? { text: await readPath(real), name: way } : { refused: "it is no file" };
    },
  };
  return { text: await readPath(place.path), source: { name: basename(place.path) }, files };
}

async function readPath(path: string): Promise<string> {
  const refuse = (message: string, cause?: unknown) =>
    openapiError(path, [{ message }], { hint: "Give the path of an OpenAPI document.", cause });
  let bytes: Uint8Array;
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw refuse("this is no file");
    if (facts.size > MAX_DOCUMENT_BYTES) throw refuse(`the file is larger than ${MAX_DOCUMENT_BYTES} bytes`);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw refuse(code === "ENOENT" ? "the file does not exist" : `the file cannot be read (${code})`, error);
  }
  return decode(bytes, path);
}

/** The URL as it may stand in a file: without a password, and without parameters that are secrets (`private_token`). */
export function storableUrl(url: string): string {
  const parsed = new URL(maskUrl(url));
  parsed.username = "";
  parsed.password = "";
  for (const [name, value] of [...parsed.searchParams]) if (value === MASK) parsed.searchParams.delete(name);
  return parsed.href;
}

/** Without its escapes (`my%20schemas.yaml`), as it is where they are none. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) {
    return "Give user and password in the URL (https://USER:PASSWORD@host/...), or download the document and give --path.";
  }
  if (status >= 500) return "Try again later, or download the document and give --path.";
  return "Open the address in a browser: it has to give the document itself.";
}

async function fetchUrl(
  context: CliContext,
  given: string,
  { http, allowInsecureHttp }: FetchOptions,
): Promise<{ readonly text: string; readonly source: DocumentSource }> {
  const refuse = (message: string) =>
    new ConfigError("E_INPUT", message, { step: "config", hint: "Write it as --url https://host/openapi.yaml." });
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    // What is no URL may still have a password: `me:pass@host/x` has the scheme `me`.
    const shown = maskUrl(given.replace(/[^\s/]*@/, `${MASK}@`));
    throw refuse(`--url: expected a URL with http:// or https://, found ${JSON.stringify(shown)}`);
  }
  const parsed = new URL(given);
  const { username, password } = parsed;
  const credentials = `${decoded(username)}:${decoded(password)}`;
  const isPrivate = username !== "" || password !== "";
  if (isPrivate) context.addSecrets([credentials, decoded(password), password].filter((text) => text.length > 3));
  parsed.username = "";
  parsed.password = "";
  const url = prepareUrl(parsed.href);
  if (isPrivate && !allowInsecureHttp && url.startsWith("http:") && !isLoopback(url)) {
    throw new ConfigError("E_UNSAFE_URL", `--url: ${parsed.origin} would get the password unprotected`, {
      step: "config",
      hint: "Use https, or set --allow-insecure-http true.",
    });
  }
  const client = createHttpClient(
    { ...http, maxResponseBytes: MAX_DOCUMENT_BYTES },
    { clock: systemClock, random: systemRandom, strict: false, redact: context.redact },
  );
  const name = context.redact(maskUrl(url));
  try {
    const answer = await client.send(
      {
        method: "GET",
        url,
        headers: isPrivate ? { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` } : {},
        retryable: true,
        home: parsed.origin,
        // Where a redirect leads is asked without the password, and never in a private network.
        foreign: "any",
      },
      { attempt: () => {}, waited: () => {} },
      context.signal,
    );
    if (answer.status < 200 || answer.status > 299) {
      throw openapiError(name, [{ message: `the server answered ${answer.status}` }], {
        hint: hintFor(answer.status),
        reason: "http_status",
      }).with({ status: answer.status });
    }
    return { text: decode(answer.bytes, name), source: { name, url: parsed.href } };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const message = error.message.replace(`GET ${name} `, "the address ");
    throw openapiError(name, [{ message }], {
      hint: "Look whether the address opens in a browser and try again, or download the document and give --path.",
      reason: "not_fetched",
      cause: error,
    });
  } finally {
    await client.close();
  }
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    if (!(error instanceof Utf8Error)) throw error;
    throw openapiError(name, [{ message: "the document is not UTF-8" }], { cause: error, reason: "encoding" });
  }
}
