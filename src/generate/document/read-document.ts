import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { JsonDepthError, JsonSyntaxError, parseJson } from "../../core/json-reader.ts";
import type { ApiDocument } from "../api-document.ts";
import type { GenerateMode } from "../model.ts";
import { type DocumentFault, MOST_SHOWN, openapiError } from "../openapi-error.ts";
import { textAt } from "../reading/scalars.ts";
import { checkStructure, type WrongPart } from "./check-structure.ts";
import { convertSwagger, isHost } from "./convert-swagger.ts";
import { createResolver } from "./reference.ts";
import { MAX_DEPTH, pathFinder, readYaml, YamlError } from "./yaml-tree.ts";

/** Largest document in bytes; the largest public ones have 20 MB. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

export interface DocumentSource {
  /** What messages call it: the file as the user named it, or the URL without credentials. */
  readonly name: string;
  /** Absolute, when it was fetched. */
  readonly url?: string | undefined;
}

export interface DocumentOptions {
  readonly mode: GenerateMode;
  /** Compat mode: take a document that is not 3.x as it is. Better mode converts 2.0 without being asked. */
  readonly allowOpenapi2: boolean;
}

export interface ReadDocument extends ApiDocument {
  readonly format: "json" | "yaml";
  /** The version that was converted: `2.0`. */
  readonly convertedFrom: string | undefined;
  /** Line and column, from 1, of a path of the text, or of the nearest part around it. Slow: for errors. */
  locate(path: readonly (string | number)[]): { readonly line: number; readonly column: number } | undefined;
}

/**
 * Reads the text of an OpenAPI document: JSON, else YAML whose scalars stay text. What is checked here is what cannot be
 * read at all: syntax, size, depth, aliases that blow up, and the version. Throws `E_OPENAPI` with line and column.
 */
export function readApiDocument(text: string, source: DocumentSource, options: DocumentOptions): ReadDocument {
  const { value, format } = readTree(text.replace(/^\ufeff/, ""), source.name);
  const offsetOf = pathFinder(text);
  const locate = (path: readonly (string | number)[]) => {
    const offset = offsetOf(path);
    return offset === undefined ? undefined : placeOf(text, offset);
  };
  if (!isJsonObject(value)) {
    throw openapiError(source.name, [
      { message: "expected a mapping with openapi, info and paths", ...placeOf(text, 0) },
    ]);
  }
  const version = versionOf(value);
  const isThree = version?.key === "openapi" && /^3(?:\.|$)/.test(version.value);
  const isTwo = version?.key === "swagger" && /^2(?:\.|$)/.test(version.value);
  // The reference takes whatever is there then; a version that nobody can read would only give odd results.
  const isTaken = options.mode === "compat" && options.allowOpenapi2 && (isTwo || version === undefined);
  if (!isThree && !isTaken && (options.mode === "compat" || !isTwo)) {
    throw wrongVersion(source.name, version, isTwo, locate);
  }
  const isConverted = isTwo && !isTaken;
  const { root: sound, wrong } = checkStructure(value);
  const host = isConverted ? textAt(sound, "host")?.trim() : undefined;
  const odd =
    host === undefined || isHost(host) ? [] : [{ path: ["host"], message: `host: ${quote(host)} is no host` }];
  const faults = placed([...wrong, ...odd], locate);
  if (wrong.some(({ path }) => path.join() === "paths")) throw openapiError(source.name, faults);
  const root = isConverted ? convertSwagger(sound, source.name, source.url) : sound;
  const convertedFrom = isConverted ? version.value : undefined;
  const refused = (reference: string) => {
    if (reference.startsWith("#")) return undefined;
    return options.mode === "compat"
      ? "--compat stays in one file, as dlt-init-openapi does"
      : "it leads to another file";
  };
  const { name, url } = source;
  return { name, url, root, format, convertedFrom, faults, locate, resolve: createResolver(root), refused };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

/** Only those that are shown are looked up in the text. */
function placed(wrong: readonly WrongPart[], locate: ReadDocument["locate"]): readonly DocumentFault[] {
  return wrong.map(({ message, path }, index) => (index < MOST_SHOWN ? { message, ...locate(path) } : { message }));
}

/** The value of a JSON or YAML text, whatever it is. Throws `E_OPENAPI` with line and column. */
export function readTree(text: string, name: string): { readonly value: JsonValue; readonly format: "json" | "yaml" } {
  let jsonFault: JsonSyntaxError | undefined;
  try {
    return { value: parseJson(text, { maxDepth: MAX_DEPTH }), format: "json" };
  } catch (error) {
    if (error instanceof JsonDepthError) throw fault(`nested deeper than ${MAX_DEPTH}`, error.offset, error);
    if (!(error instanceof JsonSyntaxError)) throw error;
    jsonFault = error;
  }
  if (/^\s*</.test(text)) {
    throw openapiError(name, [{ message: "this is HTML or XML, not an OpenAPI document", line: 1, column: 1 }], {
      hint: "Give the address of the document itself: the page that shows it has a link to its JSON or YAML.",
    });
  }
  try {
    return { value: readYaml(text), format: "yaml" };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    // A text that begins as JSON does is meant as JSON.
    if (/^\s*[[{]/.test(text)) throw fault(`not valid JSON: ${jsonFault.detail}`, jsonFault.offset, jsonFault);
    throw fault(`not valid YAML: ${error.message}`, error.offset, error);
  }

  function fault(message: string, offset: number, cause: unknown): Error {
    return openapiError(name, [{ message, ...placeOf(text, offset) }], { cause, reason: "syntax" });
  }
}

interface Version {
  readonly key: "openapi" | "swagger" | "swaggerVersion";
  readonly value: string;
}

function versionOf(root: JsonObject): Version | undefined {
  for (const key of ["swagger", "openapi", "swaggerVersion"] as const) {
    if (Object.hasOwn(root, key)) return { key, value: isJsonObject(root[key]) ? "" : String(scalar(root[key])) };
  }
  return undefined;
}

function scalar(value: JsonValue | undefined): string | number | bigint {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  return "";
}

function wrongVersion(
  name: string,
  version: Version | undefined,
  isTwo: boolean,
  locate: ReadDocument["locate"],
): Error {
  if (version === undefined) {
    return openapiError(name, [{ message: "there is no key openapi (or swagger), so this is no OpenAPI document" }], {
      hint: "Give the address or the file of an OpenAPI document, 2.0 or 3.x.",
      reason: "version",
    });
  }
  const found = `${version.key}: ${JSON.stringify(version.value.slice(0, 40))}`;
  const message = `expected openapi: 3.x, found ${found}${isTwo ? "" : ", a version that is not supported"}`;
  const hint = isTwo
    ? "Leave out --compat: 2.0 is converted then. --allow-openapi-2 takes it as it is, as dlt-init-openapi does."
    : "Give a document of OpenAPI 2.0 or 3.x.";
  return openapiError(name, [{ message, ...locate([version.key]) }], { hint, reason: "version" });
}

/** Lines end with LF, CR LF or CR. */
function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
