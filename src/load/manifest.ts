import type { JsonObject } from "../core/json.ts";
import type { WindowReport } from "../core/source.ts";

/**
 * The manifest of a load package, `manifest.json` in its folder. Written last (temporary file, fsync, rename, fsync of
 * the folder): a package without a valid manifest does not exist.
 */
export interface PackageManifest {
  readonly format: 1;
  readonly loadId: string;
  readonly pipeline: string;
  /** Dataset = name of the schema in the database. */
  readonly dataset: string;
  readonly schemaName: string;
  /** ISO time of extraction. */
  readonly createdAt: string;
  /** State rows that stood in the destination at extraction, or that there was no dataset. */
  readonly base: { readonly dataset: false } | { readonly dataset: true; readonly stateRowIds: readonly string[] };
  /** Files in the order in which they are copied. */
  readonly files: readonly PackageFile[];
  /** Root tables (normalized names) of the resources that ran, also those without rows: replace empties them. */
  readonly rootTables: readonly string[];
  /** Tables that a refresh drops before anything is created, with all stored versions of the schema. */
  readonly dropped?: readonly string[];
  /** Tables that a refresh empties. */
  readonly emptied?: readonly string[];
  /** Windows whose rows it carries, of resources that are loaded window by window; for the report. */
  readonly windows?: readonly WindowReport[];
  /** Stored form (wire) of the schema at the end of normalize. */
  readonly schema: JsonObject;
  readonly schemaVersionHash: string;
  /** The new state row; absent when the state did not change. */
  readonly state?: PackageState;
}

export interface PackageFile {
  readonly table: string;
  readonly columns: readonly string[];
  /** Relative to the package folder. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** One `_dlt_pipeline_state` row, less `_dlt_load_id`. */
export interface PackageState {
  readonly version: number;
  readonly engineVersion: number;
  readonly pipelineName: string;
  /** base64(zlib(JSON)) as dlt stores it. */
  readonly state: string;
  readonly createdAt: string;
  readonly versionHash: string;
  readonly dltId: string;
}
