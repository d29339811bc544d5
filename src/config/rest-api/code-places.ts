import { type Code, functionName, moduleOf } from "./code.ts";
import { type ConverterConfig, converterCode } from "./converter-shape.ts";
import { ownEndpoint } from "./merge-defaults.ts";
import { isParamMapping, type ResourceConfig, type RestApiConfig } from "./shape.ts";

type Path = readonly (string | number)[];

export interface CodePlace {
  readonly path: Path;
  readonly code: Code;
}

/** All code of a configuration, with paths from its top. */
export function codePlaces({ resource_defaults: defaults, resources }: RestApiConfig): readonly CodePlace[] {
  return [
    ...(defaults ? placesIn({ ...defaults, name: "" }, ["resource_defaults"]) : []),
    ...resources.flatMap((one, index) => (typeof one === "string" ? [] : placesIn(one, ["resources", index]))),
  ];
}

/** The modules that a configuration calls: reference and path of each call. */
export function moduleCalls(config: RestApiConfig): readonly { readonly path: Path; readonly reference: string }[] {
  return codePlaces(config).flatMap(({ path, code }) => {
    const reference = moduleOf(functionName(code) ?? "");
    return reference === undefined ? [] : [{ path: [...path, "module"], reference }];
  });
}

function placesIn(resource: ResourceConfig, at: Path): readonly CodePlace[] {
  const { incremental, params, response_actions: actions } = ownEndpoint(resource);
  const endpoint = [...at, "endpoint"];
  return [
    ...(resource.processing_steps ?? []).flatMap((step, index) =>
      (["filter", "map", "yield_map"] as const).flatMap((key) =>
        placeOf(step[key], [...at, "processing_steps", index, key]),
      ),
    ),
    ...converters(incremental ?? {}, [...endpoint, "incremental"]),
    ...Object.entries(params ?? {}).flatMap(([name, value]) =>
      isParamMapping(value) && value.type === "incremental" ? converters(value, [...endpoint, "params", name]) : [],
    ),
    ...(actions ?? []).flatMap(({ rewrite }, index) =>
      placeOf(rewrite, [...endpoint, "response_actions", index, "rewrite"]),
    ),
  ];
}

interface Converters {
  readonly convert?: ConverterConfig | null | undefined;
  readonly transform?: ConverterConfig | null | undefined;
}

function converters({ convert, transform }: Converters, at: Path): readonly CodePlace[] {
  return [
    ...placeOf(converterCode(convert), [...at, "convert"]),
    ...placeOf(converterCode(transform), [...at, "transform"]),
  ];
}

function placeOf(code: Code | undefined, path: Path): readonly CodePlace[] {
  return code === undefined ? [] : [{ path, code }];
}
