import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cacheKey, cacheKeyPrefix, readCacheKey } from "../../src/edge/action/cache-key.ts";

const SEEN = {
  loadId: "1795475420.675529",
  state: { version: 7, hash: "A/afFjWcADZd8rsWCrislmbnyWYTMK6r5npixx4f1Oo=" },
};
const prefix = cacheKeyPrefix("db.example.com:5432/analytics", "gitlab_data", "gitlab_pipeline");

test("a key says what was seen, and GitHub takes it whatever the names are", () => {
  const key = cacheKey(prefix, SEEN);
  assert.match(key, /^sluice-1-[0-9a-f]{16}-gitlab_pipeline-1795475420\.675529-7-[\w-]{43}$/);
  assert.deepEqual(readCacheKey(prefix, key), SEEN);
  fc.assert(
    fc.property(
      fc.string({ maxLength: 300 }),
      fc.string({ maxLength: 300 }),
      fc.string(),
      (host, dataset, pipeline) => {
        const own = cacheKeyPrefix(host, dataset, pipeline);
        const any = cacheKey(own, { ...SEEN, state: { ...SEEN.state, version: 999_999_999_999_999 } });
        assert.match(any, /^[\w.-]{1,220}$/);
        assert.equal(readCacheKey(own, any)?.loadId, SEEN.loadId);
      },
    ),
  );
});

test("another pipeline, dataset or destination has other keys; none is the beginning of another", () => {
  const others = [
    cacheKeyPrefix("db.example.com:5432/analytics", "gitlab_data", "gitlab_pipeline_2"),
    cacheKeyPrefix("db.example.com:5432/analytics", "gitlab_data", "gitlab_pipeline-2"),
    cacheKeyPrefix("db.example.com:5432/analytics", "gitlab_data", "GitLab_pipeline"),
    cacheKeyPrefix("db.example.com:5432/analytics", "gitlab_data2", "gitlab_pipeline"),
    cacheKeyPrefix("db.example.com:5433/analytics", "gitlab_data", "gitlab_pipeline"),
    cacheKeyPrefix("db.example.com:5432/analytics2", "gitlab_data", "gitlab_pipeline"),
  ];
  assert.equal(new Set([prefix, ...others]).size, 7);
  for (const other of others) {
    assert.ok(!other.startsWith(prefix) && !prefix.startsWith(other), other);
    assert.equal(readCacheKey(prefix, cacheKey(other, SEEN)), undefined);
  }
});

test("a key that is not of our making is nothing", () => {
  const good = cacheKey(prefix, SEEN);
  const hash = good.slice(-43);
  const bad = [
    "",
    prefix,
    "__proto__",
    `${good}x`,
    `${good}\n`,
    ` ${good}`,
    good.slice(0, -1),
    good.toUpperCase(),
    `${prefix}1-7`,
    `${prefix}../../x-7-${hash}`,
    `${prefix}1.5--7-${hash}`,
    `${prefix}1.5-1e9-${hash}`,
    `${prefix}1.5-9999999999999999-${hash}`,
    `${prefix}1.5-7-${hash}-${hash}`,
    `${prefix}1.5-7-${"A".repeat(600)}`,
    `${prefix}1.5\n::error::x-7-${hash}`,
  ];
  for (const key of bad) assert.equal(readCacheKey(prefix, key), undefined, JSON.stringify(key));
});
