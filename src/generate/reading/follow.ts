import { getOwn, isJsonObject, type JsonObject } from "../../core/json.ts";
import type { ApiDocument } from "../api-document.ts";
import type { Finding } from "../model.ts";

/** References that lead to references. */
const LONGEST_CHAIN = 20;

/** The text of a `$ref`; undefined for an object that is none. */
export function referenceOf(object: JsonObject): string | undefined {
  const reference = getOwn(object, "$ref");
  return typeof reference === "string" ? reference : undefined;
}

/**
 * The object behind a reference, and the last reference of the chain. Undefined: there is nothing. `chains`: a target that
 * is a reference itself is followed too.
 */
export function follow(
  document: ApiDocument,
  reference: string,
  chains: boolean,
): { readonly object: JsonObject | undefined; readonly reference: string } {
  let last = reference;
  for (let step = 0; step < LONGEST_CHAIN; step += 1) {
    const target = document.resolve(last);
    if (!isJsonObject(target)) return { object: target === undefined ? undefined : {}, reference: last };
    const next = referenceOf(target);
    if (!chains || next === undefined) return { object: target, reference: last };
    last = next;
  }
  return { object: undefined, reference: last };
}

/** Makes the function that notes, once of each, the references behind which there is nothing, and why. */
export function brokenReferences(document: ApiDocument, note: (finding: Finding) => void): (reference: string) => void {
  const known = new Set<string>();
  return (reference) => {
    if (known.has(reference)) return;
    known.add(reference);
    const refused = document.refused(reference);
    const isCircle = document.resolve(reference) !== undefined;
    const why =
      refused !== undefined ? `is not followed: ${refused}` : isCircle ? "leads back to itself" : "leads nowhere";
    note({ code: "BrokenReference", message: `${reference} ${why}; what it stands for is taken as empty` });
  };
}
