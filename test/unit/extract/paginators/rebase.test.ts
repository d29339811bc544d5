import assert from "node:assert/strict";
import { test } from "node:test";
import { rebase } from "../../../../src/extract/paginators/links.ts";

const cases: readonly (readonly [link: string, base: string, expected: string])[] = [
  ["https://inside/api/v4/users?page=2", "https://proxy/api/v4", "https://proxy/api/v4/users?page=2"],
  [
    "http://inside:8080/api/v4/users?id=1&page=2",
    "https://proxy/gitlab/api/v4",
    "https://proxy/gitlab/api/v4/users?id=1&page=2",
  ],
  [
    "https://proxy/gitlab/api/v4/users?page=2",
    "https://proxy/gitlab/api/v4",
    "https://proxy/gitlab/api/v4/users?page=2",
  ],
  [
    "https://proxy/gitlab/api/v4/users?page=2",
    "https://proxy/gitlab/api/v4/",
    "https://proxy/gitlab/api/v4/users?page=2",
  ],
  // A path that only begins alike is not the base's.
  ["https://inside/api/v41/users", "https://proxy/api/v4", "https://proxy/api/v41/users"],
  ["https://evil.example/collect", "https://proxy/api/v4", "https://proxy/collect"],
  ["https://inside/users?page=2", "https://proxy", "https://proxy/users?page=2"],
];

for (const [link, base, expected] of cases) {
  test(`${link} below ${base} is ${expected}`, () => assert.equal(rebase(link, base), expected));
}
