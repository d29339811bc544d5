import { getOwn, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../../../src/core/json.ts";
import { analyse } from "../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../src/generate/document/read-document.ts";
import type { GeneratedPipeline, GeneratedResource } from "../../../src/generate/model.ts";
import { difference, list, member, object, settle, text } from "../interop/vector.ts";
import type { VectorFile } from "../vector-file.ts";

/** `NAME.better.json`: what the better mode must find in `NAME.yaml`. A vector a resource; only members given are compared. */
export const betterFile: VectorFile = {
  async run(recorded, report, { name, sibling }) {
    const spec = `${name.replace(/\.better$/, "")}.yaml`;
    const document = readApiDocument(await sibling(spec), { name: spec }, { mode: "better", allowOpenapi2: false });
    const pipeline = analyse(document, { mode: "better" });
    settle(report, "client", compareMembers(object(member(recorded, "client")), clientForm(pipeline)));
    for (const expected of list(member(recorded, "resources")).map(object)) {
      const path = text(expected.path);
      const resource = pipeline.resources.find(({ operation }) => operation.path === path);
      if (resource === undefined) report.fail(path, "no such resource");
      else settle(report, path, compareMembers(expected, resourceForm(resource, pipeline)));
    }
  },
};

function compareMembers(expected: JsonObject, got: JsonObject): string[] {
  return keysOf(expected).flatMap((key) => {
    const [a, b] = [expected[key] ?? null, getOwn(got, key) ?? null];
    return isJsonObject(a) && isJsonObject(b) && key === "paginator" ? compareMembers(a, b) : difference(key, a, b);
  });
}

function clientForm({ servers, client }: GeneratedPipeline): JsonObject {
  const { paginator } = client;
  return {
    base_url: servers.baseUrl ?? null,
    auth_type: client.auth?.type ?? null,
    paginator:
      typeof paginator === "object"
        ? {
            ...(paginator as unknown as JsonObject),
            no_maximum: !("maximum_page" in paginator || "maximum_offset" in paginator),
          }
        : (paginator ?? null),
  };
}

function resourceForm(resource: GeneratedResource, pipeline: GeneratedPipeline): JsonObject {
  const { endpoint } = resource;
  const pathOf = (name: string) => pipeline.resources.find((one) => one.name === name)?.operation.path ?? null;
  const resolve = Object.fromEntries(
    (endpoint.params ?? []).flatMap(({ name, value }): [string, JsonValue][] =>
      value.kind === "resolve" ? [[name, [pathOf(value.resource), value.field]]] : [],
    ),
  );
  return {
    path: resource.operation.path,
    table_name: resource.tableName,
    data_selector: endpoint.dataSelector ?? null,
    primary_key: [...resource.primaryKey],
    resolve,
    paginator: typeof endpoint.paginator === "object" ? endpoint.paginator.type : (endpoint.paginator ?? null),
    incremental:
      endpoint.incremental === undefined
        ? null
        : { start_param: endpoint.incremental.startParam, cursor_path: endpoint.incremental.cursorPath },
    fill_in: (endpoint.params ?? []).filter(({ fillIn }) => fillIn).map(({ name }) => name),
    selected: resource.selected,
  };
}
