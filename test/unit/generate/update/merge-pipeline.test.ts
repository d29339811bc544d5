/** An edited pipeline file is brought up to what is generated now: the user's lines, comments and layout stay. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { lineDiff } from "../../../../src/generate/update/line-diff.ts";
import { mergePipeline } from "../../../../src/generate/update/merge-pipeline.ts";
import { BlocksError, cutIntoBlocks } from "../../../../src/generate/update/pipeline-blocks.ts";

const resource = (name: string, ...lines: string[]) =>
  [`    # About ${name}.`, `    - name: ${name}`, ...lines.map((line) => `      ${line}`), ""].join("\n");
const pipeline = (...resources: string[]) =>
  `# Made.\npipeline: p\nsource:\n  client: {}\n  resources:\n${resources.join("\n")}`;

const A = resource("a", "endpoint:", "  path: /a", "  params:", "    id: FILL_ME_IN # TODO", "    page: 1");
const B = resource("b", "endpoint:", "  path: /b");
const C = resource("c", "endpoint:", "  path: /c");

test("the pieces of a file are the file", () => {
  const text = `${pipeline(A, B, C)}    # end of c\n# tail\n`;
  const { head, resources, tail } = cutIntoBlocks(text);
  assert.deepEqual(
    resources.map(({ key }) => key),
    ["a", "b", "c"],
  );
  assert.equal([head, ...resources.map(({ text, gap }) => text + gap), tail].join(""), text);
  const more = `source:\n  resources:\n  -\n    # why\n    name: x\n  - name: x\n\n  name: src\n`;
  const cut = cutIntoBlocks(more);
  assert.deepEqual([cut.resources.map(({ key }) => key), cut.tail], [["x", "x (2)"], "\n  name: src\n"]);
  assert.equal([cut.head, ...cut.resources.map(({ text, gap }) => text + gap), cut.tail].join(""), more);
});

test("a comment above a resource is its own, whatever stands at the end of the one before", () => {
  const text = `source:
  resources:
    # about a
    - name: a
      endpoint:
        path: /a
        # page: 1
    # about b
    - name: b
      x:
    # about c
    - name: c
      note: |
        # no comment

    # more of c

    # about d
    -
      # key of d
      name: d
      y: &y { z: 1,
        w: 2 } # beside
    # about e
    - name: e
      # y: *y

    # a chapter

    # about f
    - name: f
`;
  const cut = cutIntoBlocks(text);
  assert.deepEqual(
    cut.resources.map((block) => [block.key, [...block.text.matchAll(/# (.*)/g)].map(([, comment]) => comment)]),
    [
      ["a", ["about a", "page: 1"]],
      ["b", ["about b"]],
      ["c", ["about c", "no comment"]],
      ["d", ["more of c", "about d", "key of d", "beside"]],
      ["e", ["about e", "y: *y"]],
      ["f", ["a chapter", "about f"]],
    ],
  );
  assert.equal([cut.head, ...cut.resources.map((block) => block.text + block.gap), cut.tail].join(""), text);
  // A new resource comes between the two, and takes no comment from either.
  const added = pipeline(resource("a"), resource("n"), resource("b"));
  const mine = "source:\n  resources:\n    # ours\n    - name: a\n      # inside a\n    # ours too\n    - name: b\n";
  assert.equal(
    mergePipeline(pipeline(resource("a"), resource("b")), mine, added).text,
    mine.replace("    # ours too\n", "\n    # About n.\n    - name: n\n\n    # ours too\n"),
  );
});

test("nothing has changed: the file stays as it is, byte for byte", () => {
  const mine = pipeline(A.replace("FILL_ME_IN # TODO", "42"), B).replace("# Made.", "# Mine.");
  const merged = mergePipeline(pipeline(A, B), mine, pipeline(A, B));
  assert.equal(merged.text, mine);
  assert.deepEqual(merged.changes, []);
});

test("what the user filled in stays, what the document changed elsewhere comes in, new endpoints are added in place", () => {
  const mine = pipeline(A.replace("FILL_ME_IN # TODO", "42 # ours"), C);
  const fresh = pipeline(A.replace("page: 1", "page: 1\n          size: 2"), B, C.replace("/c", "/v2/c"));
  const merged = mergePipeline(pipeline(A, C), mine, fresh);
  assert.deepEqual(merged.added, ["b"]);
  assert.deepEqual(merged.changed, ["a", "c"]);
  assert.deepEqual([merged.removed, merged.leftOut], [[], []]);
  const { resources } = parse(merged.text).source;
  assert.deepEqual(resources, [
    { name: "a", endpoint: { path: "/a", params: { id: 42, page: 1, size: 2 } } },
    { name: "b", endpoint: { path: "/b" } },
    { name: "c", endpoint: { path: "/v2/c" } },
  ]);
  assert.ok(merged.text.includes("42 # ours"));
  assert.ok(merged.text.includes("\n\n    # About b.\n"));
});

test("the same line changed on both sides: the user's stays and it is said", () => {
  const mine = pipeline(A.replace("/a", "/mine"));
  const merged = mergePipeline(pipeline(A), mine, pipeline(A.replace("/a", "/theirs")));
  assert.equal(merged.text, mine);
  assert.deepEqual(merged.kept, ["a"]);
});

test("gone from the document: it stays and is named; taken out by the user: it stays out; the user's own: untouched", () => {
  const own = resource("mine", "endpoint:", "  path: /mine");
  const merged = mergePipeline(pipeline(A, B, C), pipeline(own, B, C), pipeline(A, B));
  assert.deepEqual([merged.removed, merged.leftOut, merged.added], [["c"], ["a"], []]);
  assert.equal(merged.text, pipeline(own, B, C));
});

test("without a baseline only new endpoints are added", () => {
  const mine = pipeline(A.replace("page: 1", "page: 2"));
  const merged = mergePipeline(undefined, mine, pipeline(C, A, B));
  assert.deepEqual([merged.added, merged.changed, merged.kept], [["c", "b"], [], []]);
  assert.deepEqual(
    parse(merged.text).source.resources.map(({ name }: { name: string }) => name),
    ["c", "a", "b"],
  );
  assert.equal(parse(merged.text).source.resources[1].endpoint.params.page, 2);
});

test("new endpoints take the column in which the user's stand", () => {
  const mine = "source:\n  resources:\n  - name: a\n    endpoint: /a\n";
  const merged = mergePipeline(undefined, mine, pipeline(A, B));
  assert.deepEqual(parse(merged.text).source.resources, [
    { name: "a", endpoint: "/a" },
    { name: "b", endpoint: { path: "/b" } },
  ]);
  assert.match(merged.text, /^ {2}- name: b$/m);
});

test("line ends of Windows stay, and are no changes", () => {
  const mine = pipeline(A.replace("FILL_ME_IN # TODO", "42"), B).replaceAll("\n", "\r\n");
  const merged = mergePipeline(pipeline(A, B), mine, pipeline(A, B, C));
  assert.deepEqual([merged.added, merged.changed, merged.kept], [["c"], [], []]);
  assert.ok(merged.text.startsWith(mine));
  assert.doesNotMatch(merged.text, /(?<!\r)\n/);
});

test("refused: what cannot be cut", () => {
  for (const text of ["a: [", "source: {resources: [{name: a}]}", "source:\n  resources:\n    - a\n", "x: 1\n"]) {
    assert.throws(() => cutIntoBlocks(text), BlocksError, text);
  }
});

test("a diff shows what changes with two lines around it", () => {
  assert.deepEqual(lineDiff("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n"), [
    " c",
    " d",
    "-e",
    "+E",
    " f",
    " g",
  ]);
  assert.deepEqual(lineDiff("", "x\n"), ["+x"]);
  assert.deepEqual(lineDiff("x\n", "x\n"), []);
});
