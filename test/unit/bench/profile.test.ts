import assert from "node:assert/strict";
import { test } from "node:test";
import { replaceFigures } from "../../bench/performance-page.ts";
import { bundlePlaces, type CpuProfile, renderProfile, selfTimes } from "../../bench/profile.ts";

const frame = (functionName: string, url = "", lineNumber = 0) => ({ functionName, url, lineNumber });
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame("(idle)") },
    { id: 2, callFrame: frame("escape", "file:///x/copy-text.ts", 41) },
    { id: 3, callFrame: frame("", "node:net", 9) },
    // The same function, called from elsewhere.
    { id: 4, callFrame: frame("escape", "file:///x/copy-text.ts", 41) },
  ],
  samples: [2, 1, 4, 3],
  timeDeltas: [0, 300_000, 100_000, 500_000],
};

test("the time until the next sample belongs to the function of the sample, wherever it was called", () => {
  assert.deepEqual(
    selfTimes(profile).map(({ name, seconds }) => [name, Number(seconds.toFixed(6))]),
    [
      ["escape copy-text.ts:42", 0.8],
      ["(idle)", 0.1],
      ["(anonymous) node:net:10", 0],
    ],
  );
});

test("waiting is told apart from functions", () => {
  assert.equal(
    renderProfile(selfTimes(profile), 1),
    ["   0.900 s 100.0 %  profiled", "   0.100 s  11.1 %  (idle)", "   0.800 s  88.9 %  escape copy-text.ts:42"].join(
      "\n",
    ),
  );
});

test("a measurement replaces the figures of the page and nothing else", () => {
  const [begin, end] = ["begin", "end"].map((word) => `<!-- ${word}: written by \`npm run bench -- --write\` -->`);
  const page = `# Performance\n\n${begin}\n\nold\n\n${end}\n\nby hand\n`;
  const once = replaceFigures(page, "new\n");
  assert.equal(once, `# Performance\n\n${begin}\n\nnew\n\n${end}\n\nby hand\n`);
  assert.equal(replaceFigures(once, "new"), once);
  assert.throws(() => replaceFigures("by hand", "new"), /marks are missing/);
});

test("a place in a bundle is told by its module", () => {
  const bundle = [
    "/***/ 12:",
    "alone",
    ";// CONCATENATED MODULE: ./lib/load/spool.js",
    "spooled",
    "/***/ 13:",
    "alone",
  ];
  const place = bundlePlaces(() => bundle.join("\n"));
  assert.deepEqual(
    [2, 4, 6].map((line) => place("file:///x/index.js", line)),
    ["index.js:2", "lib/load/spool.js", "index.js:6"],
  );
  assert.equal(place("node:net", 7), "node:net:7");
});
