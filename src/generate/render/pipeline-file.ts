import { holds, type Path } from "../../config/document.ts";
import type { JsonObject } from "../../core/json.ts";
import { prettyJson } from "../../core/json-writer.ts";
import type { Decision, FindingCode, GeneratedPipeline, GeneratedResource } from "../model.ts";
import { commentedYaml, type NoteTree } from "./commented-yaml.ts";
import { oneLine } from "./one-line.ts";
import { literal, literalKey, sourceValue } from "./source-value.ts";
import { yamlScalar, yamlText } from "./yaml-scalar.ts";

export interface PipelineFileOptions {
  readonly format: "yaml" | "json";
  /** What the document is called, for the first line. */
  readonly documentName: string;
  /** Pages of each list that a run stops after; undefined: all. */
  readonly limit: number | undefined;
}

/**
 * The pipeline file of a generated project. As YAML it says in comments what the document says of each endpoint, what is
 * to be filled in, which parameters may be set, and why a key is as it is; as JSON it holds the same values.
 */
export function renderPipelineFile(pipeline: GeneratedPipeline, options: PipelineFileOptions): string {
  const value: JsonObject = {
    pipeline: pipeline.names.pipeline,
    dataset: pipeline.names.dataset,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    source: sourceValue(pipeline),
  };
  if (options.format === "json") return `${prettyJson(value)}\n`;
  return commentedYaml(value, notesOf(pipeline, value, options));
}

/** Findings that stand in the file beside the keys that they are about. */
const SAID_ELSEWHERE: ReadonlySet<FindingCode> = new Set([
  "RequiredParameters",
  "UnresolvedPathParameters",
  "Deprecated",
]);

/** What many an API needs: not every parent may be asked for what is below it. Off, so that nothing is missed unseen. */
const SKIPPING = [
  "A refusal (403) or a parent that is gone (404) ends the run. To skip such parents with a warning instead:",
  "resource_defaults:",
  "  endpoint:",
  "    response_actions: [{ status_code: 403, action: ignore }, { status_code: 404, action: ignore }]",
];

interface WritableNote {
  before?: string[];
  beside?: string;
  inside?: string[];
}

interface WritableTree {
  note?: WritableNote;
  readonly parts: Map<string | number, WritableTree>;
}

function notesOf(
  pipeline: GeneratedPipeline,
  value: JsonObject,
  { documentName, limit }: PipelineFileOptions,
): NoteTree {
  const notes: WritableTree = { parts: new Map() };
  const noteAt = (path: Path): WritableNote => {
    let here = notes;
    for (const key of path) {
      const next = here.parts.get(key) ?? { parts: new Map() };
      here.parts.set(key, next);
      here = next;
    }
    here.note ??= {};
    return here.note;
  };
  const above = (path: Path, ...lines: readonly string[]): void => {
    const note = noteAt(path);
    note.before = [...(note.before ?? []), ...lines];
  };

  above(
    ["pipeline"],
    `${oneLine(pipeline.title)}, made by sluice generate from ${oneLine(documentName)}.`,
    `The base URL is in .dlt/config.toml, secrets are in .dlt/secrets.toml. ${oneLine(pipeline.placeholder)} marks what is yours to fill in:`,
    "sluice check with this file lists it.",
  );
  const encoding = ["source", "client", "path_encoding"];
  if (holds(value, encoding))
    noteAt(encoding).beside = "values in paths are encoded: one with a slash leads nowhere else";
  if (limit !== undefined) noteAt(["limit"]).beside = "pages of each list, to try the pipeline; remove it later";
  for (const { about, reason } of pipeline.decisions) {
    const path = ["source", ...about.split(".")];
    if (holds(value, path)) noteAt(path).beside = oneLine(reason);
    else above(["source"], `${oneLine(about)}: ${oneLine(reason)}`);
  }
  for (const { message } of pipeline.findings) above(["source"], oneLine(message));
  if (
    pipeline.mode === "better" &&
    pipeline.resources.some(({ selected, parent }) => selected && parent !== undefined)
  ) {
    above(["source", "resources"], ...SKIPPING);
  }
  for (const [index, resource] of pipeline.resources.entries()) {
    const at = ["source", "resources", index];
    const { comment, deprecated } = resource.operation;
    if (comment !== undefined) above(at, oneLine(comment));
    if (deprecated && pipeline.mode === "better") above(at, "Deprecated.");
    noteParams(resource, at, noteAt);
    for (const decision of resource.decisions) noteDecision(decision, value, at, noteAt, above);
    // The reference prints its warnings; here each stands where it applies.
    const unsaid = resource.findings.filter(({ code }) => pipeline.mode === "better" && !SAID_ELSEWHERE.has(code));
    for (const { message } of unsaid) above(at, oneLine(message));
  }
  return notes;
}

function noteParams(resource: GeneratedResource, at: Path, noteAt: (path: Path) => WritableNote): void {
  const { params, headers, optionalParams } = resource.endpoint;
  for (const { name, in: place, fillIn } of [...(params ?? []), ...headers]) {
    if (!fillIn) continue;
    const where = place === "query" ? "query parameter" : place === "path" ? "path parameter" : "header";
    noteAt([
      ...at,
      "endpoint",
      place === "header" ? "headers" : "params",
      place === "path" ? name : literalKey(name),
    ]).beside = `TODO: fill in required ${where}`;
  }
  if (optionalParams.length === 0) return;
  const lines = optionalParams.map(({ name, value, description, deprecated }) => {
    const words = [deprecated ? "deprecated" : "", description === undefined ? "" : oneLine(description)];
    const said = words.filter((word) => word !== "").join(": ");
    return `${yamlText(literalKey(name), false)}: ${yamlScalar(literal(value), false)}${said === "" ? "" : ` # ${said}`}`;
  });
  const heading = "the parameters below can optionally be configured";
  if (params !== undefined && params.length > 0) noteAt([...at, "endpoint", "params"]).inside = [heading, ...lines];
  else noteAt([...at, "endpoint"]).inside = [heading, "params:", ...lines.map((line) => `  ${line}`)];
}

/**
 * Beside the key that it explains; above the resource when the key is not there. Where a resource's own name comes from is
 * told by `--explain` only: a comment on every first line would hide the others.
 */
function noteDecision(
  { about, reason }: Decision,
  value: JsonObject,
  at: Path,
  noteAt: (path: Path) => WritableNote,
  above: (path: Path, ...lines: readonly string[]) => void,
): void {
  if (about === "name") return;
  const keys = about.split(".");
  const found = [
    [...at, ...keys],
    [...at, "endpoint", ...keys],
  ].find((path) => holds(value, path));
  if (found === undefined) {
    above(at, `${oneLine(about)}: ${oneLine(reason)}`);
    return;
  }
  const note = noteAt(found);
  note.beside = note.beside === undefined ? oneLine(reason) : `${note.beside}; ${oneLine(reason)}`;
}
