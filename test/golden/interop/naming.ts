import { getOwn } from "../../../src/core/json.ts";
import {
  nameTag,
  normalizeIdentifier,
  normalizePath,
  normalizeTablesPath,
  schemaName,
  shorten,
  shortenFragments,
} from "../../../src/schema/naming/snake-case.ts";
import type { VectorFile } from "../vector-file.ts";
import { difference, list, member, object, orNull, settle, text } from "./vector.ts";

/** `naming.json`: identifiers, paths, fragments and the shortening alone. */
export const naming: VectorFile = {
  async run(document, report) {
    for (const vector of list(member(document, "vectors")).map(object)) {
      const input = text(vector.in);
      const differences = [];
      for (const [key, call] of Object.entries(CALLS)) {
        const expected = getOwn(vector, key);
        // A call that cannot fail and was not recorded has no member.
        if (expected === undefined && getOwn(vector, `${key}_error`) === undefined) continue;
        differences.push(
          ...difference(
            key,
            expected ?? null,
            orNull(() => call(input)),
          ),
        );
      }
      settle(report, JSON.stringify(input), differences);
    }
    for (const vector of list(member(document, "fragments")).map(object)) {
      const parts = list(vector.in).map(text);
      settle(report, `fragments ${JSON.stringify(parts)}`, [
        ...difference("out63", vector.out63, shortenFragments(parts)),
        ...difference("out_unlimited", vector.out_unlimited, shortenFragments(parts, Number.POSITIVE_INFINITY)),
      ]);
    }
    for (const vector of list(member(document, "shorten")).map(object)) {
      const max = Number(vector.max);
      const got = shorten(text(vector.normalized), text(vector.tag_source), max);
      settle(report, `shorten ${text(vector.normalized)} to ${max}`, difference("out", vector.out, got));
    }
  },
};

const CALLS: Readonly<Record<string, (name: string) => string>> = {
  identifier63: (name) => normalizeIdentifier(name, 63),
  identifier_unlimited: (name) => normalizeIdentifier(name, Number.POSITIVE_INFINITY),
  path63: (name) => normalizePath(name),
  tables_path63: (name) => normalizeTablesPath(name),
  schema_name64: (name) => schemaName(name),
  tag: (name) => nameTag(name),
};
