import type { SchemaNode } from "../reading/schema-node.ts";
import { fieldOfVariable, identifying, isGlobalId } from "./fields.ts";
import { anyOf, entityWord, wordOf } from "./words.ts";

export interface Identity {
  readonly columns: readonly string[];
  /** False: only within one parent. */
  readonly isGlobal: boolean;
  readonly reason: string;
}

const isNatural = anyOf("iid slug sha");
/** What things are called by, and what prices, stocks and settings say of which thing they are. */
const isCommonName = anyOf("key sku");
const QUALIFIER =
  /(?:[a-z]_id|[a-z]Id)$|^(?:currency|country|region|market|locale|language|warehouse|store|location|channel|scope|environment|date)/;

/** True where several records may have the same name, by what else they hold: prices a currency, stocks a `warehouse_id`. */
function isQualified(record: SchemaNode): boolean {
  return [...record.allProperties.keys()].some((name) => QUALIFIER.test(name));
}

/**
 * What tells the records of an endpoint apart. `piece` is the name in the path that they go by, `variable` the one by
 * which a single one is asked for (`/branches/{branch}`); undefined when no such path is known.
 */
export function identityOf(record: SchemaNode, piece: string, variable: string | undefined): Identity | undefined {
  const fields = identifying(record);
  const generic = ["id", "pk", "uuid", "guid", "gid", "identifier", "primarykey", "unique", "objectid"];
  for (const word of generic) {
    const found = fields.find(([name]) => wordOf(name) === word);
    if (found !== undefined) return { columns: [found[0]], isGlobal: true, reason: `${found[0]} identifies a record` };
  }
  const called = withAccount([wordOf(record.name), entityWord(record.name)]);
  const own = ownId(fields, called);
  if (own !== undefined) return { columns: [own], isGlobal: true, reason: `${own} is the record's own id by its name` };
  // What is called by its path alone may be the tie to something else: `{user_id, role}` of `/groups/{id}/users`.
  const byPiece = ownId(fields, withAccount([entityWord(piece)]));
  if (byPiece !== undefined) {
    return { columns: [byPiece], isGlobal: false, reason: `${byPiece} is the record's own id by the path` };
  }
  const byVariable =
    variable === undefined ? undefined : fieldOfVariable({ variable, piece, parameter: undefined }, record);
  if (byVariable !== undefined && byVariable.inner === undefined) {
    const { field } = byVariable;
    const reason = `{${variable}} of the path for a single record stands for ${field}`;
    return { columns: [field], isGlobal: isGlobalId(field), reason };
  }
  const described = fields.find(([, { description }]) =>
    /^\s*(?:unique|id|identifier)\.?\s*$/i.test(description ?? ""),
  );
  if (described !== undefined) {
    return { columns: [described[0]], isGlobal: true, reason: `${described[0]} is described as identifier` };
  }
  const natural = fields.find(([name]) => isNatural(name) || (isCommonName(name) && !isQualified(record)));
  if (natural !== undefined) {
    return { columns: [natural[0]], isGlobal: false, reason: `${natural[0]} identifies a record within its parent` };
  }
  // `owner_id` and `actor` are somebody else's.
  const entities = [entityWord(piece), wordOf(record.name), entityWord(record.name)];
  const uuid = fields.find(
    ([name, { format }]) =>
      format === "uuid" &&
      !/(?:id|uuid|guid)$/i.test(name) &&
      (entities.includes(wordOf(name)) || /code|ref|number|token|key/i.test(name)),
  );
  if (uuid === undefined) return undefined;
  return { columns: [uuid[0]], isGlobal: true, reason: `${uuid[0]} has the format uuid` };
}

/** A user is known by an account in many an API. */
function withAccount(entities: readonly string[]): readonly string[] {
  return entities.includes("user") ? [...entities, "account"] : entities;
}

/** `museum_id`, `id_museum`, `museumId`, `ticketUuid` of an entity. */
function ownId(fields: readonly [string, SchemaNode][], entities: readonly string[]): string | undefined {
  for (const entity of entities) {
    if (entity === "") continue;
    for (const suffix of ["id", "pk", "uuid", "guid", "key"]) {
      const wanted = [entity + suffix, suffix + entity];
      const found = fields.find(([name]) => wanted.includes(wordOf(name)));
      if (found !== undefined) return found[0];
    }
  }
  return undefined;
}
