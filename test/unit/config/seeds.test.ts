import assert from "node:assert/strict";
import { test } from "node:test";
import { load, refusal } from "./support/load.ts";

const pipeline = (seed: string) => `
source:
  client: {base_url: "https://h"}
  resources:
    - name: repos
      ${seed}
    - {name: issues, endpoint: "repos/{resources.repos.name}/issues"}
`;

function records(seed: string, files: Record<string, string> = {}, environment: Record<string, string> = {}): unknown {
  const { source } = load({ file: "flows/a.yaml", files: { "flows/a.yaml": pipeline(seed), ...files }, environment });
  assert.equal(source.kind, "rest-api");
  const [first] = source.kind === "rest-api" ? source.config.resources : [];
  assert.ok(typeof first === "object" && !("records_file" in first));
  return first.records;
}

const ENV = "$" + "{env:REPOS}";

test("records stand in the file, in another file beside it, or in a variable", () => {
  const expected = [{ name: "a" }, { name: "b" }];
  assert.deepEqual(records("records: [{name: a}, {name: b}]"), expected);
  assert.deepEqual(
    records("records_file: data/repos.yaml", { "flows/data/repos.yaml": "- name: a\n- name: b\n" }),
    expected,
  );
  assert.deepEqual(records("records_file: ../r.json", { "r.json": '[{"name": "a"}, {"name": "b"}]' }), expected);
  assert.deepEqual(records("records_file: /etc/r.json", { "/etc/r.json": '[{"name": "a"}, {"name": "b"}]' }), expected);
  const environment = { REPOS: '[{"name":"a"},{"name":"b"}]' };
  assert.deepEqual(records(`records: "${ENV}"`, {}, environment), expected);
  assert.deepEqual(
    records(`records_file: "${ENV}"`, { "flows/r.yaml": "[{name: a}, {name: b}]" }, { REPOS: "r.yaml" }),
    expected,
  );
  assert.deepEqual(records("records: []"), []);
});

test("what is wrong with a seed has its place, and no text of a variable is shown", () => {
  const message = (seed: string, files: Record<string, string> = {}, environment: Record<string, string> = {}) => {
    const error = refusal({ file: "flows/a.yaml", files: { "flows/a.yaml": pipeline(seed), ...files }, environment });
    assert.equal(error.code, "E_CONFIG");
    return error.message;
  };
  const at = "source.resources[0]";
  assert.equal(
    message("records_file: r.yaml"),
    `flows/a.yaml:6: ${at}.records_file: the file "flows/r.yaml" does not exist`,
  );
  assert.match(
    message("records_file: r.yaml", { "flows/r.yaml": "- name: a\n- [" }),
    /^flows\/r\.yaml:2: .*not valid YAML/,
  );
  assert.equal(
    message("records_file: r.yaml", { "flows/r.yaml": "- name: a\n- b\n- name: c\n- 4\n" }),
    `flows/r.yaml:2: ${at}.records_file: record 2 is no mapping\nflows/r.yaml:4: ${at}.records_file: record 4 is no mapping`,
  );
  assert.equal(
    message("records_file: r.yaml", { "flows/r.yaml": "\nname: a\n" }),
    `flows/r.yaml:2: ${at}.records_file: expected a list of records`,
  );
  const shown = message(`records: "${ENV}"`, {}, { REPOS: "- a\n- hidden-text" });
  assert.equal(
    shown,
    [
      `flows/a.yaml:6: ${at}.records: record 1 is no mapping (line 1 of the text)`,
      `flows/a.yaml:6: ${at}.records: record 2 is no mapping (line 2 of the text)`,
    ].join("\n"),
  );
  assert.match(
    message(`records: "${ENV}"`, {}, { REPOS: "{" }),
    /records: the text is not valid YAML: .*\(line 1 of it\)$/,
  );
  assert.match(message(`records: "${ENV}"`), /REPOS is not set/);
  assert.match(message("records: [a]"), /records/);
  assert.equal(
    message("records: [{name: a}]\n      endpoint: repos\n      records_file: r.yaml"),
    [
      `flows/a.yaml:7: ${at}.endpoint: "repos" has both endpoint and records; keep one of them`,
      `flows/a.yaml:8: ${at}.records_file: "repos" has both records_file and records; keep one of them`,
    ].join("\n"),
  );
  assert.match(message("records: [{name: a, token: abc}]"), /records: a record holds a secret, which cannot be loaded/);
});
