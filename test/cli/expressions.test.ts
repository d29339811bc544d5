import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { assertFailed, folder, jsonApi, sluice } from "./support.ts";

test("what Python writes as functions, in a file: seeds, steps, converters, actions, a paginator, a module", async (t) => {
  const pages: Readonly<Record<string, object>> = {
    "?page=1&since=1704067200": {
      wrap: {
        list: [
          {
            id: 1,
            price: 2,
            user: { mail: "x@y.z", name: "X" },
            labels: ["p", "q"],
            token: "t",
            at: "2024-05-01T00:00:00Z",
          },
          { id: 2, price: 1.5, user: { mail: null, name: "Y" }, labels: [], token: "t", at: "2024-05-02T00:00:00Z" },
        ],
      },
      left: 1,
    },
    "?page=2&since=1704067200": { wrap: { list: [{ id: 3, closed: true }] }, left: 0 },
  };
  const api = await jsonApi(t, {
    "/repos/a/issues": ({ url = "" }, response) => {
      const page = pages[new URL(url, "http://h").search];
      response.writeHead(page === undefined ? 500 : 200).end(JSON.stringify(page ?? {}));
    },
  });
  const file = `
pipeline: shop
source:
  name: shop
  client: {base_url: ${api.url}}
  resources:
    - {name: repos, records_file: repos.yaml, selected: false}
    - name: issues
      include_from_parent: [name]
      endpoint:
        path: repos/{resources.repos.name}/issues
        data_selector: data
        params: {page: 1}
        incremental: {cursor_path: at, initial_value: "2024-01-01T00:00:00Z", start_param: since, convert: unix_seconds}
        paginator:
          type: expression
          next: {params: '{"page": int(request.params.page) + 1}'}
          stop: body.left == 0
        response_actions:
          - rewrite: '{"data": body.wrap.list, "left": body.left}'
          - {status_code: 404, action: stop}
      processing_steps:
        - filter: "!(has(record.closed) && record.closed)"
        - set: {total: {expression: record.price * 2}, source: shop}
        - redact: {fields: user.mail, hash_salt: "$\{env:SALT}"}
        - explode: labels
        - rename: {labels: label, _repos_name: repo, token: password}
        - omit: [price, user.name, password]
        - map: {module: "./steps.mjs#shout"}
`;
  const cwd = await folder(t, {
    "shop.yaml": file,
    "repos.yaml": "- name: a\n",
    "steps.mjs": "export const shout = (record) => ({ ...record, repo: record.repo.toUpperCase() });\n",
  });
  const extract = ["extract", "shop.yaml", "--out", "out"];
  const environment = { SALT: "pepper-pepper" };
  assert.match(
    assertFailed(await sluice([...extract, "--json"], { cwd, environment }), "E_CONFIG", 2).message,
    /^shop\.yaml:\d+: source\.resources\[1\]\.processing_steps\[6\]\.map\.module: .*JavaScript of the repository is off/,
  );
  const ended = await sluice([...extract, "--allow-modules"], { cwd, environment });
  assert.equal(ended.code, 0, ended.stderr);
  const mail = createHmac("sha256", "pepper-pepper").update("x@y.z").digest("hex");
  const rows = (await readFile(join(cwd, "out", "issues.jsonl"), "utf8")).trimEnd().split("\n");
  assert.deepEqual(rows, [
    `{"id":1,"user":{"mail":"${mail}"},"label":"p","at":"2024-05-01T00:00:00Z","repo":"A","total":4,"source":"shop"}`,
    `{"id":1,"user":{"mail":"${mail}"},"label":"q","at":"2024-05-01T00:00:00Z","repo":"A","total":4,"source":"shop"}`,
    `{"id":2,"user":{"mail":null},"label":null,"at":"2024-05-02T00:00:00Z","repo":"A","total":3.0,"source":"shop"}`,
  ]);
  assert.ok(!`${ended.stdout}${ended.stderr}`.includes("pepper-pepper"));
});
