import assert from "node:assert/strict";
import { test } from "node:test";
import { readGeneratorFile } from "../../../src/config/generator-file.ts";
import { ConfigError } from "../../../src/core/errors.ts";

test("a configuration file of dlt-init-openapi, as YAML and as JSON", () => {
  const yaml = `include_methods: [get, post]
name_resources_by_operation: true
required_parameter_default_value: CHANGE_ME
unrequired_parameter_default_value: MAYBE
project_folder_suffix: ""
pipeline_file_suffix: _load.py
dataset_name_suffix: _raw
fallback_openapi_title: any
post_hooks: [black]
`;
  const expected = {
    methods: ["get", "post"],
    nameByOperation: true,
    requiredValue: "CHANGE_ME",
    optionalValue: "MAYBE",
    suffixes: { folder: "", file: "_load", dataset: "_raw" },
  };
  assert.deepEqual(readGeneratorFile(yaml, "c.yml"), expected);
  const json = '{"include_methods":["get"],"pipeline_file_suffix":"_pipeline.py"}';
  const { methods, suffixes } = readGeneratorFile(json, "c.json");
  assert.deepEqual([methods, suffixes.file, suffixes.dataset], [["get"], "_pipeline", undefined]);
  assert.equal(readGeneratorFile("", "c.yml").methods, undefined);
});

test("all faults of the file come at once, each with its line", () => {
  const text = `output_path: out
pipeline_file_sufix: x
renderer_class: my.Renderer
include_methods: [get, delete]
name_resources_by_operation: 5
project_folder_suffix: ../x
dataset_name_suffix: a-b
`;
  assert.throws(
    () => readGeneratorFile(text, "c.yml"),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual([error.code, error.exit], ["E_CONFIG", 2]);
      const lines = error.message.split("\n");
      assert.equal(lines[0], "c.yml:1: output_path: is given as --output-path; take it out of the file");
      assert.match(lines[1] ?? "", /^c\.yml:2: .*did you mean "pipeline_file_suffix"\?$/);
      assert.match(lines[2] ?? "", /^c\.yml:3: renderer_class: names a class of Python/);
      assert.match(lines[3] ?? "", /^c\.yml:4: include_methods\[1\]: expected one of get, post, put, patch/);
      assert.match(lines[4] ?? "", /^c\.yml:5: name_resources_by_operation: expected /);
      assert.match(lines[5] ?? "", /^c\.yml:6: project_folder_suffix: expected letters, digits/);
      assert.match(lines[6] ?? "", /^c\.yml:7: dataset_name_suffix: expected letters, digits and _ only/);
      assert.equal(lines.length, 7);
      return true;
    },
  );
  assert.throws(() => readGeneratorFile("- a\n", "c.yml"), /c\.yml:1: expected a mapping of settings/);
  assert.throws(() => readGeneratorFile("a: [", "c.yml"), /c\.yml:1: not valid YAML/);
});
