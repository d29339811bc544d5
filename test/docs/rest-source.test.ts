/** Every YAML block of docs/rest-source.md is run: it sends the requests, and gives the records, that stand below it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { rootCertificates } from "node:tls";
import { promisify } from "node:util";
import { parse } from "yaml";
import { loadConfiguration } from "../../src/config/load-configuration.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { lexemeJson } from "../../src/core/json-writer.ts";
import { buildSource } from "../../src/edge/shared/build-source.ts";
import { extractSource } from "../../src/edge/shared/extract-source.ts";
import { loadModules } from "../../src/edge/shared/load-modules.ts";
import { type ShopApi, type ShopRequest, startShopApi } from "../support/shop-api.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const page = await readFile(join(ROOT, "docs", "rest-source.md"), "utf8");

interface Example {
  /** Heading above it and place in the page. */
  readonly name: string;
  readonly yaml: string;
  /** What is asked, a list a run. */
  readonly runs: readonly (readonly Expected[])[];
  readonly records: Readonly<Record<string, unknown>> | undefined;
}

interface Expected {
  readonly line: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The examples of the page, each a YAML block with what stands below it before the next one. */
function examplesOf(text: string): readonly Example[] {
  const examples: Example[] = [];
  let heading = "";
  let open: { name: string; yaml: string; requests?: string; records?: string } | undefined;
  const finish = () => {
    if (open === undefined) return;
    assert.ok(open.requests !== undefined, `${open.name}: no requests stand below it`);
    const records = open.records === undefined ? undefined : (JSON.parse(open.records) as Record<string, unknown>);
    examples.push({ name: open.name, yaml: open.yaml, runs: runsOf(open.requests), records });
    open = undefined;
  };
  for (const [, title, language = "", block = ""] of text.matchAll(/^#+ (.*)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    else if (language === "yaml") {
      finish();
      open = { name: `${heading} (${examples.length + 1})`, yaml: block };
    } else if (language === "text" && open !== undefined) {
      assert.equal(open.requests, undefined, `${open.name}: two lists of requests`);
      open.requests = block;
    } else if (language === "json" && open !== undefined) open.records = block;
    else assert.ok(["sh", "python"].includes(language), `a block of the unknown kind ${JSON.stringify(language)}`);
  }
  finish();
  return examples;
}

function runsOf(block: string): readonly (readonly Expected[])[] {
  return block.split(/^--- .*\n/m).map((run) => {
    const expected: { line: string; headers: [string, string][] }[] = [];
    for (const line of run.split("\n").filter((text) => text !== "")) {
      const header = /^ {2}([\w-]+): (.*)$/.exec(line);
      if (header === null) expected.push({ line, headers: [] });
      else expected.at(-1)?.headers.push([(header[1] ?? "").toLowerCase(), header[2] ?? ""]);
    }
    return expected;
  });
}

const examples = examplesOf(page);

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const ENVIRONMENT = {
  TOKEN: "t0ken-1",
  SOURCES__DOC__TOKEN: "t0ken-1",
  KEY: "k3y-1",
  PASSWORD: "pass-word",
  SALT: "some-salt",
  CLIENT_SECRET: "cl-secret",
  REFRESH_TOKEN: "re-fresh",
  PRIVATE_KEY: String(keys.export({ type: "pkcs8", format: "pem" })),
  LOCKED_KEY: String(keys.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open-it" })),
  PASSPHRASE: "open-it",
};

let api: ShopApi;
let folder: string;

before(async () => {
  api = await startShopApi();
  folder = await mkdtemp(join(tmpdir(), "sluice-docs-"));
  await writeFile(join(folder, "steps.mjs"), "export const shorten = (record) => ({ id: record.id });\n");
});

after(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

/** The pipeline file that a block is part of. */
function fileOf(yaml: string): string {
  const written = parse(yaml) as Record<string, unknown>;
  const defaults = {
    name: "doc",
    client: { base_url: "https://api.example.com/v1/", paginator: "single_page" },
    resources: ["orders"],
  };
  const file = "source" in written ? written : { source: { ...defaults, ...written } };
  return JSON.stringify(file)
    .replaceAll("https://api.example.com", api.api)
    .replaceAll('"other.example.com"', JSON.stringify(new URL(api.other).host));
}

for (const { name, yaml, runs, records } of examples) {
  test(`docs/rest-source.md: ${name}`, async () => {
    const texts: Record<string, string> = {
      "doc.yaml": fileOf(yaml),
      "teams.yaml": "[{ name: red }]",
      "company.pem": rootCertificates[0] ?? "",
    };
    const configuration = loadConfiguration({
      kind: "cli",
      file: "doc.yaml",
      flags: { "allow-modules": "true", "allow-private-network": "true" },
      environment: ENVIRONMENT,
      readText: (path) => texts[path],
      needsDestination: false,
    });
    const functions = await loadModules(configuration, { folder, root: folder });
    let state: JsonObject | null = null;
    for (const expected of runs) {
      api.asked.length = 0;
      const got: Record<string, unknown[]> = {};
      const source = buildSource(configuration, {}, { functions });
      const extracted = await extractSource(
        source,
        configuration,
        {
          async records(resource, rows) {
            got[resource] = [...(got[resource] ?? []), ...rows.map((row) => JSON.parse(lexemeJson(row)) as unknown)];
          },
          requests: async () => undefined,
        },
        { signal: AbortSignal.timeout(20_000), redact: (text) => text, state },
      );
      state = extracted.state;
      compare(expected, api.asked);
      for (const [resource, rows] of Object.entries(records ?? {})) {
        assert.deepEqual(got[resource]?.toSorted(byText), (rows as unknown[]).toSorted(byText), resource);
      }
    }
  });
}

/** Rows of several parents come in any order. */
function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** Every expected request was sent, and no other one. Those that say most are looked for first. */
function compare(expected: readonly Expected[], asked: readonly ShopRequest[]): void {
  const rest = [...asked];
  for (const one of expected.toSorted((a, b) => b.headers.length - a.headers.length)) {
    const at = rest.findIndex(
      ({ line, headers }) =>
        fits(one.line, line) && one.headers.every(([name, value]) => fits(value, String(headers[name] ?? ""))),
    );
    const seen = rest.map(({ line, headers }) => `${line} ${JSON.stringify(headers)}`).join("\n");
    assert.ok(at >= 0, `not sent: ${one.line} ${one.headers.join("; ")}\nsent:\n${seen}`);
    rest.splice(at, 1);
  }
  assert.deepEqual(
    rest.map(({ line }) => line),
    [],
    "sent, and not in the page",
  );
}

function fits(pattern: string, text: string): boolean {
  const source = pattern
    .split("...")
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "s").test(text);
}

test("the commands of the page and their flags are those of the command line", async () => {
  const cli = join(ROOT, "src", "edge", "cli", "index.ts");
  const lines = [...page.matchAll(/^sluice (\w+) ([^#\n]*)/gm)];
  assert.ok(lines.length >= 5);
  const helps = new Map<string, string>();
  for (const [line, command = "", rest = ""] of lines) {
    const help = helps.get(command) ?? (await promisify(execFile)(process.execPath, [cli, command, "--help"])).stdout;
    helps.set(command, help);
    for (const flag of rest.split(" ").filter((word) => word.startsWith("--")))
      assert.ok(help.includes(`${flag} `), line);
  }
});

test("links of the page lead somewhere", () => {
  for (const [, link = ""] of page.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
    if (!link.startsWith("https:")) assert.ok(existsSync(join(ROOT, "docs", link)), link);
  }
});

test("every key of a source stands in an example", async () => {
  interface Node {
    readonly [key: string]: Node | undefined;
  }
  const schema = JSON.parse(await readFile(join(ROOT, "schema", "pipeline.schema.json"), "utf8")) as Node;
  const known = new Set<string>();
  const seen = new Set<unknown>();
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null || seen.has(node)) return;
    seen.add(node);
    const { $ref: reference, properties } = node as { $ref?: unknown; properties?: Node };
    if (typeof reference === "string") walk(schema.definitions?.[reference.replace("#/definitions/", "")]);
    for (const key of Object.keys(properties ?? {})) known.add(key);
    for (const inner of Object.values(node)) walk(inner);
  };
  walk(schema.properties?.source);
  const shown = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value)) for (const key of Object.keys(value)) shown.add(key);
    for (const inner of Object.values(value)) collect(inner);
  };
  for (const { yaml } of examples) collect(parse(yaml));
  assert.ok(known.size > 100, `${known.size} keys`);
  assert.deepEqual(
    [...known].filter((key) => !shown.has(key)),
    [],
  );
});

test("every kind of paginator and of authentication stands in an example", () => {
  const kinds = [
    ...["json_link", "header_link", "header_cursor", "cursor", "offset", "page_number", "expression", "single_page"],
    ...["bearer", "api_key", "http_basic", "headers", "login_request", "github_app"],
    ...["oauth2_client_credentials", "oauth2_refresh_token", "oauth2_jwt_bearer"],
  ];
  const text = examples.map(({ yaml }) => yaml).join("\n");
  for (const kind of kinds) assert.match(text, new RegExp(`(type|paginator|auth): ${kind}\\b`), kind);
});
