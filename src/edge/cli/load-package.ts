import type { Command } from "commander";
import { ConfigError } from "../../core/errors.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import { compactJson } from "../../core/json-writer.ts";
import { redactValue } from "../../core/redact.ts";
import { WarningLog } from "../../core/warnings.ts";
import type { LoadRecord } from "../../load/destination.ts";
import { isPending, type PackageFacts } from "../../load/package-facts.ts";
import { printable } from "../../report/printable.ts";
import { type Action, addSettings } from "./command.ts";
import type { CliContext } from "./context.ts";
import {
  asObject,
  findPipeline,
  type KnownPipeline,
  objectsOf,
  PIPELINE_SETTINGS,
  withDestination,
} from "./known-pipeline.ts";

/** `sluice load-package [PIPELINE] [LOAD_ID]`: one package, here and in the destination. */
export function addLoadPackage(program: Command, action: Action): void {
  const command = program
    .command("load-package")
    .argument("[pipeline]", "name of a pipeline; the only one that ran here when absent")
    .argument("[load-id]", "load id; the newest package when absent")
    .description("show a load package: its state, rows per table and schema changes")
    .addHelpText("after", "\nExample:\n  sluice load-package gitlab_pipeline 1795475420.675529");
  addSettings(command, PIPELINE_SETTINGS);
  action(command, async (context, flags, args) => {
    // A load id alone is meant as one: no pipeline is called like that.
    const alone = args.length === 1 && /^\d{9,}\.\d+$/.test(args[0] ?? "");
    const [given, loadId] = alone ? [undefined, args[0]] : args;
    const known = await findPipeline(context, flags, given, "load-package");
    const local = localPackage(known, loadId);
    const record = known.hasDatabase ? await readRecord(context, known, loadId ?? local?.loadId) : null;
    const facts = packageFacts(known, loadId ?? local?.loadId ?? record?.loadId, local, record);
    if (facts === undefined) {
      const which = loadId === undefined ? "no load package" : `no load package ${loadId}`;
      throw new ConfigError("E_INPUT", `${which} of pipeline ${known.name} is known`, {
        step: "config",
        hint: "Check --connection-string, --dataset-name and --working-directory.",
        context: { pipeline: known.name },
      });
    }
    const shown = redactValue(context.redact, facts);
    context.out(flags.json === true ? compactJson({ ok: true, ...shown }) : packageText(shown));
  });
}

/** The package with that id; without one the newest that waits, or failed after the last one that was loaded. */
function localPackage(known: KnownPipeline, loadId: string | undefined): PackageFacts | undefined {
  if (loadId !== undefined) return known.packages.find((one) => one.loadId === loadId);
  const waiting = known.packages.findLast(isPending);
  if (waiting !== undefined) return waiting;
  const failed = known.packages.findLast(({ state }) => state === "failed");
  return failed !== undefined && asObject(known.trace)?.status === "failed" ? failed : undefined;
}

function readRecord(context: CliContext, known: KnownPipeline, loadId: string | undefined): Promise<LoadRecord | null> {
  const { dataset, name: pipeline } = known;
  return withDestination(context, known, async (destination) => {
    const common = { dataset, signal: context.signal, warn: new WarningLog().warn };
    if (loadId !== undefined) return destination.describeLoad({ ...common, schemas: [], loadId });
    const { schemas } = await destination.sync({
      ...common,
      pipeline,
      schemas: known.schemaName === undefined ? [] : [known.schemaName],
    });
    return destination.describeLoad({ ...common, schemas: [...schemas.keys()] });
  });
}

function packageFacts(
  { name, dataset, trace }: KnownPipeline,
  loadId: string | undefined,
  local: PackageFacts | undefined,
  record: LoadRecord | null,
): JsonObject | undefined {
  const traced = objectsOf(trace?.packages).find((one) => loadId === undefined || one.loadId === loadId);
  const id = loadId ?? (typeof traced?.loadId === "string" ? traced.loadId : undefined);
  if (id === undefined || (local === undefined && record === null && traced === undefined)) return undefined;
  const manifest = local?.manifest;
  const loaded = traced?.state === "loaded" || record?.status === 0;
  return {
    pipeline: name,
    dataset,
    load_id: id,
    state: loaded ? "loaded" : (local?.state ?? String(traced?.state ?? "unknown")),
    schema_name: record?.schemaName ?? manifest?.schemaName ?? null,
    schema_version_hash: record?.schemaVersionHash ?? manifest?.schemaVersionHash ?? traced?.schemaVersionHash ?? null,
    loaded_at: record?.insertedAt ?? (loaded ? (traced?.endedAt ?? null) : null),
    path: local?.folder ?? null,
    tables: tableFacts(manifest?.files ?? objectsOf(traced?.tables), record),
    schema_changes: changeFacts(record, traced),
    error: local?.failure === undefined ? null : `${local.failure.code}: ${local.failure.message}`,
  };
}

/** `rows`: as the package brought them; `rows_now`: of them still in the destination. Null where nobody knows. */
function tableFacts(
  brought: readonly { readonly table?: JsonValue; readonly rows?: JsonValue }[],
  record: LoadRecord | null,
): readonly JsonObject[] {
  const rows = new Map<string, number>();
  for (const { table, rows: count } of brought) {
    if (typeof table === "string") rows.set(table, (rows.get(table) ?? 0) + Number(count));
  }
  const now = record?.rows ?? new Map<string, number>();
  const names = new Set([...rows.keys(), ...[...now].filter(([, count]) => count > 0).map(([table]) => table)]);
  return [...names].map((table) => ({
    table,
    rows: rows.get(table) ?? null,
    rows_now: record === null ? null : (now.get(table) ?? 0),
  }));
}

function changeFacts(record: LoadRecord | null, traced: JsonObject | undefined): JsonValue {
  if (record !== null && record.changes !== null) {
    return record.changes.map((change) => ({
      ...change,
      ...(change.columns === undefined ? {} : { columns: change.columns.map((column) => ({ ...column })) }),
    }));
  }
  return traced?.changes ?? null;
}

function packageText(facts: JsonObject): string {
  const changes = facts.schema_changes;
  const show = (value: JsonValue | undefined) => (value === null ? "?" : printable(String(value)));
  return [
    `Load package ${show(facts.load_id)} of pipeline ${show(facts.pipeline)} is ${show(facts.state).toUpperCase()}`,
    `dataset ${show(facts.dataset)}, schema ${show(facts.schema_name)} (${show(facts.schema_version_hash)})`,
    ...(facts.loaded_at === null ? [] : [`loaded at ${show(facts.loaded_at)}`]),
    ...(facts.path === null ? [] : [`files in ${show(facts.path)}`]),
    ...(facts.error === null ? [] : [show(facts.error)]),
    "rows:",
    ...objectsOf(facts.tables).map(({ table, rows, rows_now: now }) => {
      const left = now === null ? "" : `, ${show(now)} in the destination now`;
      return `  ${show(table)}: ${show(rows ?? null)} loaded${left}`;
    }),
    changes === null ? "schema changes: not known" : "schema changes:",
    ...objectsOf(changes).map(
      ({ table, change, column, type }) =>
        `  ${show(table)}: ${show(change)}${column === undefined ? "" : ` ${show(column)} ${show(type)}`}`,
    ),
  ].join("\n");
}
