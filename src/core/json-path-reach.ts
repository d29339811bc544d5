import { isJsonArray, isJsonObject, type JsonValue, keysOf } from "./json.ts";
import { find, type JsonPath } from "./json-path.ts";
import type { Node } from "./json-path-parser.ts";

/**
 * Whether a path that matches nothing in a value may be right all the same: it ends at a list or an object without
 * members, at null, or where a filter or an index chooses. False when a key on the way is not there beside others.
 */
export function endsAtNothing(path: JsonPath, value: JsonValue): boolean {
  return endsEmpty(path.node, value, value);
}

function endsEmpty(node: Node, value: JsonValue, root: JsonValue): boolean {
  if (isEmpty(value)) return true;
  switch (node.kind) {
    case "child":
    case "descendants": {
      const left = find(node.left, value, root);
      if (left.length === 0) return endsEmpty(node.left, value, root);
      if (node.kind === "descendants") return left.every(isEmpty);
      return left.some((item) => endsEmpty(node.right, item, root));
    }
    case "union":
      return endsEmpty(node.left, value, root) || endsEmpty(node.right, value, root);
    case "filter":
      return isJsonArray(value) || isJsonObject(value);
    case "indexes":
    case "slice":
      return isJsonArray(value);
    default:
      return false;
  }
}

function isEmpty(value: JsonValue): boolean {
  if (value === null) return true;
  return isJsonArray(value) ? value.length === 0 : isJsonObject(value) && keysOf(value).length === 0;
}
