import { pythonStr } from "../../core/python-text.ts";
import type { GeneratedParam, OptionalParam } from "../model.ts";
import type { Endpoint, Parameter } from "../reading/endpoint.ts";
import { isTruthy } from "../reading/scalars.ts";
import { isWritableKey, writableVariable } from "../reading/writable.ts";
import type { CompatPaginator } from "./paginator.ts";

/** A path variable that is filled from a record of the parent. */
export interface CompatResolve {
  readonly variable: string;
  readonly resource: string;
  readonly field: string;
}

export interface CompatParameters {
  readonly params: readonly GeneratedParam[] | undefined;
  readonly optionalParams: readonly OptionalParam[];
  /** Path variables that nothing fills. */
  readonly unresolved: readonly string[];
}

/** The parameters that dlt-init-openapi writes: resolved, path variables, required ones; optional ones as comments. */
export function compatParameters(
  endpoint: Endpoint,
  paginator: CompatPaginator | undefined,
  resolve: CompatResolve | undefined,
  words: { readonly required: string; readonly optional: string },
): CompatParameters {
  const uses = paginator?.uses ?? [];
  const query = endpoint.parameters.filter(
    (one) => one.in === "query" && uses !== "all" && !uses.includes(one.name) && isWritableKey(one.name),
  );
  const unresolved = endpoint.pieces.variables.filter((name) => name !== resolve?.variable);
  const text = (parameter: Parameter | undefined, otherwise: string) =>
    isTruthy(parameter?.schema.default) ? pythonStr(parameter.schema.default) : otherwise;

  const params: GeneratedParam[] = [];
  const put = (name: string, place: "path" | "query", parameter: Parameter | undefined) => {
    const key = writableVariable(name);
    params.push({
      name: key,
      in: place,
      value: { kind: "value", value: text(parameter, words.required) },
      fillIn: true,
    });
  };
  if (resolve !== undefined) {
    const { variable, resource, field } = resolve;
    const name = writableVariable(variable);
    params.push({ name, in: "path", value: { kind: "resolve", resource, field }, fillIn: false });
  }
  for (const name of unresolved) {
    put(
      name,
      "path",
      endpoint.parameters.find((one) => one.in === "path" && one.name === name),
    );
  }
  for (const parameter of query) if (parameter.required) put(parameter.name, "query", parameter);
  const optionalParams = query
    .filter(({ required }) => !required)
    .map((one) => ({
      name: one.name,
      value: text(one, words.optional),
      description: undefined,
      deprecated: false,
    }));
  const isWritten = resolve !== undefined || unresolved.length > 0 || query.length > 0;
  return { params: isWritten ? params : undefined, optionalParams, unresolved };
}
