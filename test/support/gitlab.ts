import { type SampleGitlab, type StartOptions, startSampleGitlab } from "../../src/edge/demo/gitlab/start.ts";

/** What `node:test` gives to a test or to the hooks of a suite. */
interface Cleanup {
  after(end: () => Promise<void>): void;
}

/** A sample GitLab on a free port, gone when the test ends. */
export async function sampleGitlab(t: Cleanup, options: StartOptions = {}): Promise<SampleGitlab> {
  const gitlab = await startSampleGitlab(options);
  t.after(() => gitlab.stop());
  return gitlab;
}

/** Small enough for a test that loads everything: some hundred records, all kinds of projects. */
export const SMALL_WORLD = {
  projects: 8,
  groups: 4,
  users: 7,
  issuesPerProject: 30,
  mergeRequestsPerProject: 12,
  pipelinesPerProject: 15,
  jobsPerProject: 40,
  commitsPerProject: 25,
  branchesPerProject: 6,
} as const;
