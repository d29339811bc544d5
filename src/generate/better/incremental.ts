import type { GeneratedIncremental } from "../model.ts";
import type { Endpoint, Parameter } from "../reading/endpoint.ts";
import { listAt } from "../reading/scalars.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import { propertyPath } from "./property-path.ts";
import { anyOf, wordOf } from "./words.ts";

export interface FoundIncremental {
  readonly config: GeneratedIncremental;
  readonly reason: string;
  /** Query parameters that make the list ascend by the cursor. */
  readonly order: readonly { readonly name: string; readonly value: string }[];
}

/** Parameters that bound a change, the best first, with the properties that hold it and those that bound its end. */
const KINDS: readonly { readonly start: RegExp; readonly fields: RegExp; readonly end: RegExp }[] = [
  {
    start:
      /^(?:last)?(?:updated|modified|changed)(?:at|on|date|time)?(?:after|since|from|gte|gt|min|start)$|^(?:min|from|since)(?:last)?(?:updated|modified)(?:at|on)?$/,
    fields: /^(?:last)?(?:updated|modified|changed|update|modification)(?:at|on|date|time|datetime|timestamp)?$/,
    end: /^(?:last)?(?:updated|modified|changed)(?:at|on|date|time)?(?:before|until|to|lte|lt|max|end)$/,
  },
  {
    start: /^last(?:activity|seen|used)(?:at|on)?(?:after|since|from)$/,
    fields: /^last(?:activity|seen|used)(?:at|on|date)?$/,
    end: /^last(?:activity|seen|used)(?:at|on)?(?:before|until|to)$/,
  },
  {
    start: /^since$/,
    fields: /^(?:last)?(?:updated|modified|changed)(?:at|on|date|time)?$/,
    end: /^until$/,
  },
  {
    start: /^created(?:at|on|date|time)?(?:after|since|from|gte|gt|min|start)$/,
    fields: /^created(?:at|on|date|time|datetime)?$/,
    end: /^created(?:at|on|date|time)?(?:before|until|to|lte|lt|max|end)$/,
  },
];

/** Properties of records that change after they were made. */
const isChangeable = anyOf("state status active enabled archived locked closedat deletedat");

/**
 * Finds how a list can be asked for what is new: a parameter like `updated_after` and the property that it speaks of.
 * A lower bound of the creation alone is none where records change (they have a time of that, or a state): what changed
 * later would be missed.
 */
export function findIncremental(endpoint: Endpoint, record: SchemaNode): FoundIncremental | undefined {
  const query = endpoint.parameters.filter((one) => one.in === "query" && mayHoldTime(one.schema));
  const fields = [...record.allProperties].filter(([, node]) => mayHoldTime(node));
  for (const [index, { start, fields: of, end }] of KINDS.entries()) {
    const parameter = query.find(({ name }) => start.test(wordOf(name)));
    const field = fields.find(([name]) => of.test(wordOf(name)));
    if (parameter === undefined || field === undefined) continue;
    const changes = fields.find(([name]) => KINDS[0]?.fields.test(wordOf(name)));
    const isCreation = index === KINDS.length - 1;
    if (isCreation && (changes !== undefined || [...record.allProperties.keys()].some(isChangeable))) continue;
    const [name, node] = field;
    const isDate = parameter.schema.format === "date";
    return {
      config: {
        cursorPath: propertyPath([name]),
        startParam: parameter.name,
        endParam: query.find((one) => end.test(wordOf(one.name)))?.name,
        initialValue: isDate ? "1970-01-01" : "1970-01-01T00:00:00Z",
        onMissing: mayBeMissing(record, name, node) ? "include" : undefined,
      },
      reason: `${parameter.name} asks for records whose ${name} is not older`,
      order: ascending(endpoint, name),
    };
  }
  return undefined;
}

/** A text that is a moment, or whose form is not declared. */
function mayHoldTime({ types, format, schema }: SchemaNode): boolean {
  if (format !== undefined) return /date/.test(format);
  return (types.length === 0 || types.includes("string")) && listAt(schema, "enum").length === 0;
}

function mayBeMissing(record: SchemaNode, name: string, node: SchemaNode): boolean {
  const required = listAt(record.schema, "required");
  return node.nullable || (required.length > 0 && !required.includes(name));
}

/** Parameters such as `order_by: updated_at` and `sort: asc`, where the document lists these values. */
function ascending(endpoint: Endpoint, field: string): { readonly name: string; readonly value: string }[] {
  const query = endpoint.parameters.filter((one) => one.in === "query");
  const by = query.find((one) => /^(?:order|sort)(?:by|field|key)?$/.test(wordOf(one.name)) && allows(one, field));
  if (by === undefined) return [];
  const direction = query.find(
    (one) =>
      /^(?:sort|order|direction|sortorder|sortdir|orderdirection|sortdirection)$/.test(wordOf(one.name)) &&
      allows(one, "asc"),
  );
  return direction === undefined
    ? []
    : [
        { name: by.name, value: field },
        { name: direction.name, value: "asc" },
      ];
}

function allows({ schema }: Parameter, value: string): boolean {
  return listAt(schema.schema, "enum").includes(value);
}
