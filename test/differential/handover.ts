/** The pipeline of the hand-over tests and the two programs that run it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { promisify } from "node:util";
import { type DltServer, startDlt } from "../support/dlt.ts";

export type Writer = "sluice" | "dlt";

export const PROJECT = 100;

const run = promisify(execFile);
const cli = join(import.meta.dirname, "..", "..", "src", "edge", "cli", "index.ts");

/** One for all runs of a test file: dlt takes seconds to start. */
let dlt: { readonly server: DltServer; readonly folder: string } | undefined;

after(async () => {
  await dlt?.server.close();
  if (dlt !== undefined) await rm(dlt.folder, { recursive: true, force: true });
});

/** Merge with nested lists and a cursor, append with a cursor, replace, and a child resource. JSON, so that both can read it. */
export function pipelineDocument(baseUrl: string): Record<string, unknown> {
  const cursor = { type: "incremental", cursor_path: "updated_at", initial_value: "2020-01-01T00:00:00.000Z" };
  const project = `projects/${PROJECT}`;
  return {
    pipeline: "handover",
    source: {
      name: "gitlab_handover",
      max_table_nesting: 2,
      client: {
        base_url: baseUrl,
        auth: { type: "api_key", name: "PRIVATE-TOKEN", api_key: "no-secret", location: "header" },
        paginator: { type: "header_link" },
      },
      resource_defaults: { primary_key: "id", endpoint: { params: { per_page: 50 } } },
      resources: [
        {
          name: "issues",
          write_disposition: "merge",
          endpoint: { path: `${project}/issues`, params: { updated_after: cursor } },
        },
        {
          name: "pipelines",
          write_disposition: "append",
          endpoint: { path: `${project}/pipelines`, params: { updated_after: cursor } },
        },
        {
          name: "branches",
          primary_key: "name",
          write_disposition: "replace",
          endpoint: { path: `${project}/repository/branches` },
        },
        {
          name: "notes",
          write_disposition: "merge",
          include_from_parent: ["iid"],
          endpoint: { path: `${project}/issues/{resources.issues.iid}/notes` },
        },
      ],
    },
  };
}

/** One run of one writer in an empty working folder below `folder`, as on a fresh runner. */
export async function runWriter(
  writer: Writer,
  document: Record<string, unknown>,
  url: string,
  dataset: string,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const cwd = await mkdtemp(join(folder, `${writer}-`));
  const file = join(cwd, "pipeline.json");
  await writeFile(file, JSON.stringify(document));
  if (writer === "dlt") {
    if (dlt === undefined) {
      const own = await mkdtemp(join(tmpdir(), "sluice-dlt-"));
      dlt = { server: startDlt(own), folder: own };
    }
    await dlt.server.run(file, url, dataset, cwd);
    return;
  }
  const args = [cli, "run", file, "--connection-string", url, "--dataset-name", dataset, "--json"];
  try {
    await run(process.execPath, args, { cwd, maxBuffer: 16 << 20 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`sluice run failed\n${stdout ?? ""}\n${stderr ?? ""}`, { cause: error });
  }
}
