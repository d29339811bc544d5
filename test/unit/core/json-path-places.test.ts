import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePath } from "../../../src/core/json-path.ts";
import { findPlaces, placeText, withoutPlaces } from "../../../src/core/json-path-places.ts";

const STATE = { archives: [{ url: "a", n: 1 }, { url: "b" }, 3], deep: { url: "c", list: [0, 1, 2] }, url: null };

const places = (path: string) => findPlaces(compilePath(path), STATE)?.map(placeText);

test("places of a path, each once, as dlt prints them", () => {
  assert.deepEqual(places("archives"), ["archives"]);
  assert.deepEqual(places("$.deep.url"), ["deep.url"]);
  assert.deepEqual(places("archives[*].url"), ["archives.[0].url", "archives.[1].url"]);
  assert.deepEqual(places("deep.list[-1]"), ["deep.list.[2]"]);
  assert.deepEqual(places("*"), ["archives", "deep", "url"]);
  assert.deepEqual(places("$..url"), ["url", "archives.[0].url", "archives.[1].url", "deep.url"]);
  assert.deepEqual(places("deep|url|deep"), ["deep", "url"]);
  assert.deepEqual(places("nothing.here"), []);
  assert.deepEqual(places("$"), [""]);
  assert.equal(places("archives[?(@.n==1)]"), undefined);
  assert.equal(places("deep.list[0:1]"), undefined);
});

test("a copy without places: several items of one list go together, what is not named stays", () => {
  const paths = ["archives[0,1]", "deep.list[*]", "deep.url"];
  const gone = paths.flatMap((path) => findPlaces(compilePath(path), STATE) ?? []);
  assert.deepEqual(withoutPlaces(STATE, gone), { archives: [3], deep: { list: [] }, url: null });
  assert.equal(STATE.archives.length, 3);
});
