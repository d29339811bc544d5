import assert from "node:assert/strict";
import { test } from "node:test";
import { Double } from "../../../../src/core/json.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { encodeQuery, joinUrl, maskUrl, prepareUrl } from "../../../../src/extract/http/url.ts";

test("base and path meet at one slash", () => {
  const cases = [
    ["https://h/api/", "posts", "https://h/api/posts"],
    ["https://h/api", "/posts", "https://h/api/posts"],
    ["https://h/api//", "//posts", "https://h/api/posts"],
    ["https://h/api/", "", "https://h/api/"],
    ["", "https://x/y", "https://x/y"],
    ["https://h", "http://other/z", "http://other/z"],
  ] as const;
  for (const [base, path, expected] of cases) assert.equal(joinUrl(base, path), expected);
});

/** As Python's requests sends them. */
test("what may not stand in a URL is encoded, what is encoded stays", () => {
  const cases = [
    ["https://h/a b/é", "https://h/a%20b/%C3%A9"],
    ["https://h/a%2Fb%c3", "https://h/a%2Fb%C3"],
    ["https://h/a%2Fb%zz%", "https://h/a%252Fb%25zz%25"],
    ["https://h/a%2Fb?q=50%", "https://h/a%2Fb?q=50%25"],
    ["https://h/a/../b/./c", "https://h/b/c"],
    ["https://h/a/..", "https://h/"],
    ["https://h/..//x", "https://h/x"],
    ["https://h/%zz%c3", "https://h/%25zz%25C3"],
    ["https://h/x?$skip=1&q='a'", "https://h/x?$skip=1&q='a'"],
    ["https://h/x#frag", "https://h/x"],
    ["https://h", "https://h/"],
    ["https://h/a;b,c:d@e=f+g!(*)", "https://h/a;b,c:d@e=f+g!(*)"],
    ["https://h/%7Ea%41", "https://h/~aA"],
    ["https://h:443/x", "https://h/x"],
  ] as const;
  for (const [url, expected] of cases) assert.equal(prepareUrl(url), expected);
});

test("query values are written as Python writes them", () => {
  const query = encodeQuery([
    ["t", true],
    ["n", null],
    ["f", new Double(1)],
    ["l", ["a", null, 2]],
    ["s", "a b&c=d/e?é~!*()'"],
    ["e", ""],
    ["k", new Secret("x y")],
  ]);
  assert.equal(query, "t=True&f=1.0&l=a&l=2&s=a+b%26c%3Dd%2Fe%3F%C3%A9~%21%2A%28%29%27&e=&k=x+y");
});

test("values of query parameters that carry credentials are masked", () => {
  assert.equal(
    maskUrl("https://h/x?page=1&API_KEY=a&token=b&mine=c&q=d", "mine"),
    "https://h/x?page=1&API_KEY=***&token=***&mine=***&q=d",
  );
});
