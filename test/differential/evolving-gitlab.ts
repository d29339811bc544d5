/**
 * A GitLab whose data moves on in three steps, made from the answers of another one, so that two programs can be given
 * the same three runs. No step brings a new field, unless asked to: a schema that changes is then a program's fault.
 *
 * Step 1 shows the first 60 % of the issues and pipelines, each further step 20 % more, and every step after the first
 * changes some of those shown before. What arrives or changes in a step carries a time of that step as `updated_at`, so
 * that a cursor finds it; the newest time of each step is shared by three records, so that a cursor that forgets whom it
 * has seen at its boundary loads them again. Branches come and go.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const STEPS = 3;

export type Step = 1 | 2 | 3;
type Fields = Record<string, unknown>;

export interface EvolvingGitlab {
  /** Ends with `/api/v4`. */
  readonly baseUrl: string;
  /** Path and query of every request since the last call of {@link EvolvingGitlab.show}. */
  readonly requests: readonly string[];
  /** Moves to a step and forgets the requests. `growing`: changed records have fields, types and lists of that step. */
  show(step: Step, growing?: boolean): void;
  close(): Promise<void>;
}

export async function startEvolvingGitlab(upstream: string, token: string, project: number): Promise<EvolvingGitlab> {
  const headers = { "private-token": token };
  const get = async (path: string): Promise<Fields[]> => {
    const response = await fetch(upstream + path, { headers });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return (await response.json()) as Fields[];
  };
  const all = async (path: string): Promise<Fields[]> => {
    const records: Fields[] = [];
    for (let page = 1; ; page++) {
      const found = await get(`${path}?per_page=100&page=${page}`);
      records.push(...found);
      if (found.length < 100) return records;
    }
  };
  const base = `/projects/${project}`;
  const issues = (await all(`${base}/issues`)).sort(byId);
  const pipelines = (await all(`${base}/pipelines`)).sort(byId);
  const branches = await all(`${base}/repository/branches`);
  let requests: string[] = [];
  let step: Step = 1;
  let growing = false;

  const answer = async (path: string): Promise<Fields[] | undefined> => {
    if (path === `${base}/issues`)
      return evolved(issues, step, (issue, at) => (growing ? growIssue(changeIssue(issue), at) : changeIssue(issue)));
    if (path === `${base}/pipelines`)
      return evolved(pipelines, step, (pipeline) => ({ ...pipeline, status: "success" }));
    if (path === `${base}/repository/branches`) return branches.filter((_, index) => index % (STEPS + 1) !== step);
    return /\/issues\/\d+\/notes$/.test(path) ? await get(path) : undefined;
  };
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    const url = new URL(request.url ?? "", origin(request));
    answer(url.pathname.replace("/api/v4", "")).then(
      (records) =>
        records === undefined ? send(response, 404, {}, { message: "404 Not found" }) : page(response, url, records),
      (error: unknown) => send(response, 500, {}, { message: String(error) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`,
    get requests() {
      return requests;
    },
    show(next, grow = false) {
      step = next;
      growing = grow;
      requests = [];
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The records that a step shows, with their times. */
function evolved(records: readonly Fields[], step: Step, change: (record: Fields, at: number) => Fields): Fields[] {
  const shown = (at: number): number => Math.floor(records.length * (0.2 + 0.2 * (at + 1)));
  return records.slice(0, shown(step)).map((original, index) => {
    let record = original;
    for (let at = 2; at <= step; at++) {
      const arrives = index >= shown(at - 1) && index < shown(at);
      const changes = index < shown(at - 1) && index % 7 === at;
      if (changes) record = change(record, at);
      if (arrives || changes) {
        const minute = index >= shown(at) - 3 ? 59 : index % 50;
        record = { ...record, updated_at: `2026-06-0${at}T10:${String(minute).padStart(2, "0")}:00.000Z` };
      }
    }
    return record;
  });
}

/** A new title, and lists that are shorter or longer than before: nested rows must go and come. */
function changeIssue(issue: Fields): Fields {
  const labels = issue.labels as string[];
  const longer = Number(issue.id) % 2 === 0;
  return { ...issue, title: `${issue.title} (changed)`, labels: longer ? [...labels, "moved::on"] : labels.slice(1) };
}

/** What makes a schema grow: a column, a column of another type, a variant, a nested table, a column of a nested table. */
function growIssue(issue: Fields, at: number): Fields {
  const odd = Number(issue.id) % 2 === 1;
  return {
    ...issue,
    [`score_${at}`]: odd ? at : at + 0.5,
    user_notes_count: odd ? `step ${at}` : issue.user_notes_count,
    [`reviews_${at}`]: [{ id: at, marks: [1.0, "good"] }],
    assignees: (issue.assignees as Fields[]).map((assignee) => ({
      ...assignee,
      [`seen_${at}`]: "2026-06-01T00:00:00Z",
    })),
  };
}

/** One page, filtered by `updated_after` (inclusive, as GitLab does), with a `Link` to the next. */
function page(response: ServerResponse, url: URL, records: readonly Fields[]): void {
  const after = url.searchParams.get("updated_after");
  const found =
    after === null ? records : records.filter((record) => Date.parse(String(record.updated_at)) >= Date.parse(after));
  const size = Number(url.searchParams.get("per_page") ?? 20);
  const number = Number(url.searchParams.get("page") ?? 1);
  const next = new URL(url);
  next.searchParams.set("page", String(number + 1));
  const more = number * size < found.length;
  send(
    response,
    200,
    more ? { link: `<${next.href}>; rel="next"` } : {},
    found.slice((number - 1) * size, number * size),
  );
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

function origin(request: IncomingMessage): string {
  return `http://${request.headers.host ?? "127.0.0.1"}`;
}

function byId(a: Fields, b: Fields): number {
  return Number(a.id) - Number(b.id);
}
