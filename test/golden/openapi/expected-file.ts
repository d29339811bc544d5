import { isDeepStrictEqual } from "node:util";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../../../src/core/json.ts";
import { compactJson } from "../../../src/core/json-writer.ts";
import { readApiDocument } from "../../../src/generate/document/read-document.ts";
import { member, object, text } from "../interop/vector.ts";
import type { VectorFile } from "../vector-file.ts";
import { expectedForm, type RecordedOptions } from "./expected-form.ts";

/** What went in, facts about the recording, the text of the generated Python, and of notes the reference's own warnings. */
const NOT_COMPARED = /^(?:spec|options|rendered_.*|generator|format|notes\.\d+\.warnings)$/;

/** `NAME.expected.json`: what dlt-init-openapi made of a document. One vector each; equal in every part, order of keys included. */
export const expectedFile: VectorFile = {
  async run(recorded, report, { name, sibling }) {
    const spec = text(member(recorded, "spec"));
    const options = JSON.parse(compactJson(member(recorded, "options"))) as RecordedOptions & {
      allow_openapi_2: boolean;
    };
    const document = readApiDocument(
      await sibling(spec),
      { name: spec },
      { mode: "compat", allowOpenapi2: options.allow_openapi_2 },
    );
    const got = expectedForm(document, options);
    const differences = keysOf(object(recorded)).flatMap((key) => differencesAt(key, member(recorded, key), got[key]));
    if (differences.length === 0) report.pass(name);
    else report.fail(name, differences.slice(0, 5).join("; "));
  },
};

/** `config.resources.3.name: expected "a", got "b"`, for each place that differs. */
function differencesAt(path: string, expected: JsonValue, got: JsonValue | undefined): string[] {
  if (NOT_COMPARED.test(path) || (got !== undefined && compactJson(expected) === compactJson(got))) return [];
  if (isJsonArray(expected) && isJsonArray(got) && expected.length === got.length) {
    return expected.flatMap((item, index) => differencesAt(`${path}.${index}`, item, got[index]));
  }
  if (
    isJsonObject(expected) &&
    isJsonObject(got) &&
    isDeepStrictEqual(comparedKeys(path, expected), comparedKeys(path, got))
  ) {
    return keysOf(expected).flatMap((key) => differencesAt(`${path}.${key}`, expected[key] ?? null, got[key]));
  }
  return [`${path}: expected ${show(expected)}, got ${show(got)}`];
}

function comparedKeys(path: string, object: JsonObject): readonly string[] {
  return keysOf(object).filter((key) => !NOT_COMPARED.test(`${path}.${key}`));
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? "nothing" : compactJson(value).slice(0, 300);
}
