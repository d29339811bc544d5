/** Sizes and kinds of the data. */
export interface WorldOptions {
  readonly seed: number;
  readonly groups: number;
  readonly projects: number;
  readonly users: number;
  readonly issuesPerProject: number;
  readonly mergeRequestsPerProject: number;
  readonly pipelinesPerProject: number;
  readonly jobsPerProject: number;
  readonly commitsPerProject: number;
  readonly branchesPerProject: number;
  readonly tagsPerProject: number;
  readonly releasesPerProject: number;
  readonly deploymentsPerProject: number;
  readonly environmentsPerProject: number;
  readonly eventsPerProject: number;
  readonly membersPerProject: number;
  readonly labelsPerProject: number;
  readonly milestonesPerProject: number;
  readonly notesPerIssue: number;
  readonly notesPerMr: number;
  readonly commitsPerMr: number;
  readonly epicsPerGroup: number;
  readonly issuesPerEpic: number;
  readonly iterationsPerGroup: number;
  readonly smallList: number;
  readonly auditEvents: number;
  /** `auto`: with 8 or more projects the last five are archived, or answer 403 or 404; `none`: all can be read. */
  readonly restricted: string;
  /** Hostile fields in issues. */
  readonly nasty: boolean;
  /** `on`: issues of 3.2 kB with 73 columns and two lists, for measurements. */
  readonly wideIssues: string;
  readonly textSize: number;
}

export const WORLD_DEFAULTS: WorldOptions = {
  seed: 1,
  groups: 6,
  projects: 10,
  users: 40,
  issuesPerProject: 250,
  mergeRequestsPerProject: 120,
  pipelinesPerProject: 150,
  jobsPerProject: 600,
  commitsPerProject: 300,
  branchesPerProject: 25,
  tagsPerProject: 12,
  releasesPerProject: 8,
  deploymentsPerProject: 60,
  environmentsPerProject: 5,
  eventsPerProject: 120,
  membersPerProject: 12,
  labelsPerProject: 15,
  milestonesPerProject: 6,
  notesPerIssue: 3,
  notesPerMr: 4,
  commitsPerMr: 3,
  epicsPerGroup: 12,
  issuesPerEpic: 3,
  iterationsPerGroup: 6,
  smallList: 4,
  auditEvents: 150,
  restricted: "auto",
  nasty: false,
  wideIssues: "off",
  textSize: 1,
};

/** How the server behaves. All but address, token and day can be changed while it runs. */
export interface ServerOptions {
  port: number;
  host: string;
  /** The administrator's token. */
  token: string;
  day: number;
  /** `on`: totals left out and trailing empty pages, as on real servers. */
  quirks: string;
  prewarm: string;
  cacheMb: number;
  /** Milliseconds before each answer, and a random part on top. */
  latency: number;
  jitter: number;
  /** Requests a window and token; 0: no limit. */
  rateLimit: number;
  /** Seconds. */
  rateWindow: number;
  /** Requests for project jobs a window; 0: no limit. */
  jobsLimit: number;
  /** A fault on every Nth request; 0: none. */
  failEvery: number;
  failKind: string;
  /** A fault on the first K requests of each URL. */
  failFirst: number;
  /** Only URLs with this text get faults. */
  failMatch: string;
  slowMs: number;
  /** Records beyond which offset paging is refused. */
  offsetLimit: number;
  gzip: string;
  /** Base of the links; the request's own host when empty. */
  externalUrl: string;
  /** Requests kept for `/__log`. */
  logSize: number;
}

export const SERVER_DEFAULTS: Readonly<ServerOptions> = {
  port: 8929,
  host: "127.0.0.1",
  token: "glpat-fixture-admin",
  day: 1,
  quirks: "on",
  prewarm: "on",
  cacheMb: 512,
  latency: 0,
  jitter: 0,
  rateLimit: 0,
  rateWindow: 60,
  jobsLimit: 0,
  failEvery: 0,
  failKind: "mixed",
  failFirst: 0,
  failMatch: "",
  slowMs: 3000,
  offsetLimit: 50000,
  gzip: "off",
  externalUrl: "",
  logSize: 50000,
};

export interface SampleGitlabOptions {
  readonly server: ServerOptions;
  readonly world: WorldOptions;
}

/** Reads `--issues-per-project 10`, `--nasty`, `--day=2`, ...; throws an Error that names what it does not know. */
export function parseArguments(args: readonly string[]): SampleGitlabOptions {
  const server: Record<string, string | number | boolean> = { ...SERVER_DEFAULTS };
  const world: Record<string, string | number | boolean> = { ...WORLD_DEFAULTS };
  for (let at = 0; at < args.length; at++) {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(args[at] ?? "");
    if (match === null) throw new Error(`unknown argument ${args[at]}`);
    const key = camelCase(match[1] ?? "");
    const target = key in WORLD_DEFAULTS ? world : server;
    const known = target[key];
    if (known === undefined) throw new Error(`unknown option --${match[1]}`);
    if (typeof known === "boolean") {
      target[key] = match[2] === undefined ? true : match[2] === "true";
      continue;
    }
    const value = match[2] ?? args[++at];
    if (value === undefined) throw new Error(`missing value for --${match[1]}`);
    target[key] = typeof known === "number" ? Number(value) : value;
  }
  return { server: completeServer(server), world: completeWorld(world) };
}

/** Sets options by their command line names; unknown names are left alone. */
export function setOptions(options: ServerOptions, changes: Readonly<Record<string, string | undefined>>): void {
  const target: Record<string, string | number | boolean> = { ...options };
  for (const [name, value] of Object.entries(changes)) {
    const key = camelCase(name);
    const known = target[key];
    if (known !== undefined && value !== undefined) target[key] = typeof known === "number" ? Number(value) : value;
  }
  Object.assign(options, target);
}

function completeServer(values: Record<string, string | number | boolean>): ServerOptions {
  return Object.assign({ ...SERVER_DEFAULTS }, values);
}

function completeWorld(values: Record<string, string | number | boolean>): WorldOptions {
  return Object.assign({ ...WORLD_DEFAULTS }, values);
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
