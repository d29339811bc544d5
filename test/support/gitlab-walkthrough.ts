/** What a user does with a project that was made of GitLab's document, and what it loads of the sample GitLab then. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";

const CASES = join(import.meta.dirname, "..", "golden", "cases", "openapi");

/** GitLab's document. */
export const GITLAB_DOCUMENT = join(CASES, "gitlab.yaml");

interface Correction {
  readonly resource: string | null;
  readonly key: string;
  readonly corrected: unknown;
}
const golden: {
  expected_rows: Record<string, number>;
  expected_rows_after_second_run: Record<string, number>;
  corrections: Correction[];
} = JSON.parse(await readFile(join(CASES, "gitlab.walkthrough.json"), "utf8"));

/**
 * Better mode loads the requesters, of whom compat mode takes only their attributes, the main branch once, and what
 * `/version` says into a table beside that of `/metadata`.
 */
const { api_entities_custom_attribute: _inRequesters, ...shared } = golden.expected_rows;
const better: Record<string, number> = {
  ...shared,
  api_entities_access_requester: 4,
  api_entities_access_requester__custom_attributes: 6,
  api_entities_branch: 25,
  api_entities_branch__commit__parent_ids: 24,
  api_entities_metadata: 1,
  version: 1,
};

/** Rows after the first and after the second run: better mode leaves none that a second load would repeat. */
export const WALKTHROUGH_ROWS = {
  compat: [golden.expected_rows, golden.expected_rows_after_second_run],
  better: [better, better],
} as const;

/** Puts the values of the golden file where the generated one has placeholders, and selects what waited for them. */
export function fillInWalkthrough(pipelineFile: string, mode: "compat" | "better"): string {
  const document = parseDocument(pipelineFile);
  const resources = document.getIn(["source", "resources"]);
  assert.ok(isSeq(resources));
  const waiting = resources.items.filter((item) => isMap(item) && String(item).includes("FILL_ME_IN")).filter(isMap);
  for (const { resource: name, key, corrected } of golden.corrections) {
    const resource = resources.items.find((item) => isMap(item) && item.get("name") === name);
    if (name === null || !isMap(resource) || !/^(?:params\.|data_selector)/.test(key)) continue;
    const path = ["endpoint", ...key.split(".")];
    // Better mode finds the right parents and selectors itself: only its placeholders are filled in.
    if (mode === "compat" || resource.getIn(path) === "FILL_ME_IN")
      resource.setIn(path, document.createNode(corrected));
  }
  for (const resource of waiting) resource.delete("selected");
  return String(document);
}
