import { z } from "zod";
import { pipelineFileShape } from "../../src/config/pipeline-file.ts";
import { GENERATED, table } from "./reference.ts";

type Node = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of a pipeline file, for editors. */
export function pipelineJsonSchema(): Node {
  const schema = toNode("ref");
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Sluice pipeline file",
    description: "Names, destination and settings of a pipeline, and under source dlt's rest_api configuration.",
    ...schema,
  };
}

/** `docs/reference/pipeline-file.md`: every key of the file. */
export function renderPipelineFile(): string {
  const sections: string[] = [];
  const known = new Map<string, string>();
  describeObject("Top level", "", toNode("inline"), sections, known);
  return [
    GENERATED,
    "# The pipeline file",
    "",
    "YAML or JSON. Everything under `source` is the configuration of dlt's `rest_api` source, key for key. Unknown keys are errors.",
    "`${" +
      "env:NAME}` inside a text is replaced by the environment variable. `null` stands for a key that is not set, unless said",
    "otherwise. For editors: `# yaml-language-server: $schema=schema/pipeline.schema.json`.",
    "",
    ...sections,
  ].join("\n");
}

function toNode(reused: "ref" | "inline"): Node {
  return z.toJSONSchema(pipelineFileShape, { io: "input", target: "draft-7", unrepresentable: "any", reused });
}

/** One section for a mapping, then one for each mapping inside it that was not described before. */
function describeObject(title: string, at: string, node: Node, sections: string[], known: Map<string, string>): void {
  const inner: (() => void)[] = [];
  const rows = Object.entries(node.properties ?? {}).map(([key, value]) => {
    const child = asNode(value);
    const path = at === "" ? key : `${at}.${key}`;
    const required = (node.required ?? []).includes(key) ? "yes" : "";
    const kinds = objectsIn(child).map((object) => {
      const tag = tagOf(object);
      const name = tag === undefined ? path : `${path} (type: ${tag})`;
      const id = JSON.stringify(object);
      const old = known.get(id);
      if (old !== undefined) return old;
      known.set(id, name);
      inner.push(() => describeObject(`\`${name}\``, path, object, sections, known));
      return name;
    });
    const see = kinds.length === 0 ? "" : `See ${[...new Set(kinds)].map((kind) => `\`${kind}\``).join(", ")}.`;
    return [`\`${key}\``, typeText(child), required, [child.description ?? "", see].filter(Boolean).join(" ")];
  });
  sections.push(`## ${title}`, "", table(["key", "type", "required", "what it is"], rows), "");
  for (const describe of inner) describe();
}

function alternatives(node: Node): readonly Node[] {
  const options = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  if (options.length > 0) return options.flatMap((option) => alternatives(asNode(option)));
  const { type } = node;
  return Array.isArray(type) ? type.map((one) => ({ ...node, type: one })) : [node];
}

function asNode(value: Node | boolean): Node {
  return typeof value === "boolean" ? {} : value;
}

/** Mappings with known keys that a value may be or hold as items. */
function objectsIn(node: Node): readonly Node[] {
  return alternatives(node).flatMap((option) => {
    if (option.properties !== undefined) return [option];
    const { items, additionalProperties } = option;
    const within = [items, additionalProperties].filter((part) => typeof part === "object" && !Array.isArray(part));
    return within.flatMap((part) => (typeof part === "object" && !Array.isArray(part) ? objectsIn(part) : []));
  });
}

function tagOf(node: Node): string | undefined {
  const type = node.properties?.type;
  const values = typeof type === "object" ? (type.enum ?? (type.const === undefined ? [] : [type.const])) : [];
  return values.length === 0 ? undefined : values.join(" or ");
}

function typeText(node: Node): string {
  const texts = alternatives(node).flatMap((option) => {
    if (option.type === "null") return [];
    const words = option.enum ?? (option.const === undefined ? undefined : [option.const]);
    if (words !== undefined) return [words.map((word) => `\`${String(word)}\``).join(", ")];
    if (option.type === "array")
      return [
        `list of ${typeof option.items === "object" && !Array.isArray(option.items) ? typeText(option.items) : "values"}`,
      ];
    if (option.type === "object") return ["mapping"];
    if (option.type === "string") return ["text"];
    if (option.type === "boolean") return ["`true`, `false`"];
    if (option.type === "integer") return ["whole number"];
    return option.type === "number" ? ["number"] : ["any value"];
  });
  return [...new Set(texts)].join(" or ");
}
