/** `sluice generate` as a process: what it makes, what it refuses, and that nothing is half written. */
import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { largeOpenapi } from "../support/large-openapi.ts";
import { assertFailed, type Ended, folder, jsonApi, onlyObject, sluice } from "./support.ts";

const CASES = join(import.meta.dirname, "..", "golden", "cases", "openapi");
const GITLAB = join(CASES, "gitlab.yaml");

/** Every file below a folder with its text. */
async function filesOf(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file.slice(path.length + 1), await readFile(file, "utf8")] as const)),
  );
}

function succeeded(ended: Ended): Ended {
  assert.deepEqual([ended.code, ended.signal], [0, null], ended.stderr);
  return ended;
}

test("a project folder: pipeline file, dlt's configuration, secrets for their owner only, README, workflow", async (t) => {
  const cwd = await folder(t);
  const ended = succeeded(
    await sluice(["generate", "gitlab", "--path", GITLAB, "--compat", "--global-limit", "2"], { cwd }),
  );
  const made = join(cwd, "gitlab_pipeline");
  const files = await filesOf(made);
  assert.deepEqual(Object.keys(files).sort(), [
    ".dlt/config.toml",
    ".dlt/secrets.toml",
    ".generate/gitlab_pipeline.yaml",
    ".generate/settings.json",
    ".github/workflows/load.yml",
    ".gitignore",
    "README.md",
    "gitlab_pipeline.yaml",
  ]);
  assert.equal((await stat(join(made, ".dlt/secrets.toml"))).mode & 0o777, 0o600);
  const pipeline = parse(files["gitlab_pipeline.yaml"] ?? "");
  assert.deepEqual([pipeline.pipeline, pipeline.dataset, pipeline.limit], ["gitlab_pipeline", "gitlab_data", 2]);
  assert.equal(pipeline.source.resources.length, 33);
  assert.deepEqual(pipeline.source.client.auth, { type: "api_key", name: "Private-Token", location: "header" });
  assert.match(
    files["gitlab_pipeline.yaml"] ?? "",
    /^ +# List all registered applications\n +- name: get_api_v4_applications$/m,
  );
  assert.match(files["gitlab_pipeline.yaml"] ?? "", /id: FILL_ME_IN # TODO: fill in required path parameter/);
  assert.match(files["gitlab_pipeline.yaml"] ?? "", /^ +# per_page: "20"$/m);
  assert.match(files[".dlt/config.toml"] ?? "", /^base_url = "https:\/\/www\.gitlab\.com\/api\/v4"$/m);
  assert.match(files[".dlt/secrets.toml"] ?? "", /^api_key = "FILL ME OUT"/m);
  assert.equal(parse(files[".github/workflows/load.yml"] ?? "").jobs.load.steps[1].with.source, "gitlab_pipeline.yaml");
  assert.match(ended.stdout, /^GitLab API: 33 of 33 endpoints -> 18 tables$/m);
  assert.match(ended.stdout, /^to do: fill in 23 FILL_ME_IN of 18 resources/m);
  assert.equal(ended.stderr, "");
});

test("without NAME the title gives the name; with --json one object; with --format json the same values", async (t) => {
  const cwd = await folder(t);
  const args = ["--path", GITLAB, "--compat", "--json", "--no-interactive"];
  const facts = onlyObject(succeeded(await sluice(["generate", ...args], { cwd })));
  assert.equal(facts.folder, join(cwd, "git_lab_api_pipeline"));
  assert.equal((facts.resources as string[]).length, 33);
  assert.equal((facts.fill_in as unknown[]).length, 23);
  assert.deepEqual(facts.secrets, ["api_key"]);
  succeeded(await sluice(["generate", ...args, "--format", "json", "--output-path", "as-json"], { cwd }));
  const yaml = await readFile(join(cwd, "git_lab_api_pipeline/git_lab_api_pipeline.yaml"), "utf8");
  const json = await readFile(join(cwd, "as-json/git_lab_api_pipeline/git_lab_api_pipeline.json"), "utf8");
  assert.deepEqual(JSON.parse(json), parse(yaml));
});

test("--url fetches with the network rules; its password goes only to its origin and stands nowhere", async (t) => {
  const cwd = await folder(t);
  const heard: (string | undefined)[] = [];
  const text = await readFile(join(CASES, "petstore.yaml"), "utf8");
  const other = await jsonApi(t, {
    "/moved.yaml": (request, response) => {
      heard.push(request.headers.authorization);
      response.end(text);
    },
  });
  const api = await jsonApi(t, {
    "/openapi.yaml": (request, response) => {
      heard.push(request.headers.authorization);
      response.end(text);
    },
    "/moved": (request, response) => {
      heard.push(request.headers.authorization);
      response.writeHead(302, { location: `${other.url}/moved.yaml` });
      response.end();
    },
  });
  const url = api.url.replace("http://", "http://me:s3cret-word@");
  const address = `${url}/openapi.yaml?private_token=s3cret-word&v=1`;
  const direct = succeeded(await sluice(["generate", "pets", "--url", address, "--explain"], { cwd }));
  const files = await filesOf(join(cwd, "pets_pipeline"));
  assert.ok(!`${direct.stdout}${direct.stderr}${Object.values(files).join("")}`.includes("s3cret-word"));
  assert.equal(JSON.parse(files[".generate/settings.json"] ?? "").document.url, `${api.url}/openapi.yaml?v=1`);
  assert.match(direct.stdout, /^ {2}client_options data_selector: the answer is a list$/m);
  const moved = ["generate", "moved", "--url", `${url}/moved`, "--json"];
  // A redirect may not lead into a private network unless that is allowed.
  assertFailed(await sluice(moved, { cwd }), "E_UNSAFE_URL", 2);
  succeeded(await sluice([...moved, "--allow-private-network", "true"], { cwd }));
  const basic = `Basic ${btoa("me:s3cret-word")}`;
  assert.deepEqual(heard, [basic, basic, basic, undefined]);
  const gone = await sluice(["generate", "gone", "--url", `${api.url}/nothing`, "--json"], { cwd });
  assert.match(assertFailed(gone, "E_OPENAPI", 2).message, /\/nothing: the server answered 404$/);
  const insecure = await sluice(["generate", "x", "--url", "http://me:pw12@example.com/a", "--json"], { cwd });
  assertFailed(insecure, "E_UNSAFE_URL", 2);
  assert.deepEqual((await readdir(cwd)).sort(), ["moved_pipeline", "pets_pipeline"]);
});

test("--endpoints chooses by path, name, operation and tag; parents come along unselected; the choice is remembered", async (t) => {
  const cwd = await folder(t);
  const choose = async (name: string, patterns: string) => {
    const args = ["generate", name, "--path", GITLAB, "--compat", "--endpoints", patterns, "--json"];
    return onlyObject(succeeded(await sluice(args, { cwd }))).resources as string[];
  };
  assert.deepEqual(await choose("a", "/projects/{id}/jobs/{job_id}"), ["list_project_jobs", "get_single_job"]);
  const file = parse(await readFile(join(cwd, "a_pipeline/a_pipeline.yaml"), "utf8"));
  assert.equal(file.source.resources[0].selected, false);
  assert.deepEqual(JSON.parse(await readFile(join(cwd, "a_pipeline/.generate/settings.json"), "utf8")).endpoints, [
    "/projects/{id}/jobs/{job_id}",
  ]);
  assert.deepEqual(await choose("b", "tag:metadata,get_api_v4_version"), ["get_api_v4_metadata", "get_api_v4_version"]);
  assert.equal((await choose("c", "-tag:badges,-*clusters*")).length, 33 - 6 - 2);
  const wrong = await sluice(["generate", "d", "--path", GITLAB, "--endpoints", "/metadatas", "--json"], { cwd });
  assert.match(String(assertFailed(wrong, "E_INPUT", 2).hint), /Did you mean "\/metadata"/);
});

test("an existing folder is not touched without being asked; --force spares secrets and what is not generated", async (t) => {
  const cwd = await folder(t);
  const args = ["generate", "pets", "--path", join(CASES, "petstore.yaml"), "--json"];
  succeeded(await sluice(args, { cwd }));
  const made = join(cwd, "pets_pipeline");
  await writeFile(join(made, ".dlt/secrets.toml"), '[sources.pets]\napi_key = "mine"\n');
  await writeFile(join(made, "pets_pipeline.yaml"), "mine: true\n");
  await writeFile(join(made, "notes.txt"), "mine\n");
  await chmod(join(made, ".dlt/secrets.toml"), 0o644);
  const before = await filesOf(made);
  assert.match(assertFailed(await sluice(args, { cwd }), "E_INPUT", 2).message, /pets_pipeline exists$/);
  assert.deepEqual(await filesOf(made), before);
  succeeded(await sluice([...args, "--force"], { cwd }));
  const after = await filesOf(made);
  assert.equal(after[".dlt/secrets.toml"], before[".dlt/secrets.toml"]);
  assert.equal((await stat(join(made, ".dlt/secrets.toml"))).mode & 0o777, 0o600, "nobody else may read it");
  assert.equal(after["notes.txt"], "mine\n");
  assert.equal(after["pets_pipeline.yaml"], after[".generate/pets_pipeline.yaml"]);
});

test("a folder that cannot be written, and a place that is a file: nothing is left behind", async (t) => {
  const cwd = await folder(t);
  await writeFile(join(cwd, "file"), "");
  const args = ["generate", "pets", "--path", join(CASES, "petstore.yaml"), "--json", "--output-path"];
  assertFailed(await sluice([...args, "file"], { cwd }), "E_INPUT", 2);
  // A file system that takes no folders; mkdir with `recursive` never comes back from there.
  if (process.platform === "linux") assertFailed(await sluice([...args, "/proc/pets/here"], { cwd }), "E_INPUT", 2);
  if (process.getuid?.() !== 0) {
    await mkdir(join(cwd, "locked"));
    await chmod(join(cwd, "locked"), 0o500);
    assertFailed(await sluice([...args, "locked"], { cwd }), "E_INPUT", 2);
    await chmod(join(cwd, "locked"), 0o700);
  }
  await mkdir(join(cwd, "there", "pets_pipeline"), { recursive: true });
  assertFailed(await sluice([...args, "there"], { cwd }), "E_INPUT", 2);
  assert.deepEqual(await readdir(join(cwd, "there")), ["pets_pipeline"]);
});

test("a file where the project's folder should be, a folder where a file should be: refused, nothing is touched", async (t) => {
  const cwd = await folder(t, { pets_pipeline: "mine\n" });
  const args = ["generate", "pets", "--path", join(CASES, "petstore.yaml"), "--json"];
  for (const flags of [[], ["--force"]]) {
    const failed = assertFailed(await sluice([...args, ...flags], { cwd }), "E_INPUT", 2);
    assert.match(failed.message, /pets_pipeline is no folder$/);
  }
  assert.equal(await readFile(join(cwd, "pets_pipeline"), "utf8"), "mine\n");
  await mkdir(join(cwd, "other", "pets_pipeline", "README.md"), { recursive: true });
  await writeFile(join(cwd, "other", "pets_pipeline", "pets_pipeline.yaml.new"), "mine\n");
  const blocked = await sluice([...args, "--force", "--output-path", "other"], { cwd });
  assert.match(assertFailed(blocked, "E_INPUT", 2).message, /pets_pipeline cannot be written \(EISDIR\)$/);
  assert.deepEqual((await readdir(join(cwd, "other", "pets_pipeline"))).sort(), [
    "README.md",
    "pets_pipeline.yaml.new",
  ]);
});

test("a --url that gives no document: what it was, what to do, no password", async (t) => {
  const cwd = await folder(t);
  const page = (status: number, body: string) => (_: unknown, response: ServerResponse) => {
    response.writeHead(status, { "content-type": "text/html" }).end(body);
  };
  const api = await jsonApi(t, {
    "/401": page(401, "<html>"),
    "/403": page(403, ""),
    "/500": page(500, ""),
    "/page": page(200, "\n <!doctype html><html>"),
    "/empty": "",
    "/loop": (_, response) => void response.writeHead(302, { location: "/loop" }).end(),
    "/other.json": '{"message": "Not found"}',
  });
  const url = api.url.replace("http://", "http://me:s3cret-word@");
  const cases: readonly (readonly [url: string, code: string, message: RegExp, hint: RegExp])[] = [
    [`${url}/401?private_token=s3cret-word`, "E_OPENAPI", /private_token=\*\*\*: the server answered 401$/, /password/],
    [`${url}/403`, "E_OPENAPI", /the server answered 403$/, /--path/],
    [`${url}/404`, "E_OPENAPI", /the server answered 404$/, /Open the address/],
    [`${url}/500`, "E_OPENAPI", /the server answered 500$/, /Try again later/],
    [`${url}/page`, "E_OPENAPI", /\/page:1:1: this is HTML or XML/, /the address of the document itself/],
    [`${url}/empty`, "E_OPENAPI", /the document is empty/, /./],
    [`${url}/loop`, "E_OPENAPI", /\/loop: the address was redirected more than 5 times$/, /--path/],
    ["http://me:s3cret-word@127.0.0.1:1/x", "E_OPENAPI", /\/x: the address gave no complete answer \(EC/, /--path/],
    [`${url}/other.json`, "E_OPENAPI", /there is no key openapi/, /./],
    ["me:s3cret-word@host/x", "E_INPUT", /expected a URL with http/, /https:/],
    ["ftp://me:s3cret-word@host/x", "E_INPUT", /expected a URL with http/, /https:/],
    [`${api.url.replace("http://", "http://me:%ZZs3cret-word@")}/404`, "E_OPENAPI", /answered 404$/, /./],
    [" ", "E_INPUT", /^--url is empty$/, /--url URL/],
  ];
  for (const [address, code, message, hint] of cases) {
    const ended = await sluice(["generate", "x", "--url", address, "--max-attempts", "1", "--json"], { cwd });
    const failed = assertFailed(ended, code, 2);
    assert.match(failed.message, message);
    assert.match(String(failed.hint), hint);
    assert.ok(!`${ended.stdout}${ended.stderr}`.includes("s3cret-word"), address);
  }
  assert.deepEqual(await readdir(cwd), []);
});

test("wrong flags and names are refused", async (t) => {
  const cwd = await folder(t, {
    "post.yaml": "openapi: 3.0.0\ninfo: {title: x, version: 1}\npaths: {}\n",
  });
  const refusals: readonly (readonly [args: readonly string[], code: string, message: RegExp])[] = [
    [[], "E_INPUT", /no OpenAPI document/],
    [["--path", ""], "E_INPUT", /^--path is empty$/],
    [["--path", "."], "E_OPENAPI", /^\.: this is no file$/],
    [["--path", "missing.yaml"], "E_OPENAPI", /missing\.yaml: the file does not exist/],
    [["--path", "post.yaml"], "E_OPENAPI", /post\.yaml: /],
    [["x".repeat(200), "--path", GITLAB], "E_INPUT", /cannot be the name/],
    [["gitlab", "--update"], "E_INPUT", /has no \.generate\/settings\.json$/],
  ];
  for (const [args, code, message] of refusals) {
    assert.match(assertFailed(await sluice(["generate", ...args, "--json"], { cwd }), code, 2).message, message);
  }
  assert.deepEqual((await readdir(cwd)).sort(), ["post.yaml"]);
});

test("a document with parts of the wrong kind: what is left of it, each part named with its place", async (t) => {
  const swagger = '{"swagger": "2.0",\n "host": [1],\n "paths": {"/a": {"get": {"responses": {}}, "parameters": "x"}}}';
  const cwd = await folder(t, {
    "two.json": swagger,
    "none.yaml": "openapi: 3.0.0\ninfo: {title: x}\npaths:\n  /a:\n    get: [responses]\n",
  });
  const made = succeeded(await sluice(["generate", "two", "--path", "two.json"], { cwd }));
  assert.match(made.stdout, /^note: two\.json:2:2: host: expected a text, found a list; it is taken as absent$/m);
  assert.match(made.stdout, /^note: two\.json:3:45: paths\["\/a"\]\.parameters: expected a list, found a text; it is/m);
  const files = await filesOf(join(cwd, "two_pipeline"));
  assert.match(files[".dlt/config.toml"] ?? "", /^base_url = "FILL ME OUT"$/m);
  assert.match(files["two_pipeline.yaml"] ?? "", /^# host: expected a text, found a list; it is taken as absent$/m);
  const none = assertFailed(await sluice(["generate", "n", "--path", "none.yaml", "--json"], { cwd }), "E_OPENAPI", 2);
  assert.equal(
    none.message,
    'none.yaml: there is no operation of the method GET\nnone.yaml:5:5: paths["/a"].get: expected a mapping, found a list',
  );
});

test("a document in several files: read below its folder and at its origin, never beyond", async (t) => {
  const main = `openapi: 3.0.0
info: { title: Shop, version: "1" }
servers: [{ url: https://shop.example.com }]
paths:
  /orders:
    get:
      responses:
        "200": { description: ok, content: { application/json: { schema: { type: array, items: { $ref: REFERENCE } } } } }
`;
  const order = "type: object\nproperties: { id: { type: integer } }\n";
  const cwd = await folder(t);
  await mkdir(join(cwd, "api", "schemas"), { recursive: true });
  await writeFile(join(cwd, "api", "schemas", "Order.yaml"), order);
  await writeFile(join(cwd, "Secret.yaml"), order);
  await symlink(join(cwd, "Secret.yaml"), join(cwd, "api", "schemas", "Linked.yaml"));
  const other = await jsonApi(t, { "/Order.yaml": order });
  const api = await jsonApi(t, { "/schemas/Order.yaml": order });
  const notes: Record<string, string> = {};
  const keyOf = async (name: string, reference: string, url?: string) => {
    const text = main.replace("REFERENCE", reference);
    if (url === undefined) await writeFile(join(cwd, "api", "main.yaml"), text);
    else api.answers["/main.yaml"] = text;
    const place = url === undefined ? ["--path", "api/main.yaml"] : ["--url", url];
    const ended = succeeded(await sluice(["generate", name, ...place], { cwd }));
    notes[name] = /^note: (.*); what it stands for is taken as empty$/m.exec(ended.stdout)?.[1] ?? "";
    return parse(await readFile(join(cwd, `${name}_pipeline`, `${name}_pipeline.yaml`), "utf8")).source.resources[0];
  };
  assert.equal((await keyOf("a", "schemas/Order.yaml")).primary_key, "id");
  assert.equal((await keyOf("a2", "schemas/Order.yaml")).table_name, "order");
  assert.equal((await keyOf("b", "../Secret.yaml")).primary_key, undefined);
  assert.equal((await keyOf("c", "schemas/Linked.yaml")).primary_key, undefined);
  assert.equal((await keyOf("d", "schemas/Order.yaml", `${api.url}/main.yaml`)).primary_key, "id");
  assert.equal((await keyOf("e", `${other.url}/Order.yaml`, `${api.url}/main.yaml`)).primary_key, undefined);
  assert.equal((await keyOf("f", "schemas/None.yaml", `${api.url}/main.yaml`)).primary_key, undefined);
  assert.equal((await keyOf("g", `${other.url}/Order.yaml`)).primary_key, undefined);
  assert.equal((await keyOf("h", "schemas")).primary_key, undefined);
  assert.deepEqual(other.asked, []);
  const not = "is not followed:";
  assert.deepEqual(notes, {
    a: "",
    a2: "",
    b: `../Secret.yaml ${not} it leads out of the document's folder`,
    c: `schemas/Linked.yaml ${not} it leads out of the document's folder`,
    d: "",
    e: `${other.url}/Order.yaml ${not} it leads to another origin than that of the document`,
    f: `schemas/None.yaml ${not} the server answered 404`,
    g: `${other.url}/Order.yaml ${not} a document from a file stays in its folder: fetch it by --url`,
    h: `schemas ${not} it is no file`,
  });
});

test("4 MB with 3000 endpoints: a project in bounded memory", async (t) => {
  const cwd = await folder(t, { "large.yaml": largeOpenapi(750) });
  // 400 MB of heap and what lies outside of it stay below 500 MiB; usual are 450 in all.
  const environment = { NODE_OPTIONS: "--max-old-space-size=400" };
  const ended = succeeded(await sluice(["generate", "large", "--path", "large.yaml"], { cwd, environment }));
  assert.match(ended.stdout, /: 3000 of 3000 endpoints -> /);
});
