import type { ApiDocument } from "./api-document.ts";
import { analyseBetter } from "./better/analyse.ts";
import { analyseCompat } from "./compat/analyse.ts";
import type { GeneratedPipeline } from "./model.ts";
import type { AnalysisOptions } from "./options.ts";

/** Makes the parts of a declarative pipeline from a document. Throws `E_OPENAPI` when the document has no endpoint. */
export function analyse(document: ApiDocument, options: AnalysisOptions): GeneratedPipeline {
  return options.mode === "compat" ? analyseCompat(document, options) : analyseBetter(document, options);
}
