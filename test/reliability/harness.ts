/** One pipeline from a source on loopback into a real database, in this process, for tests of what a single run does. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Warning } from "../../src/core/warnings.ts";
import {
  type DataRules,
  type LoadInfo,
  type PostgresSettings,
  pipeline,
  postgres,
  restApi,
  SluiceError,
} from "../../src/index.ts";
import { type Answer, type JsonApi, jsonApi } from "../cli/support.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";

/** What `node:test` gives to a test or to the hooks of a suite. */
export interface Cleanup {
  after(end: () => Promise<void>): void;
}

export interface Outcome {
  readonly info?: LoadInfo;
  readonly error?: SluiceError;
  readonly warnings: readonly Warning[];
}

export interface Harness {
  readonly database: TestDatabase;
  readonly api: JsonApi;
  /** Folder of packages and traces. */
  readonly work: string;
  /** Runs with the text as the whole body of `/t`; `resource` is laid over the one resource `t`. */
  load(body: Answer, resource?: object): Promise<Outcome>;
  /** Rows of a table of the dataset `d`, without ids and load ids. */
  rows(table: string, order?: string): Promise<readonly Record<string, unknown>[]>;
  schemas(): Promise<readonly string[]>;
}

export interface HarnessOptions {
  readonly postgres?: PostgresSettings;
  /** Goes through another door than the database's own. */
  readonly url?: (database: TestDatabase) => string;
  readonly client?: object;
  readonly data?: Partial<DataRules>;
}

export async function harness(t: Cleanup, options: HarnessOptions = {}): Promise<Harness> {
  const database = await testDatabase(t);
  const api = await jsonApi(t, {});
  const work = await mkdtemp(join(tmpdir(), "sluice-reliability-"));
  t.after(() => rm(work, { recursive: true, force: true }));
  const data = options.data === undefined ? {} : { data: options.data };
  const destination = postgres(options.url?.(database) ?? database.url, options.postgres);
  return {
    database,
    api,
    work,
    async load(body, resource = {}) {
      api.answers["/t"] = body;
      const source = restApi({
        name: "s",
        config: {
          client: { base_url: api.url, paginator: { type: "single_page" }, ...options.client },
          resources: [{ name: "t", ...resource }],
        },
      });
      const warnings: Warning[] = [];
      const onEvent = (event: { readonly type: string; readonly warning?: Warning }) => {
        if (event.type === "warning" && event.warning !== undefined) warnings.push(event.warning);
      };
      try {
        const info = await pipeline({
          name: "p",
          dataset: "d",
          destination,
          workingDirectory: work,
          onEvent,
          ...data,
        }).run(source);
        return { info, warnings };
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        return { error, warnings };
      }
    },
    async rows(table, order = "1") {
      const rows = await database.query(
        `SELECT (to_jsonb(t) - '{_dlt_id,_dlt_parent_id,_dlt_root_id,_dlt_load_id}'::text[])::text AS row
         FROM d.${JSON.stringify(table)} t ORDER BY ${order === "1" ? "_dlt_id" : order}`,
      );
      return rows.map(({ row }) => JSON.parse(row ?? "null") as Record<string, unknown>);
    },
    async schemas() {
      const found = await database.query("SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' ORDER BY 1");
      return found
        .map(({ nspname }) => nspname ?? "")
        .filter((name) => name !== "information_schema" && name !== "public");
    },
  };
}
