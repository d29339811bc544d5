import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../../src/core/secret.ts";
import { WarningLog } from "../../../../src/core/warnings.ts";
import { systemClock, systemRandom } from "../../../../src/edge/shared/system-ports.ts";
import { gitlab } from "../../../../src/index.ts";
import { SMALL_WORLD, sampleGitlab } from "../../../support/gitlab.ts";

test("next links of an instance that knows itself under another host are followed below base_url", async (t) => {
  const server = await sampleGitlab(t, {
    server: { externalUrl: "https://inside.example" },
    world: { ...SMALL_WORLD, issuesPerProject: 230 },
  });
  const source = gitlab({ baseUrl: server.url, token: new Secret(server.token), endpoints: ["issues"] });
  const { pages } = source.extract({
    state: {},
    signal: AbortSignal.timeout(20_000),
    clock: systemClock,
    random: systemRandom,
    warn: new WarningLog().warn,
  });
  let records = 0;
  for await (const page of pages) records += page.records.length;
  assert.equal(records, (server.expectedRows() as Record<string, number>).issues);
});
