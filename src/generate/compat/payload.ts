import { propertyFinder } from "../reading/find-property.ts";
import type { SchemaNode } from "../reading/schema-node.ts";

/** Where the records of an answer are. */
export interface Payload {
  /** Steps from the answer to them; empty for the answer itself. */
  readonly path: readonly string[];
  /** True when it is a list of records. */
  readonly isList: boolean;
  /** Of a record: that of the list's items where it is known. */
  readonly schema: SchemaNode;
}

/** Makes the function that finds the payload as dlt-init-openapi does. */
export function compatPayloads(): (schema: SchemaNode, expectList: boolean) => Payload {
  const findList = propertyFinder({ name: () => true, type: (types) => types.includes("array"), throughLists: true });
  return (schema, expectList) => {
    if (expectList) {
      const list = schema.isList ? { path: [], node: schema } : findList(schema);
      if (list !== undefined) return payloadOf(list.path, list.node);
    }
    const path: string[] = [];
    let inner = schema;
    for (;;) {
      const [only, ...others] = inner.properties;
      // An object that wraps one object.
      if (only === undefined || others.length > 0 || !only[1].isObject) return payloadOf(path, inner);
      path.push(only[0]);
      inner = only[1];
    }
  };
}

/** The payload at a path; of a list with known items, the items. */
export function payloadOf(path: readonly string[], node: SchemaNode): Payload {
  return { path, isList: node.isList, schema: node.isList ? (node.item ?? node) : node };
}
