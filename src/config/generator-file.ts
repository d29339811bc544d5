import { z } from "zod";
import { isJsonObject, type JsonObject, keysOf } from "../core/json.ts";
import { configError, type ReportedFault } from "./config-error.ts";
import { readDocument } from "./document.ts";
import { faultsFromZod } from "./explain.ts";

/** What a configuration file of dlt-init-openapi says and `sluice generate` follows; undefined: not said. */
export interface GeneratorSettings {
  readonly methods: readonly ("get" | "post" | "put" | "patch")[] | undefined;
  readonly nameByOperation: boolean | undefined;
  /** Stands for a required value that nobody knows. */
  readonly requiredValue: string | undefined;
  /** Stands for an optional value without default. */
  readonly optionalValue: string | undefined;
  readonly suffixes: NameSuffixes;
}

/** What stands behind the name of the source; undefined: the usual. */
export interface NameSuffixes {
  /** Of the project folder. */
  readonly folder?: string | undefined;
  /** Of the pipeline file, without its ending. */
  readonly file?: string | undefined;
  readonly dataset?: string | undefined;
}

/** Keys that are flags here and there, with the flag; dlt-init-openapi refuses them in the file, too. */
const FLAGS: Readonly<Record<string, string>> = {
  project_name: "NAME",
  package_name: "NAME",
  output_path: "--output-path",
  endpoint_filter: "--endpoints",
  global_limit: "--global-limit",
  spec_url: "--url",
  spec_path: "--path",
  url: "--url",
  path: "--path",
  allow_openapi_2: "--allow-openapi-2",
};
/** Names of Python classes. */
const CLASSES = ["renderer_class", "detector_class"];

const word = z.string().min(1);
const suffix = z.string().regex(/^[\w.-]*$/, { message: "expected letters, digits, _, - and . only" });

const generatorFileShape = z.strictObject({
  include_methods: z
    .array(z.enum(["get", "post", "put", "patch"]))
    .min(1)
    .optional(),
  name_resources_by_operation: z.boolean().optional(),
  required_parameter_default_value: word.optional(),
  unrequired_parameter_default_value: word.optional(),
  project_folder_suffix: suffix.optional(),
  pipeline_file_suffix: suffix.optional(),
  dataset_name_suffix: z.string().regex(/^\w*$/, { message: "expected letters, digits and _ only" }).optional(),
  // Without effect: the title of a document without one, and programs that format Python.
  fallback_openapi_title: z.string().optional(),
  post_hooks: z.array(z.string()).optional(),
});

/**
 * Reads a configuration file of dlt-init-openapi, YAML or JSON. Throws `E_CONFIG` with all faults and their lines: keys that
 * are not known, flags, classes of Python, values of another kind.
 *
 * @param file what messages call it
 */
export function readGeneratorFile(text: string, file: string): GeneratorSettings {
  const document = readDocument(text, file);
  const { value } = document;
  const faults: ReportedFault[] = [...document.faults];
  const known: JsonObject = isJsonObject(value) ? value : {};
  if (!isJsonObject(value)) faults.push({ path: [], reason: "type", message: "expected a mapping of settings" });
  const rest = Object.fromEntries(keysOf(known).map((key) => [key, known[key]]));
  for (const key of keysOf(known)) {
    const flag = Object.hasOwn(FLAGS, key) ? FLAGS[key] : undefined;
    if (flag === undefined && !CLASSES.includes(key)) continue;
    const message = flag === undefined ? "names a class of Python, which cannot be used here" : `is given as ${flag}`;
    faults.push({ path: [key], reason: "unknown_key", message, suggestion: "take it out of the file" });
    delete rest[key];
  }
  const read = generatorFileShape.safeParse(rest);
  if (!read.success) faults.push(...faultsFromZod(read.error, rest, generatorFileShape));
  if (faults.length > 0 || !read.success) throw configError(faults, { file, positions: document.locate });
  const { data } = read;
  return {
    methods: data.include_methods,
    nameByOperation: data.name_resources_by_operation,
    requiredValue: data.required_parameter_default_value,
    optionalValue: data.unrequired_parameter_default_value,
    suffixes: {
      folder: data.project_folder_suffix,
      // `_pipeline.py` there.
      file: data.pipeline_file_suffix?.replace(/\.(?:py|ya?ml|json)$/, ""),
      dataset: data.dataset_name_suffix,
    },
  };
}
