import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { parseJson } from "../../core/json-reader.ts";
import { prettyJson } from "../../core/json-writer.ts";

/** How a project folder was made; stands in it as `.generate/settings.json`, for `--update`. */
export interface GeneratedSettings {
  /** Name of the source as the user gave it or as it followed from the title. */
  readonly name: string;
  /** The document: a path from the project folder, or a URL without credentials. */
  readonly document: { readonly path: string } | { readonly url: string };
  readonly mode: "better" | "compat";
  readonly allowOpenapi2: boolean;
  /** Patterns that chose the endpoints; none: all. */
  readonly endpoints: readonly string[];
  /** Methods that become resources; undefined: GET alone. */
  readonly methods: readonly Method[] | undefined;
  readonly nameByOperation: boolean;
  /** What stands for values that nobody knows, and behind the name of the dataset; undefined: the usual. */
  readonly requiredValue: string | undefined;
  readonly optionalValue: string | undefined;
  readonly datasetSuffix: string | undefined;
  /** Pages of each list that a run stops after; undefined: all. */
  readonly globalLimit: number | undefined;
  /** Name of the pipeline file. */
  readonly pipelineFile: string;
}

const METHODS = ["get", "post", "put", "patch"] as const;
type Method = (typeof METHODS)[number];

export const SETTINGS_FOLDER = ".generate";
export const SETTINGS_PATH = `${SETTINGS_FOLDER}/settings.json`;

export function writeSettings(settings: GeneratedSettings): string {
  const { name, document, mode, allowOpenapi2, endpoints, methods, nameByOperation } = settings;
  const { requiredValue, optionalValue, datasetSuffix, globalLimit, pipelineFile } = settings;
  const value: JsonObject = {
    name,
    document: { ...document },
    mode,
    allow_openapi_2: allowOpenapi2,
    endpoints,
    ...(methods === undefined ? {} : { methods }),
    ...(nameByOperation ? { name_by_operation: true } : {}),
    ...(requiredValue === undefined ? {} : { required_parameter_default_value: requiredValue }),
    ...(optionalValue === undefined ? {} : { unrequired_parameter_default_value: optionalValue }),
    ...(datasetSuffix === undefined ? {} : { dataset_name_suffix: datasetSuffix }),
    ...(globalLimit === undefined ? {} : { global_limit: globalLimit }),
    pipeline_file: pipelineFile,
  };
  return `${prettyJson(value)}\n`;
}

/** The settings of a text, undefined when it does not hold any. */
export function readSettings(text: string): GeneratedSettings | undefined {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { name, document, mode, allow_openapi_2, endpoints } = value;
  const { methods, name_by_operation, global_limit, pipeline_file } = value;
  const place = isJsonObject(document) ? document : {};
  const at =
    typeof place.path === "string"
      ? { path: place.path }
      : typeof place.url === "string"
        ? { url: place.url }
        : undefined;
  if (typeof name !== "string" || at === undefined || (mode !== "better" && mode !== "compat")) return undefined;
  // A name with a slash would lead out of the folder.
  if (typeof pipeline_file !== "string" || !/^[^/\\]+\.(?:yaml|json)$/.test(pipeline_file)) return undefined;
  const patterns = isJsonArray(endpoints) ? endpoints.filter((pattern) => typeof pattern === "string") : [];
  return {
    name,
    document: at,
    mode,
    allowOpenapi2: allow_openapi_2 === true,
    endpoints: patterns,
    methods: isJsonArray(methods) ? METHODS.filter((method) => methods.includes(method)) : undefined,
    nameByOperation: name_by_operation === true,
    requiredValue: textOf(value.required_parameter_default_value),
    optionalValue: textOf(value.unrequired_parameter_default_value),
    datasetSuffix: textOf(value.dataset_name_suffix),
    globalLimit: typeof global_limit === "number" ? global_limit : undefined,
    pipelineFile: pipeline_file,
  };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
