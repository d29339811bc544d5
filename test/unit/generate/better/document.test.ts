import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { checkSource } from "../../../../src/config/check-source.ts";
import { analyse } from "../../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../../src/generate/document/read-document.ts";
import type { GeneratedPipeline } from "../../../../src/generate/model.ts";
import { renderPipelineFile } from "../../../../src/generate/render/pipeline-file.ts";
import {
  generate,
  get,
  integer,
  listOf,
  object,
  query,
  reasonOf,
  ref,
  resourceAt,
  text,
} from "../../../support/generate.ts";

const things = listOf(object({ id: integer }));
const paths = { "/things": get(things) };

test("the base URL has its variables at their defaults, and is joined with where the document came from", () => {
  const base = (servers: unknown, url?: string) => {
    const document = {
      openapi: "3.0.0",
      info: { title: "T", version: "1" },
      ...(servers !== undefined && { servers }),
      paths,
    };
    const read = readApiDocument(
      JSON.stringify(document),
      { name: "a", url },
      { mode: "better", allowOpenapi2: false },
    );
    const pipeline = analyse(read, { mode: "better" });
    return pipeline.servers.baseUrl ?? pipeline.findings.map(({ code }) => code).join();
  };
  const variables = { host: { default: "eu.example" }, version: { enum: ["v2", "v1"] } };
  assert.equal(base([{ url: "https://{host}/{version}/", variables }]), "https://eu.example/v2");
  assert.equal(base([{ url: "/api/v4" }], "https://docs.example/openapi.json"), "https://docs.example/api/v4");
  assert.equal(base([{ url: "//api.example/x" }]), "https://api.example/x");
  assert.equal(base(undefined, "https://docs.example/a/openapi.json"), "https://docs.example");
  assert.equal(base([{ url: "/api" }]), "ServerMissing");
  assert.equal(base([{ url: "https://{tenant}.example" }]), "ServerMissing");
  assert.equal(base(undefined), "ServerMissing");
});

test("operations with a server of their own are asked there", () => {
  const own = { get: { ...(get(things) as { get: object }).get, servers: [{ url: "https://files.example/v1" }] } };
  const pipeline = generate({ paths: { "/things": own, "/others": get(things) } });
  assert.equal(resourceAt(pipeline, "/things").endpoint.path, "https://files.example/v1/things");
  assert.equal(resourceAt(pipeline, "/others").endpoint.path, "/others");
});

test("names come from operation ids, else from paths; only one that is taken gets a number", () => {
  const pipeline = generate({
    paths: {
      "/a": get(things, { operationId: "listThings" }),
      "/b": get(things, { operationId: "listThings" }),
      "/things/{id}": get(object({ id: integer })),
      "/things": get(things),
      "/c": get(things, { operationId: "orgs/list-members" }),
    },
  });
  const names = Object.fromEntries(pipeline.resources.map(({ operation, name }) => [operation.path, name]));
  assert.deepEqual(names, {
    "/a": "list_things",
    "/b": "list_things_2",
    "/things/{id}": "things_by_id",
    "/things": "things",
    "/c": "orgs_list_members",
  });
});

test("tables of records without a name are called after the path, in a singular that people read", () => {
  const table = (piece: string) => {
    const path = `/${piece}`;
    return resourceAt(generate({ paths: { [path]: get(things) } }), path).tableName;
  };
  assert.deepEqual(
    ["databases", "caches", "metadata", "status", "addresses", "waves", "policies", "shelves"].map(table),
    ["database", "cache", "metadata", "status", "address", "wave", "policy", "shelf"],
  );
});

test("what a strict reader refuses is used as far as it goes, and said", () => {
  const pipeline = generate({
    info: {},
    tags: ["plain"],
    schemas: { Thing: object({ id: { type: "integer", exclusiveMinimum: true } }), Loop: ref("Loop") },
    paths: {
      "/things": get(listOf(ref("Thing")), { parameters: [ref("Missing"), { in: "query" }, "nonsense"] }),
      "/gone": get(ref("Gone")),
      "/loop": get(ref("Loop")),
      "/odd": { get: { responses: "none" } },
      "/by-reference": { $ref: "#/components/pathItems/other" },
    },
  });
  assert.deepEqual(resourceAt(pipeline, "/things").primaryKey, ["id"]);
  assert.equal(pipeline.names.project, "openapi");
  assert.deepEqual(
    pipeline.findings.filter(({ code }) => code === "BrokenReference").map(({ message }) => message.split(";")[0]),
    [
      "#/components/schemas/Missing leads nowhere",
      "#/components/schemas/Gone leads nowhere",
      "#/components/schemas/Loop leads back to itself",
      "#/components/pathItems/other leads nowhere",
    ],
  );
  assert.equal(resourceAt(pipeline, "/odd").endpoint.dataSelector, undefined);
});

