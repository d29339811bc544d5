import type { Command } from "commander";
import { getOwn, isJsonArray, type JsonObject, type JsonValue } from "../../core/json.ts";
import { compactJson } from "../../core/json-writer.ts";
import { WarningLog } from "../../core/warnings.ts";
import type { SyncResult } from "../../load/destination.ts";
import { isPending } from "../../load/package-facts.ts";
import { isSystemTable } from "../../schema/schema.ts";
import { type Action, addSettings } from "./command.ts";
import { asObject, findPipeline, PIPELINE_SETTINGS, withDestination } from "./known-pipeline.ts";

/** `sluice info [PIPELINE]`: what is known of a pipeline, here and in the destination. */
export function addInfo(program: Command, action: Action): void {
  const command = program
    .command("info")
    .argument("[pipeline]", "name of a pipeline that ran here; the only one when absent")
    .description("show pipeline, dataset, schemas, state, last load and pending packages")
    .addHelpText(
      "after",
      "\nExample:\n  sluice info gitlab_pipeline --connection-string postgresql://loader@db.example.com/analytics",
    );
  addSettings(command, PIPELINE_SETTINGS);
  action(command, async (context, flags, [given]) => {
    const known = await findPipeline(context, flags, given, "info");
    const { dataset, name: pipeline, trace } = known;
    const pending = known.packages.filter(isPending).length;
    let synced: SyncResult | undefined;
    let destination = String(trace?.destinationName ?? "");
    if (known.hasDatabase) {
      synced = await withDestination(context, known, (opened) => {
        destination = opened.displayName;
        const schemas = known.schemaName === undefined ? [] : [known.schemaName];
        return opened.sync({ dataset, pipeline, schemas, signal: context.signal, warn: new WarningLog().warn });
      });
    }
    const facts = infoFacts({ pipeline, dataset, destination, trace, synced, pending });
    context.out(flags.json === true ? compactJson({ ok: true, ...facts }) : infoText(facts));
  });
}

function infoFacts(known: {
  readonly pipeline: string;
  readonly dataset: string;
  readonly destination: string;
  readonly trace: JsonObject | undefined;
  readonly synced: SyncResult | undefined;
  readonly pending: number;
}): JsonObject {
  const { synced, trace } = known;
  const state = synced?.state ?? null;
  return {
    pipeline: known.pipeline,
    dataset: known.dataset,
    destination: known.destination,
    // Null: the destination was not asked.
    dataset_exists: synced?.datasetExists ?? null,
    state_version: (state === null ? undefined : getOwn(state, "_state_version")) ?? null,
    state_load_id: synced?.newestStateLoadId ?? null,
    cursors: state === null ? {} : cursorsOf(state),
    schemas: [...(synced?.schemas ?? [])].map(([name, schema]) => ({
      name,
      version: schema.version,
      version_hash: schema.versionHash,
      tables: [...schema.tables.keys()].filter((table) => !isSystemTable(table)),
    })),
    pending_packages: known.pending,
    last_run:
      trace === undefined
        ? null
        : { status: trace.status ?? null, ended_at: trace.endedAt ?? null, load_ids: loadIdsOf(trace) },
  };
}

/** Packages of a run that are in the destination. */
function loadIdsOf(trace: JsonObject): readonly JsonValue[] {
  return (isJsonArray(trace.packages) ? trace.packages : [])
    .map((one) => asObject(one) ?? {})
    .filter(({ state }) => state === "loaded")
    .map(({ loadId }) => loadId ?? null);
}

/** `issues.updated_at` -> last value and how many parents have a cursor of their own, of all sources of a state. */
function cursorsOf(state: JsonObject): JsonObject {
  const cursors: Record<string, JsonObject> = {};
  for (const source of Object.values(asObject(getOwn(state, "sources")) ?? {})) {
    for (const [resource, own] of Object.entries(asObject(getOwn(asObject(source) ?? {}, "resources")) ?? {})) {
      const facts = asObject(own) ?? {};
      const partitions = asObject(getOwn(asObject(getOwn(facts, "sluice")) ?? {}, "partitions"));
      for (const [path, cursor] of Object.entries(asObject(getOwn(facts, "incremental")) ?? {})) {
        cursors[`${resource}.${path}`] = {
          last_value: getOwn(asObject(cursor) ?? {}, "last_value") ?? null,
          ...(partitions === undefined ? {} : { parents: Object.keys(partitions).length }),
        };
      }
    }
  }
  return cursors;
}

function infoText(facts: JsonObject): string {
  const lines = [
    `pipeline ${facts.pipeline}`,
    `dataset ${facts.dataset}${facts.dataset_exists === false ? " (not there yet)" : ""} in ${facts.destination}`,
  ];
  const run = asObject(facts.last_run);
  if (run !== undefined) {
    const loads = isJsonArray(run.load_ids) && run.load_ids.length > 0 ? `, load ${run.load_ids.join(", ")}` : "";
    lines.push(`last run here: ${run.status} at ${run.ended_at}${loads}`);
  }
  if (facts.state_load_id !== null)
    lines.push(`state version ${facts.state_version}, stored by load ${facts.state_load_id}`);
  else if (facts.dataset_exists === null)
    lines.push("state, cursors and schemas: give --connection-string to read them from the destination");
  else lines.push("no state of this pipeline in the destination");
  for (const [name, cursor] of Object.entries(asObject(facts.cursors) ?? {})) {
    const { last_value: value = null, parents } = asObject(cursor) ?? {};
    const own = parents === undefined ? "" : ` (the latest of ${parents} parents, each with its own)`;
    lines.push(`  cursor ${name}: ${typeof value === "string" ? value : compactJson(value)}${own}`);
  }
  for (const one of Array.isArray(facts.schemas) ? facts.schemas : []) {
    const schema = asObject(one) ?? {};
    const tables = Array.isArray(schema.tables) ? schema.tables : [];
    lines.push(
      `schema ${schema.name} version ${schema.version} (${schema.version_hash}), ${tables.length} table(s):`,
      ...tables.map((table) => `  ${table}`),
    );
  }
  lines.push(`pending packages: ${facts.pending_packages}`);
  return lines.join("\n");
}
