/** One stream of the GitLab API: facts, from which `source.ts` makes the resource. */
export interface Stream {
  readonly name: string;
  /** Below `/api/v4`; `{id}` is the parent's. */
  readonly path: string;
  /** What it hangs on: its records are asked for once a parent. */
  readonly parent?: "projects" | "groups";
  /** Loaded when nothing else is said. */
  readonly byDefault?: boolean;
  readonly primaryKey?: readonly string[];
  /**
   * A list without a filter by time is loaded whole each time; rows of the same parent that are no longer listed go.
   * Parents that answer 403 or 404 keep their rows.
   */
  readonly mergeKey?: readonly string[];
  /** A single object. */
  readonly replace?: boolean;
  /** Field with the parent's id that the records lack: added unless a record has one. */
  readonly inject?: "project_id" | "group_id";
  readonly params?: Readonly<Record<string, string>>;
  readonly cursor?: Cursor;
}

export interface Cursor {
  readonly field: string;
  /** Query parameter of the inclusive lower bound. */
  readonly param: string;
  /** Seconds by which later runs start earlier. */
  readonly lag?: number;
}

/** In this order rows that change while pages are read move to the end and are seen again; in the other they slip. */
const OLDEST_FIRST = { order_by: "updated_at", sort: "asc" } as const;
const UPDATED: Cursor = { field: "updated_at", param: "updated_after" };
const BY_TOKEN = { pagination: "keyset" } as const;
const DAY = 86_400;

/**
 * All that the built-in source offers. Keys are those that are unique in GitLab: commits, branches and tags only
 * together with their project, for forks share them. Keyset paging stands where offset paging ends at 50 000 records.
 */
export const STREAMS: readonly Stream[] = [
  // A single object; also what proves the URL and the token.
  { name: "metadata", path: "metadata", replace: true },
  {
    name: "groups",
    path: "groups",
    byDefault: true,
    primaryKey: ["id"],
    params: { order_by: "id", sort: "asc", all_available: "false" },
  },
  {
    name: "projects",
    path: "projects",
    byDefault: true,
    primaryKey: ["id"],
    // No cursor: last_activity_at moves at most once an hour, and not with settings.
    params: { membership: "true", pagination: "keyset", order_by: "id", sort: "asc" },
  },
  {
    name: "users",
    path: "users",
    byDefault: true,
    primaryKey: ["id"],
    params: { pagination: "keyset", order_by: "id", sort: "asc" },
  },
  {
    name: "issues",
    path: "projects/{id}/issues",
    parent: "projects",
    byDefault: true,
    primaryKey: ["id"],
    params: { scope: "all", state: "all", ...OLDEST_FIRST },
    cursor: UPDATED,
  },
  {
    name: "merge_requests",
    path: "projects/{id}/merge_requests",
    parent: "projects",
    byDefault: true,
    primaryKey: ["id"],
    params: { scope: "all", state: "all", ...OLDEST_FIRST },
    cursor: UPDATED,
  },
  {
    name: "pipelines",
    path: "projects/{id}/pipelines",
    parent: "projects",
    byDefault: true,
    primaryKey: ["id"],
    params: OLDEST_FIRST,
    cursor: UPDATED,
  },
  {
    name: "jobs",
    path: "projects/{id}/jobs",
    parent: "projects",
    byDefault: true,
    primaryKey: ["id"],
    inject: "project_id",
    // GitLab has no filter by time for jobs, and old ones change: they are read whole.
    params: { include_retried: "true", pagination: "keyset", order_by: "id", sort: "desc" },
  },
  {
    name: "commits",
    path: "projects/{id}/repository/commits",
    parent: "projects",
    byDefault: true,
    primaryKey: ["project_id", "id"],
    inject: "project_id",
    params: { with_stats: "true" },
    // A push may bring commits that are older than the newest one known.
    cursor: { field: "committed_date", param: "since", lag: DAY },
  },
  {
    name: "branches",
    path: "projects/{id}/repository/branches",
    parent: "projects",
    byDefault: true,
    primaryKey: ["project_id", "name"],
    mergeKey: ["project_id"],
    inject: "project_id",
    params: BY_TOKEN,
  },
  {
    name: "tags",
    path: "projects/{id}/repository/tags",
    parent: "projects",
    primaryKey: ["project_id", "name"],
    mergeKey: ["project_id"],
    inject: "project_id",
    params: BY_TOKEN,
  },
  {
    name: "releases",
    path: "projects/{id}/releases",
    parent: "projects",
    primaryKey: ["project_id", "tag_name"],
    mergeKey: ["project_id"],
    inject: "project_id",
  },
  {
    name: "deployments",
    path: "projects/{id}/deployments",
    parent: "projects",
    primaryKey: ["id"],
    inject: "project_id",
    // GitLab refuses the filter without this order.
    params: OLDEST_FIRST,
    cursor: UPDATED,
  },
  {
    name: "environments",
    path: "projects/{id}/environments",
    parent: "projects",
    primaryKey: ["id"],
    mergeKey: ["project_id"],
    inject: "project_id",
  },
  {
    name: "project_members",
    path: "projects/{id}/members",
    parent: "projects",
    primaryKey: ["project_id", "id"],
    mergeKey: ["project_id"],
    inject: "project_id",
  },
  {
    name: "project_labels",
    path: "projects/{id}/labels",
    parent: "projects",
    primaryKey: ["project_id", "id"],
    mergeKey: ["project_id"],
    inject: "project_id",
    // Otherwise every label of a group comes again with every project.
    params: { include_ancestor_groups: "false" },
  },
  {
    name: "project_milestones",
    path: "projects/{id}/milestones",
    parent: "projects",
    primaryKey: ["id"],
    cursor: UPDATED,
  },
  {
    name: "group_members",
    path: "groups/{id}/members",
    parent: "groups",
    primaryKey: ["group_id", "id"],
    mergeKey: ["group_id"],
    inject: "group_id",
  },
  {
    name: "group_labels",
    path: "groups/{id}/labels",
    parent: "groups",
    primaryKey: ["group_id", "id"],
    mergeKey: ["group_id"],
    inject: "group_id",
    params: { only_group_labels: "true" },
  },
  {
    name: "group_milestones",
    path: "groups/{id}/milestones",
    parent: "groups",
    primaryKey: ["id"],
    cursor: UPDATED,
  },
];
