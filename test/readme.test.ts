/** The README's examples are read as users would give them to Sluice. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { loadConfiguration } from "../src/config/load-configuration.ts";
import * as library from "../src/index.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const readme = read("README.md");

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    (match) => match[1] ?? "",
  );
}

test("the workflow of the README is a configuration that Sluice takes, with inputs that action.yml has", () => {
  const workflow = parse(blocks("yaml")[0] ?? "") as {
    permissions: unknown;
    concurrency: { "cancel-in-progress": boolean };
    jobs: { load: { steps: { with: Record<string, string> }[] } };
  };
  assert.deepEqual(workflow.permissions, { contents: "read" });
  assert.equal(workflow.concurrency["cancel-in-progress"], false);
  const inputs = workflow.jobs.load.steps[0]?.with ?? {};
  const declared = Object.keys((parse(read("action.yml")) as { inputs: Record<string, unknown> }).inputs);
  assert.deepEqual(
    Object.keys(inputs).filter((name) => !declared.includes(name)),
    [],
  );
  const configuration = loadConfiguration({
    kind: "action",
    flags: { ...inputs, token: "glpat-x", "connection-string": "postgresql://u:p@db.example.com/d" },
    environment: {},
    readText: () => undefined,
  });
  assert.equal(configuration.datasetName, "gitlab_data");
  assert.equal(configuration.pipelineName, "gitlab_pipeline");
  assert.ok(readme.includes(`group: sluice-${configuration.pipelineName}`));
});

test("the resources of the page on write dispositions are what Sluice takes, and every strategy is there", () => {
  const page = read("docs/write-dispositions.md");
  const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? "");
  assert.ok(examples.length >= 5);
  for (const example of examples) {
    const resources = example.replace(/^/gm, "    ");
    const text = `source:\n  client: { base_url: "https://api.example.com" }\n  resources:\n${resources}`;
    const configuration = loadConfiguration({
      kind: "cli",
      file: "pipeline.yaml",
      flags: {},
      environment: {},
      readText: (path) => (path.endsWith("pipeline.yaml") ? text : undefined),
    });
    assert.equal(configuration.source.kind, "rest-api");
  }
  for (const strategy of ["delete-insert", "upsert", "insert-only", "scd2"]) {
    assert.ok(examples.some((example) => example.includes(`strategy: ${strategy}`)));
  }
});

test("the pipeline file of the README is one", () => {
  const text = blocks("yaml")[1] ?? "";
  const configuration = loadConfiguration({
    kind: "cli",
    file: "shop.yaml",
    flags: { token: "t" },
    environment: {},
    readText: (path) => (path.endsWith("shop.yaml") ? text : undefined),
  });
  assert.equal(configuration.pipelineName, "shop");
  assert.equal(configuration.datasetName, "shop_data");
  assert.equal(configuration.source.kind, "rest-api");
  assert.equal(configuration.destination.kind, "embedded");
});

test("the program of the README uses what the library exports", () => {
  const names = /import \{ ([^}]+) \} from "sluice"/.exec(blocks("ts")[0] ?? "")?.[1]?.split(", ") ?? [];
  assert.ok(names.length > 0);
  assert.deepEqual(
    names.filter((name) => !(name in library)),
    [],
  );
});

test("the commands and flags of the README are those of the command line", async () => {
  const lines = blocks("sh").flatMap((block) => block.split("\n").filter((line) => line.startsWith("sluice ")));
  assert.ok(lines.length >= 6);
  const cli = join(root, "src", "edge", "cli", "index.ts");
  for (const line of lines) {
    const [, command = "", ...rest] = (line.split("#")[0] ?? "").trim().split(/\s+/);
    const { stdout } = await promisify(execFile)(process.execPath, [cli, command, "--help"]);
    assert.match(stdout, new RegExp(`^Usage: sluice ${command} `), line);
    for (const flag of rest.filter((word) => word.startsWith("--"))) assert.ok(stdout.includes(`${flag} `), line);
  }
});

test("links of the documents lead somewhere", () => {
  const missing: string[] = [];
  for (const document of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"]) {
    for (const [, link = ""] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? document : path;
      if (!existsSync(join(root, target))) missing.push(`${document}: ${link}`);
      else if (anchor !== undefined && !anchors(read(target)).includes(anchor)) missing.push(`${document}: ${link}`);
    }
  }
  assert.deepEqual(missing, []);
});

/** GitHub's names of headings. */
function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