test("a reference that is not followed says why; those to references are followed", () => {
  const paths = {
    "/a": get(listOf({ $ref: "other.yaml#/A" }), { parameters: [{ $ref: "other.yaml#/page" }] }),
    "/b": get(things, { parameters: [{ $ref: "#/components/parameters/alias" }] }),
  };
  const parameters = { alias: { $ref: "#/components/parameters/page" }, page: query("page", integer) };
  const [finding, ...others] = generate({ paths, components: { parameters } }).findings;
  assert.equal(
    finding?.message,
    "other.yaml#/page is not followed: it leads to another file; what it stands for is taken as empty",
  );
  assert.deepEqual(
    others.map(({ message }) => message.split(" ")[0]),
    ["other.yaml#/A"],
  );
  const pages = resourceAt(generate({ paths, components: { parameters } }), "/b").endpoint.detectedPaginator;
  assert.deepEqual(pages && typeof pages === "object" && pages.type, "page_number");
  const compat = generate({ paths, components: { parameters } }, { mode: "compat" });
  assert.match(compat.findings[0]?.message ?? "", /^other\.yaml#\/page is not followed: --compat stays in one file/);
});

test("paths that are references are followed, also where the reference finds nothing", () => {
  const pipeline = generate({
    paths: { "/things": { $ref: "#/components/pathItems/Things" } },
    components: { pathItems: { Things: get(things) } },
  });
  assert.deepEqual(resourceAt(pipeline, "/things").primaryKey, ["id"]);
});

test("a document without endpoints is an error that says what to do", () => {
  const post = { post: { responses: {} } };
  assert.throws(() => generate({ paths: { "/things": post } }), /api\.json: there is no operation of the method GET/);
  assert.throws(() => generate({ paths: { "/things": post } }, { mode: "compat" }), { code: "E_OPENAPI" });
  assert.equal(
    generate({ paths: { "/things": post } }, { methods: ["get", "post"] }).resources[0]?.endpoint.method,
    "POST",
  );
});

test("what is no GET waits until somebody says that it only reads", () => {
  const search = get(things) as { get: object };
  const pipeline = generate(
    { paths: { "/things/search": { post: search.get }, "/things": search } },
    { methods: ["get", "post"] },
  );
  const found = resourceAt(pipeline, "/things/search");
  assert.deepEqual([found.endpoint.method, found.selected], ["POST", false]);
  assert.match(reasonOf(found, "selected"), /^POST may change something: select it when it only reads/);
  assert.equal(resourceAt(pipeline, "/things").selected, true);
});

test("deprecated endpoints are marked, descriptions are one line, summaries stand in for them", () => {
  const pipeline = generate({
    paths: {
      "/a": get(things, { deprecated: true, description: "One\r\n  two." }),
      "/b": get(things, { summary: "Short" }),
    },
  });
  const [a, b] = [resourceAt(pipeline, "/a"), resourceAt(pipeline, "/b")];
  assert.deepEqual(
    [a.operation.comment, a.operation.deprecated, a.findings[0]?.code],
    ["One two.", true, "Deprecated"],
  );
  assert.equal(b.operation.comment, "Short");
});

test("every choice of a resource has its reason", () => {
  const pipeline = generate({
    schemas: { Thing: object({ id: integer, name: text }) },
    paths: { "/things": get(listOf(ref("Thing"))), "/things/{thing_id}": get(ref("Thing")) },
  });
  assert.deepEqual(
    resourceAt(pipeline, "/things/{thing_id}").decisions.map(({ about, reason }) => `${about}: ${reason}`),
    [
      "name: the path, as there is no operation id",
      "table_name: the schema Thing",
      "data_selector: the answer is one record",
      "params.thing_id: id of the list at /things",
      "primary_key: id identifies a record",
      "paginator: the answer is one record",
      "selected: things brings the same rows in fewer requests",
      "columns: the types that the schema declares",
    ],
  );
});

test("the pipeline file says once what is to be filled in, and that an endpoint is deprecated", () => {
  const pipeline = generate({
    paths: { "/things": get(things, { deprecated: true, parameters: [query("kind", text, true)] }) },
  });
  const file = renderPipelineFile(pipeline, { format: "yaml", documentName: "api.json", limit: undefined });
  assert.equal(file.match(/deprecated/gi)?.length, 1, file);
  assert.match(file, /selected: false # kind must be filled in first/);
  assert.match(file, /kind: FILL_ME_IN # TODO: fill in required query parameter/);
  assert.doesNotMatch(file, /gives no value for kind/);
});

test("a pipeline with children shows how parents that refuse are skipped; without its # it is valid", () => {
  const paths = { "/things": get(things), "/things/{id}/parts": get(things) };
  const render = (one: GeneratedPipeline) =>
    renderPipelineFile(one, { format: "yaml", documentName: "api.json", limit: undefined });
  const file = render(generate({ paths }));
  const parsed = parse(file.replace(/^( +)# (resource_defaults:| +endpoint:| +response_actions:)/gm, "$1$2"));
  assert.equal(parsed.source.resource_defaults.endpoint.response_actions.length, 2, file);
  const { client, ...source } = parsed.source;
  assert.deepEqual(
    checkSource({ ...source, client: { ...client, base_url: "https://a.example" } }, "default").faults,
    [],
  );
  assert.doesNotMatch(render(generate({ paths: { "/things": get(things) } })), /response_actions/);
});
