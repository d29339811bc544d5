/** Load packages made by hand, for tests of the load alone: no extract and no normalize. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataType } from "../../src/core/flow.ts";
import { Secret } from "../../src/core/secret.ts";
import { WarningLog } from "../../src/core/warnings.ts";
import { createPostgres, type PostgresOptions } from "../../src/destination/postgres/create-postgres.ts";
import { systemClock, systemRandom } from "../../src/edge/shared/system-ports.ts";
import type { Destination, LoadOutcome, SyncResult } from "../../src/load/destination.ts";
import type { PackageManifest } from "../../src/load/manifest.ts";
import { markCommitted, markCommitting } from "../../src/load/package-folder.ts";
import { createPackage } from "../../src/load/spool.ts";
import { createSchema } from "../../src/schema/schema.ts";
import { storedSchema } from "../../src/schema/stored.ts";
import { ensurePipelineStateTable } from "../../src/schema/system-tables.ts";
import type { Column, Schema, Table } from "../../src/schema/table.ts";
import { bumpVersion } from "../../src/schema/version-hash.ts";
import { nextState } from "../../src/state/pipeline-state.ts";
import { encodeState } from "../../src/state/stored.ts";

export const DATASET = "gitlab_data";
export const PIPELINE = "gitlab_pipeline";

type Hints = Partial<Column>;

/** A column; system columns get the hints that dlt gives them. */
export function column(name: string, dataType: DataType, hints: Hints = {}): Column {
  const system: Hints =
    name === "_dlt_id"
      ? { nullable: false, unique: true, rowKey: true }
      : name === "_dlt_parent_id"
        ? { nullable: false, parentKey: true }
        : name === "_dlt_root_id"
          ? { nullable: false, rootKey: true }
          : { nullable: !name.startsWith("_dlt_") };
  return { name, dataType, nullable: true, extra: {}, ...system, ...hints };
}

export function table(name: string, columns: readonly Column[], more: Partial<Table> = {}): Table {
  return { name, columns: new Map(columns.map((one) => [one.name, one])), seenData: true, extra: {}, ...more };
}

export function schemaOf(...tables: Table[]): Schema {
  const schema = createSchema("gitlab");
  for (const one of tables) schema.tables.set(one.name, one);
  ensurePipelineStateTable(schema);
  bumpVersion(schema);
  return schema;
}

/** A row of COPY text: null is `\N`, backslash and control characters are escaped. */
export function copyRow(values: readonly (string | number | null)[]): string {
  const fields = values.map((value) =>
    value === null
      ? "\\N"
      : String(value).replaceAll(/[\\\t\n\r]/g, (c) => ({ "\t": "\\t", "\n": "\\n", "\r": "\\r" })[c] ?? "\\\\"),
  );
  return `${fields.join("\t")}\n`;
}

export type Rows = readonly (readonly (string | number | null)[])[];

export interface PackageInput {
  readonly schema: Schema;
  readonly loadId: string;
  /** Rows by table; the columns are all complete columns unless `columns` says otherwise. */
  readonly rows: Readonly<Record<string, Rows>>;
  readonly columns?: Readonly<Record<string, readonly string[]>>;
  /** What `sync` found before; undefined: no dataset. */
  readonly base?: SyncResult;
  /** New value of the source's state; absent: no state row. */
  readonly state?: Record<string, number>;
  readonly rootTables?: readonly string[];
  readonly pipeline?: string;
}

/** Writes a package into the work folder and returns its manifest. */
export async function writePackage(
  workFolder: string,
  input: PackageInput,
): Promise<{ manifest: PackageManifest; folder: string }> {
  const writer = await createPackage({ workFolder, loadId: input.loadId });
  for (const [name, rows] of Object.entries(input.rows)) {
    const known = input.schema.tables.get(name);
    const columns = input.columns?.[name] ?? [...(known?.columns.keys() ?? [])];
    const bytes = Buffer.from(rows.map(copyRow).join(""), "utf8");
    await writer.write({ table: name, columns, rows: rows.length, bytes });
  }
  const pipeline = input.pipeline ?? PIPELINE;
  const next = nextState(input.base?.state ?? null, {
    pipelineName: pipeline,
    datasetName: DATASET,
    schemaName: input.schema.name,
    sourceName: input.schema.name,
    sourceState: input.state ?? {},
  });
  const manifest = await writer.commitManifest({
    pipeline,
    dataset: DATASET,
    schemaName: input.schema.name,
    createdAt: "2026-11-25T00:00:00.000000+00:00",
    base: input.base?.datasetExists ? { dataset: true, stateRowIds: input.base.stateRowIds } : { dataset: false },
    rootTables: input.rootTables ?? [],
    schema: storedSchema(input.schema),
    schemaVersionHash: input.schema.versionHash,
    ...(input.state === undefined
      ? {}
      : {
          state: {
            version: next.version,
            engineVersion: 4,
            pipelineName: pipeline,
            state: encodeState(next.state),
            createdAt: "2026-11-25T00:00:00.000000+00:00",
            versionHash: next.versionHash,
            dltId: `s${input.loadId}`,
          },
        }),
  });
  return { manifest, folder: writer.folder };
}

export async function tempFolder(t: { after(end: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-package-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function destinationFor(url: string, options: Partial<PostgresOptions> = {}): Destination {
  return createPostgres({
    dsn: new Secret(url),
    clock: systemClock,
    random: systemRandom,
    connectWait: 2000,
    ...options,
  });
}

export async function syncFor(destination: Destination, pipeline = PIPELINE): Promise<SyncResult> {
  const request = { dataset: DATASET, pipeline, schemas: ["gitlab"], signal: new AbortController().signal };
  return destination.sync({ ...request, warn: () => {} });
}

/** Writes a package and loads it. */
export async function loadRows(
  destination: Destination,
  workFolder: string,
  input: PackageInput,
  options: { readonly signal?: AbortSignal; readonly warnings?: WarningLog; readonly maybeCommitted?: boolean } = {},
): Promise<LoadOutcome> {
  const { manifest, folder } = await writePackage(workFolder, input);
  const outcome = await destination.load({
    manifest,
    folder,
    schema: input.schema,
    maybeCommitted: options.maybeCommitted ?? false,
    beforeCommit: () => markCommitting(folder),
    signal: options.signal ?? new AbortController().signal,
    warn: (options.warnings ?? new WarningLog()).warn,
    onEvent: () => {},
  });
  await markCommitted(folder);
  return outcome;
}
