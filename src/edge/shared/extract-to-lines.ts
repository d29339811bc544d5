import type { Configuration } from "../../config/load-configuration.ts";
import { compactJson, lexemeJson } from "../../core/json-writer.ts";
import type { Source } from "../../core/source.ts";
import { type Extracted, type ExtractOptions, extractSource, requestLine } from "./extract-source.ts";

/**
 * Extracts a source into lines of JSON as records arrive: `{"resource": ..., "record": ...}`, `{"request": ...}` and at
 * the end `{"state": ...}`, the state document that a load would have stored.
 *
 * @param write takes whole lines; throws when nobody reads them any more
 */
export async function extractToLines(
  source: Source,
  configuration: Pick<Configuration, "pipelineName" | "datasetName" | "settings">,
  write: (lines: string) => Promise<void>,
  options: ExtractOptions,
): Promise<Extracted> {
  const lines = (texts: readonly string[]) =>
    texts.length === 0 ? Promise.resolve() : write(texts.map((text) => `${harmless(text)}\n`).join(""));
  const extracted = await extractSource(
    source,
    configuration,
    {
      records: (resource, records) => {
        const start = `{"resource":${JSON.stringify(resource)},"record":`;
        return lines(records.map((record) => `${start}${lexemeJson(record)}}`));
      },
      requests: (requests) => lines(requests.map((request) => `{"request":${requestLine(request)}}`)),
    },
    options,
  );
  await lines([`{"state":${compactJson(extracted.state)}}`]);
  return extracted;
}

/** The same JSON without characters that would move or turn text on a terminal. */
function harmless(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
