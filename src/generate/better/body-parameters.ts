import type { Endpoint, Parameter } from "../reading/endpoint.ts";
import { flagAt, listAt } from "../reading/scalars.ts";
import type { SchemaNode } from "../reading/schema-node.ts";

/** Objects inside one another that are gone into. */
const DEEPEST = 3;

/** The properties of a body that can be set, as parameters: their names are keys joined by dots. */
export function bodyParameters({ body }: Endpoint): readonly Parameter[] {
  const found: Parameter[] = [];
  const walk = (node: SchemaNode, path: readonly string[]): void => {
    for (const [name, schema] of settable(node)) {
      const keys = [...path, name];
      if (schema.isObject && keys.length < DEEPEST) walk(schema, keys);
      else if (!schema.isObject) {
        const required = listAt(node.schema, "required").includes(name);
        found.push({ name: keys.join("."), in: "body", required, source: schema.schema, schema });
      }
    }
  };
  if (body?.isObject === true) walk(body, []);
  return found;
}

/** Without what only answers have, and names that keys joined by dots cannot hold. */
export function settable(node: SchemaNode): readonly (readonly [string, SchemaNode])[] {
  return [...node.allProperties].filter(([name, { schema }]) => !flagAt(schema, "readOnly") && /^[^.]+$/.test(name));
}
