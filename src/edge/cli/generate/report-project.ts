import { relative } from "node:path";
import { isJsonArray, isJsonObject, type JsonValue, keysOf } from "../../../core/json.ts";
import { compactJson } from "../../../core/json-writer.ts";
import type { ReadDocument } from "../../../generate/document/read-document.ts";
import type { Decision, Finding, GeneratedPipeline } from "../../../generate/model.ts";
import type { Project, ProjectFile } from "../../../generate/render/project-files.ts";
import { printable } from "../../../report/printable.ts";
import type { CliContext } from "../context.ts";
import type { GenerateFlags } from "./flags.ts";

export interface WrittenProject {
  readonly folder: string;
  readonly project: Project;
  readonly pipeline: GeneratedPipeline;
  /** Endpoints of the document that could have been chosen. */
  readonly offered: number;
  readonly tree: ReadDocument;
  readonly written: readonly ProjectFile[];
}

/** Says what was made, what is left to do, and what is next. */
export function reportProject(context: CliContext, flags: GenerateFlags, made: WrittenProject): void {
  const { folder, project, pipeline, offered, tree, written } = made;
  const missing = missingValues(pipeline);
  if (flags.json) {
    context.out(
      compactJson({
        ok: true,
        ...projectFacts(folder, project, pipeline),
        endpoints: offered,
        files: written.map(({ path }) => path),
        fill_in: missing.map(({ resource, key }) => ({ resource, key })),
        findings: findingsOf(pipeline),
        ...(flags.explain ? { decisions: explained(pipeline).map(({ ...decision }) => decision) } : {}),
      }),
    );
    return;
  }
  const { resources } = pipeline;
  const shown = relative(process.cwd(), folder) || ".";
  const tables = new Set(resources.map(({ tableName }) => tableName)).size;
  const converted = tree.convertedFrom === undefined ? "" : `, converted from OpenAPI ${printable(tree.convertedFrom)}`;
  context.out(
    [
      `${printable(pipeline.title)}${converted}: ${resources.length} of ${offered} endpoints -> ${tables} tables`,
      `${printable(shown)}/`,
      ...written.map(({ path }) => `  ${path}`),
      ...(flags.explain ? explanation(pipeline) : []),
      ...nextSteps(shown, project, pipeline),
    ].join("\n"),
  );
}

/** Facts that the answers of making and of updating a project share. */
export function projectFacts(folder: string, project: Project, pipeline: GeneratedPipeline) {
  return {
    folder,
    pipeline_file: project.pipelineFile,
    pipeline: pipeline.names.pipeline,
    dataset: pipeline.names.dataset,
    resources: pipeline.resources.map(({ name }) => name),
    secrets: pipeline.secrets,
  };
}

/**
 * The decisions of all resources, each with what it is about, those that the reference takes otherwise with a mark; then
 * what the user should know.
 */
export function explanation(pipeline: GeneratedPipeline): readonly string[] {
  const owner = (resource: string | null) => (resource === null ? "" : `${resource} `);
  return [
    ...explained(pipeline).map(
      ({ resource, about, reason, repair }) => `${repair ? "*" : " "} ${owner(resource)}${about}: ${reason}`,
    ),
    ...findingsOf(pipeline).map(({ resource, ...finding }) => `  ${owner(resource)}${finding.code}: ${said(finding)}`),
  ].map(printable);
}

function explained(pipeline: GeneratedPipeline) {
  const entry = (resource: string | null) => (decision: Decision) => ({ resource, ...decision });
  return [
    ...pipeline.decisions.map(entry(null)),
    ...pipeline.resources.flatMap(({ name, decisions }) => decisions.map(entry(name))),
  ];
}

function findingsOf(pipeline: GeneratedPipeline) {
  return [
    ...pipeline.findings.map((finding) => ({ resource: null, ...finding })),
    ...pipeline.resources.flatMap(({ name, findings }) => findings.map((finding) => ({ resource: name, ...finding }))),
  ];
}

function said({ place, message }: Finding): string {
  return place === undefined ? message : `${place}: ${message}`;
}

/** Required parameters, and parts of bodies, that hold a placeholder. */
function missingValues({
  resources,
  placeholder,
}: GeneratedPipeline): readonly { readonly resource: string; readonly key: string }[] {
  const inBody = (value: JsonValue | undefined, path: string): readonly string[] => {
    if (isJsonArray(value)) return value.flatMap((item, index) => inBody(item, `${path}[${index}]`));
    if (isJsonObject(value)) return keysOf(value).flatMap((key) => inBody(value[key], `${path}.${key}`));
    return value === placeholder ? [path] : [];
  };
  return resources.flatMap(({ name, endpoint }) => {
    const params = [...(endpoint.params ?? []), ...endpoint.headers].flatMap(({ name: key, fillIn, value }) =>
      fillIn && value.kind === "value" && value.value === placeholder ? key : [],
    );
    return [...params, ...inBody(endpoint.json, "json")].map((key) => ({ resource: name, key }));
  });
}

function nextSteps(folder: string, project: Project, pipeline: GeneratedPipeline): readonly string[] {
  const missing = missingValues(pipeline);
  const owners = new Set(missing.map(({ resource }) => resource)).size;
  const file = printable(`${folder}/${project.pipelineFile}`);
  const steps: string[] = [];
  if (pipeline.servers.baseUrl === undefined) steps.push("put the base URL into .dlt/config.toml");
  if (pipeline.secrets.length > 0) steps.push(`put ${pipeline.secrets.join(", ")} into .dlt/secrets.toml`);
  if (missing.length > 0)
    steps.push(`fill in ${missing.length} ${pipeline.placeholder} of ${owners} resources, as sluice check lists them`);
  return [
    ...pipeline.findings.map((finding) => `note: ${printable(said(finding))}`),
    ...findingCounts(pipeline),
    ...steps.map((step) => `to do: ${step}`),
    `next: sluice check ${file} --offline`,
  ];
}

/** One line that counts what was found out about resources: `notes: PrimaryKeyNotFound 3 (--explain names them)`. */
function findingCounts({ resources }: GeneratedPipeline): readonly string[] {
  const counts = new Map<string, number>();
  for (const { code } of resources.flatMap(({ findings }) => findings)) counts.set(code, (counts.get(code) ?? 0) + 1);
  if (counts.size === 0) return [];
  return [`notes: ${[...counts].map(([code, count]) => `${code} ${count}`).join(", ")} (--explain names them)`];
}
