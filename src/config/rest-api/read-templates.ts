import { pythonStr } from "../../core/python-text.ts";
import { MASK } from "../../core/redact.ts";
import { Secret } from "../../core/secret.ts";
import { type Piece, parseTemplate, TemplateError } from "./placeholders.ts";
import { type EndpointConfig, isParamMapping, type ParamConfig } from "./shape.ts";

type Path = readonly (string | number)[];

/** A value of a parent record that a child's request needs: `name` is the placeholder as written. */
export interface Binding {
  readonly name: string;
  readonly parent: string;
  /** JSONPath in the parent record. */
  readonly field: string;
}

export type ReportFault = (path: Path, reason: string, message: string, suggestion?: string) => void;

export interface Templates {
  /** The path with static values inserted. */
  readonly path: readonly Piece[];
  /** The same to be shown: with the names of what is not known yet, and no secrets. */
  readonly shownPath: string;
  /** A secret was inserted into it. */
  readonly isPathSecret: boolean;
  /** Params that did not go into the path. */
  readonly params: ReadonlyMap<string, ParamConfig>;
  /** Names of params that did. */
  readonly inserted: readonly string[];
  readonly bindings: readonly Binding[];
}

/**
 * Reads all placeholders of an endpoint: binds those that refer to a parent, puts static values into the path, and
 * reports those that refer to nothing.
 */
export function readTemplates(
  name: string,
  writtenPath: string,
  endpoint: EndpointConfig,
  at: Path,
  fault: ReportFault,
): Templates {
  const params = new Map(Object.entries(endpoint.params ?? {}));
  const contexts = (endpoint.incremental ?? null) === null ? ["resources"] : ["resources", "incremental"];
  const inContext = (field: string) => contexts.some((context) => field.startsWith(`${context}.`));
  const bindings: Binding[] = [];
  const inserted: string[] = [];

  const bind = (binding: Binding): void => {
    if (!bindings.some((known) => known.name === binding.name)) bindings.push(binding);
  };
  const pieces = (text: string, where: Path): readonly Piece[] => {
    try {
      return parseTemplate(text);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      fault(where, "unknown_placeholder", `${quote(text)} has ${error.message}`);
      return [];
    }
  };
  const useContext = (field: string, where: Path): void => {
    const [context, parent, ...rest] = field.split(".");
    if (context === "incremental") {
      if (INCREMENTAL_FIELDS.includes(field)) return;
      const known = INCREMENTAL_FIELDS.join(", ");
      fault(where, "unknown_placeholder", `the placeholder ${quote(field)} is not known`, `one of ${known}`);
    } else if (parent === undefined || parent === "" || rest.length === 0) {
      const form = "resources.<parent>.<field>";
      fault(where, "unknown_placeholder", `the placeholder ${quote(field)} names no field`, form);
    } else {
      bind({ name: field, parent, field: rest.join(".") });
    }
  };

  const unbound = new Set([...params].flatMap(([key, value]) => (isResolve(value) ? [key] : [])));
  let shownPath = "";
  let isPathSecret = false;
  const path = pieces(writtenPath, [...at, "path"]).flatMap((piece): readonly Piece[] => {
    if (piece.kind === "text") {
      shownPath += piece.text;
      return [piece];
    }
    // dlt: conversions and formats are lost in a path.
    const plain: Piece = { ...piece, conversion: "", format: "" };
    if (inContext(piece.name)) {
      useContext(piece.name, [...at, "path"]);
      shownPath += `{${piece.name}}`;
      return [plain];
    }
    const value = params.get(piece.name);
    if (value !== undefined && isParamMapping(value)) {
      if (value.type === "resolve") {
        unbound.delete(piece.name);
        bind({ name: piece.name, parent: value.resource, field: value.field });
        shownPath += `{resources.${value.resource}.${value.field}}`;
        return [plain];
      }
    } else if (value !== undefined) {
      params.delete(piece.name);
      inserted.push(piece.name);
      if (value instanceof Secret) isPathSecret = true;
      shownPath += value instanceof Secret ? MASK : pythonStr(value);
      return [{ kind: "text", text: value instanceof Secret ? value.reveal() : pythonStr(value) }];
    }
    const start = `the path ${quote(writtenPath)} of ${quote(name)}`;
    if (piece.name.includes(".")) {
      const known = `it must start with one of ${contexts.join(", ")}`;
      fault([...at, "path"], "unknown_placeholder", `${start} has the placeholder ${quote(piece.name)}`, known);
    } else {
      const hint = `give it under params, or refer to a parent: {resources.<parent>.${piece.name}}`;
      fault([...at, "path"], "unbound_path_placeholder", `${start} needs a value for ${quote(piece.name)}`, hint);
    }
    return [];
  });
  if (unbound.size > 0) {
    const names = [...unbound].map(quote).join(", ");
    fault(
      [...at, "params"],
      "unbound_resolve",
      `the parameters ${names} of ${quote(name)} refer to a parent but are not used in the path ${quote(writtenPath)}`,
      "write {resources.<parent>.<field>} as a value to use it in the query",
    );
  }

  const scan = (value: unknown, place: string, where: Path): void => {
    if (typeof value === "string") {
      for (const piece of pieces(value, where)) {
        if (piece.kind === "text") continue;
        if (inContext(piece.name)) useContext(piece.name, where);
        else {
          fault(
            where,
            "unknown_placeholder",
            `${place} of ${quote(name)} has the placeholder ${quote(piece.name)}`,
            `it must start with one of ${contexts.join(", ")}; double the braces for literal ones`,
          );
        }
      }
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        scan(item, place, [...where, index]);
      });
    } else if (typeof value === "object" && value !== null && !(value instanceof Secret)) {
      for (const [key, item] of Object.entries(value)) {
        scan(key, place, [...where, key]);
        scan(item, place, [...where, key]);
      }
    }
  };
  for (const [key, value] of params) {
    scan(key, "params", [...at, "params", key]);
    if (!isParamMapping(value)) scan(value, "params", [...at, "params", key]);
  }
  for (const place of ["json", "data", "headers"] as const) scan(endpoint[place], place, [...at, place]);
  return { path, shownPath, isPathSecret, params, inserted, bindings };
}

const INCREMENTAL_FIELDS = ["start_value", "last_value", "initial_value", "end_value"].map(
  (field) => `incremental.${field}`,
);

function isResolve(value: ParamConfig): boolean {
  return isParamMapping(value) && value.type === "resolve";
}

function quote(text: string): string {
  return JSON.stringify(text);
}
