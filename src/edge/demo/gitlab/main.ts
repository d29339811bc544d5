import { parseArguments } from "./options.ts";
import { type SampleGitlab, startSampleGitlab } from "./start.ts";

/** `node src/edge/demo/gitlab/main.ts --port 8929 --projects 20 --issues-per-project 1000 ...` */
async function main(): Promise<void> {
  const { server, world } = parseArguments(process.argv.slice(2));
  const gitlab = await startSampleGitlab({ server, world });
  if (server.prewarm === "on") {
    const { records, ms } = gitlab.prewarm();
    console.log(`prewarmed ${records} records in ${ms} ms`);
    if (world.wideIssues === "on") await prewarmIssuePages(gitlab, world.projects);
  }
  console.log(`sample GitLab, day ${server.day}, on ${gitlab.url}/api/v4 (token ${gitlab.token})`);
}

/** For measurements the pages too are made before the first run. */
async function prewarmIssuePages(gitlab: SampleGitlab, projects: number): Promise<void> {
  const start = Date.now();
  let pages = 0;
  for (let p = 0; p < projects; p++) {
    let url: string | undefined = `${gitlab.url}/api/v4/projects/${100 + p}/issues?per_page=100`;
    while (url !== undefined) {
      const response: Response = await fetch(url, { headers: { "PRIVATE-TOKEN": gitlab.token } });
      await response.arrayBuffer();
      url = /<([^>]+)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
      pages += 1;
    }
  }
  gitlab.reset();
  console.log(`prewarmed ${pages} pages of issues in ${Date.now() - start} ms`);
}

await main();
