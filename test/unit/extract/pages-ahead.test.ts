import assert from "node:assert/strict";
import { test } from "node:test";
import { extract, json, pageOf, serve } from "./fake-api.ts";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("pages of a known number are asked side by side, eight at most, and come out in order", async (t) => {
  let inFlight = 0;
  let most = 0;
  const five = Promise.withResolvers<void>();
  const api = await serve(t, async ({ target }, response) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    const page = pageOf(target);
    // Later pages are answered when five are asked for, and the second after some of them.
    if (inFlight === 5) five.resolve();
    if (page > 1) await Promise.race([five.promise, wait(3000)]);
    await wait(page === 2 ? 60 : 20);
    inFlight -= 1;
    json(response, { data: [{ page }], total: 20 });
  });
  const { records } = await extract({
    client: { base_url: api.base, paginator: { type: "page_number", base_page: 1 } },
    resources: ["items"],
  });
  assert.deepEqual(
    records.items,
    Array.from({ length: 20 }, (_, index) => ({ page: index + 1 })),
  );
  assert.equal(api.asked.length, 20);
  assert.ok(most > 4 && most <= 8, `${most} requests in flight`);
});

test("the next page of a Link header is asked before the present one is taken", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    const page = pageOf(target) || 1;
    json(response, [{ page }], page < 3 ? { link: `<${api.base}/items?page=${page + 1}>; rel="next"` } : {});
  });
  let askedAtFirstPage = 0;
  await extract(
    { client: { base_url: api.base, paginator: "header_link" }, resources: ["items"] },
    {
      async onPage(_, [record]) {
        if ((record as { page: number }).page !== 1) return;
        for (let tries = 0; tries < 100 && api.asked.length < 2; tries += 1) await wait(20);
        askedAtFirstPage = api.asked.length;
      },
    },
  );
  assert.ok(askedAtFirstPage >= 2, `${askedAtFirstPage} requests while page 1 was held`);
});

test("GitLab's X-Total-Pages and rel=last let all pages be asked at once, without one request too many", async (t) => {
  for (const paginator of [
    { type: "header_link" },
    { type: "header_cursor", cursor_key: "X-Next-Page", cursor_param: "page" },
    { type: "page_number", base_page: 1, total_path: null },
  ] as const) {
    let inFlight = 0;
    let most = 0;
    const four = Promise.withResolvers<void>();
    const api = await serve(t, async ({ target }, response) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      const page = pageOf(target) || 1;
      if (inFlight === 4) four.resolve();
      if (page > 1) await Promise.race([four.promise, wait(3000)]);
      await wait(15);
      inFlight -= 1;
      const link = (n: number, rel: string) => `<${api.base}/items?page=${n}&per_page=1>; rel="${rel}"`;
      json(response, [{ page }], {
        link: [...(page < 10 ? [link(page + 1, "next")] : []), link(10, "last")].join(", "),
        "x-page": String(page),
        "x-next-page": page < 10 ? String(page + 1) : "",
        "x-total-pages": "10",
      });
    });
    const { records } = await extract({ client: { base_url: api.base, paginator }, resources: ["items"] });
    assert.deepEqual(
      records.items,
      Array.from({ length: 10 }, (_, index) => ({ page: index + 1 })),
      paginator.type,
    );
    assert.equal(api.asked.length, 10, paginator.type);
    assert.ok(most > 3, `${paginator.type}: ${most} in flight`);
  }
});

test("a consumer that does not pull holds the source back", async (t) => {
  const big = "x".repeat(1_000_000);
  const api = await serve(t, ({ target }, response) =>
    json(response, { data: [{ page: pageOf(target), big }], total: 200 }),
  );
  let askedMeanwhile = 0;
  let first = true;
  await extract(
    { client: { base_url: api.base, paginator: { type: "page_number" } }, resources: ["items"] },
    {
      limit: 120,
      async onPage() {
        if (!first) return;
        first = false;
        await wait(400);
        askedMeanwhile = api.asked.length;
      },
    },
  );
  // 8 MiB read, seven pages in flight and some slack: far from the 120 that are wanted.
  assert.ok(askedMeanwhile < 40, `${askedMeanwhile} pages were asked while the first was held`);
});

test("a limit counts the pages of independent resources and asks for no more", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    target.startsWith("/p/")
      ? json(response, { data: [{ id: 1 }, { id: 2 }] })
      : json(response, { data: [{ id: pageOf(target) }], total: 50 }),
  );
  const { records } = await extract(
    {
      client: { base_url: api.base },
      resources: [
        { name: "parents", endpoint: { path: "parents", paginator: { type: "page_number" } } },
        { name: "children", endpoint: { path: "p/{resources.parents.id}/c", paginator: "single_page" } },
      ],
    },
    { limit: 2 },
  );
  assert.equal(records.parents?.length, 2);
  assert.equal(records.children?.length, 4);
  assert.equal(api.asked.filter(({ target }) => target.startsWith("/parents")).length, 2);
});

test("when guessed pages turn out wrong, guessing far ahead stops", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    const page = pageOf(target) || 1;
    // The last link promises page 30 under `page=n`; the real links carry one parameter more from page 2 on.
    const next = `${api.base}/items?page=${page + 1}${page >= 2 ? "&v=2" : ""}`;
    const links = `<${next}>; rel="next", <${api.base}/items?page=30>; rel="last"`;
    json(response, [{ page }], page < 6 ? { link: links } : {});
  });
  const { records } = await extract({
    client: { base_url: api.base, paginator: "header_link" },
    resources: ["items"],
  });
  assert.deepEqual(
    records.items?.map((item) => (item as { page: number }).page),
    [1, 2, 3, 4, 5, 6],
  );
  assert.ok(api.asked.length <= 6 + 7, `${api.asked.length} requests`);
});
