import type { Decision, GeneratedPipeline, GeneratedResource } from "../model.ts";

/**
 * Marks the choices that the reference makes otherwise, by comparing with its result for the same document; so that a
 * report can show what was repaired. Endpoints that the reference does not find stay unmarked.
 */
export function markRepairs(pipeline: GeneratedPipeline, compat: GeneratedPipeline | undefined): GeneratedPipeline {
  if (compat === undefined) return pipeline;
  const byOperation = new Map(compat.resources.map((one) => [keyOf(one), one]));
  return {
    ...pipeline,
    decisions: pipeline.decisions.map((decision) => ({
      ...decision,
      repair:
        decision.about === "client.auth"
          ? !isSame(pipeline.client.auth, compat.client.auth)
          : !isSame(pipeline.client.paginator, compat.client.paginator),
    })),
    resources: pipeline.resources.map((one) => {
      const other = byOperation.get(keyOf(one));
      if (other === undefined) return one;
      return {
        ...one,
        decisions: one.decisions.map((decision) => ({ ...decision, repair: differs(decision, one, other) })),
      };
    }),
  };
}

function keyOf({ operation }: GeneratedResource): string {
  return `${operation.method} ${operation.path}`;
}

function differs({ about }: Decision, one: GeneratedResource, other: GeneratedResource): boolean {
  const { endpoint } = one;
  switch (about) {
    case "data_selector":
      return endpoint.dataSelector !== other.endpoint.dataSelector;
    case "primary_key":
      return !isSame(one.primaryKey, other.primaryKey);
    case "name":
      return one.name !== other.name;
    case "table_name":
      return one.tableName !== other.tableName;
    case "write_disposition":
      return one.writeDisposition !== other.writeDisposition;
    case "paginator":
      return !isSame(endpoint.paginator, other.endpoint.paginator);
    case "selected":
      return one.selected !== other.selected;
    default: {
      if (!about.startsWith("params.")) return true;
      const name = about.slice("params.".length);
      const find = (of: GeneratedResource) => of.endpoint.params?.find((param) => param.name === name)?.value;
      return !isSame(find(one), find(other));
    }
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
