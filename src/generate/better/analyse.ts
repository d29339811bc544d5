import type { PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import type { ApiDocument } from "../api-document.ts";
import { analyseCompat } from "../compat/analyse.ts";
import { commonPaginator, samePaginator } from "../compat/common-paginator.ts";
import type { Decision, Finding, GeneratedPipeline, GeneratedResource } from "../model.ts";
import type { AnalysisOptions } from "../options.ts";
import { projectNames } from "../project-names.ts";
import { operationFacts } from "../reading/operation-facts.ts";
import { holdsVariable, pathPieces } from "../reading/path-pieces.ts";
import { readEndpoints } from "../reading/read-endpoints.ts";
import { flagAt, objectAt, textAt } from "../reading/scalars.ts";
import { schemaNodes } from "../reading/schema-node.ts";
import { columnHints } from "./columns.ts";
import { detectEndpoints } from "./detect.ts";
import { type Draft, decide, type Found, parentsFirst, recordOf } from "./draft.ts";
import { identityOf } from "./identity.ts";
import { findIncremental } from "./incremental.ts";
import { resourceNames, tableName } from "./names.ts";
import { writeParameters } from "./parameters.ts";
import { resolveParents } from "./parents.ts";
import { propertyPath } from "./property-path.ts";
import { isSameRecord } from "./records.ts";
import { markRepairs } from "./repairs.ts";
import { findSecurity, type Security } from "./security.ts";
import { findServers, ownServer } from "./servers.ts";
import { settleTables } from "./tables.ts";

const MAX_TABLE_NESTING = 2;

/**
 * Makes the parts of a pipeline that loads: what the reference gets right, and what it gets wrong put right, each
 * choice with its reason. Throws `E_OPENAPI` when the document has no endpoint.
 */
export function analyseBetter(document: ApiDocument, options: AnalysisOptions): GeneratedPipeline {
  const findings: Finding[] = [];
  const nodes = schemaNodes(document, { followAliases: true, inferTypes: true }, (reference) => {
    const message = `${reference} leads nowhere; what it stands for is taken as empty`;
    findings.push({ code: "BrokenReference", message });
  });
  const endpoints = readEndpoints(document, nodes, {
    methods: options.methods ?? ["get"],
    pieces: pathPieces,
    mergeByNameOnly: false,
    summaries: true,
    pathReferences: true,
    mediaTypeParameters: true,
  });
  const names = resourceNames(endpoints);
  const drafts = detectEndpoints(endpoints).map((found, index) => newDraft(found, names[index] ?? ""));
  const security = findSecurity(document, endpoints);
  resolveParents(drafts);
  for (const draft of drafts) identify(draft, drafts);
  const common = commonPaginator(drafts.map(({ paginator }) => paginator?.config));
  for (const draft of drafts) choosePages(draft, common);
  settleTables(drafts);
  const words = {
    required: options.requiredValue ?? "FILL_ME_IN",
    optional: options.optionalValue ?? "OPTIONAL_CONFIG",
  };
  const secrets = secretNames(security);
  for (const draft of drafts) {
    writeParameters(draft, secrets, words);
    const server = ownServer(draft.endpoint.operation, document) ?? ownServer(draft.endpoint.item, document);
    if (server !== undefined) draft.path = server + draft.path;
    draft.auth = security.ofEndpoint(draft.endpoint)?.auth;
  }
  deselect(drafts);

  const servers = findServers(document);
  const title = textAt(objectAt(document.root, "info"), "title") ?? "openapi";
  const { client } = security;
  const decisions: Decision[] = [];
  if (client !== undefined) decisions.push({ about: "client.auth", reason: client.reason, repair: false });
  if (common !== undefined) {
    decisions.push({ about: "client.paginator", reason: "most lists count their pages so", repair: false });
  }
  if (servers.baseUrl === undefined) {
    findings.push({ code: "ServerMissing", message: "the document has no absolute server URL: give client.base_url" });
  }
  if (security.unsupported.length > 0) {
    const message = `authentication by ${security.unsupported.join(", ")} is not known: give client.auth by hand`;
    findings.push({ code: "UnsupportedSecurityScheme", message });
  }
  const resources = drafts
    .map((draft) => resourceOf(draft))
    .sort((a, b) => (a.tableName < b.tableName ? -1 : a.tableName > b.tableName ? 1 : 0));
  const auths = [client?.auth, ...drafts.map(({ auth }) => auth)].flatMap((auth) => auth?.settings ?? []);
  const pipeline: GeneratedPipeline = {
    mode: "better",
    title,
    names: projectNames(options.source ?? title),
    servers,
    client: { auth: client?.auth, headers: client?.headers ?? [], paginator: common },
    maxTableNesting: MAX_TABLE_NESTING,
    resources,
    secrets: [
      ...new Set([...auths, ...(client?.headers ?? [])].flatMap((one) => ("secret" in one ? [one.secret] : []))),
    ],
    decisions,
    findings,
  };
  return markRepairs(pipeline, analyseCompat(document, options));
}

function newDraft(found: Found, name: string): Draft {
  return {
    ...found,
    name,
    tableName: tableName(recordOf(found)?.name ?? "", found.endpoint, name),
    list: undefined,
    parent: undefined,
    resolved: [],
    include: new Set(),
    identity: undefined,
    primaryKey: [],
    mergeKey: [],
    disposition: undefined,
    incremental: undefined,
    selected: true,
    params: [],
    headers: [],
    optionalParams: [],
    auth: undefined,
    path: found.endpoint.path,
    ownPaginator: undefined,
    decisions:
      found.records === undefined ? [] : [{ about: "data_selector", reason: found.records.reason, repair: false }],
    findings: [],
  };
}

/** Finds what tells the records apart, and how to ask for new ones. */
function identify(draft: Draft, drafts: readonly Draft[]): void {
  const record = recordOf(draft);
  if (record === undefined) {
    draft.findings.push({ code: "DataResponseNoBody", message: "the document does not say what the answer holds" });
    return;
  }
  const { variables, fixed } = draft.endpoint.pieces;
  const single = drafts.find(({ list }) => list === draft);
  const endsInVariable = holdsVariable(draft.endpoint.pieces.pieces.at(-1) ?? "");
  const variable = endsInVariable ? variables.at(-1) : single?.endpoint.pieces.variables.at(-1);
  const identity = identityOf(record, fixed.at(-1) ?? "", variable);
  const isOneOfMany = draft.isList || endsInVariable;
  if (identity === undefined || (!isOneOfMany && !identity.isGlobal)) {
    const message = "no property looks like a primary key";
    if (isOneOfMany) draft.findings.push({ code: "PrimaryKeyNotFound", message });
  } else {
    draft.identity = identity;
    decide(draft, "primary_key", identity.reason);
  }
  const incremental = draft.isList ? findIncremental(draft.endpoint, record) : undefined;
  if (incremental === undefined) return;
  draft.incremental = incremental.config;
  decide(draft, "incremental", incremental.reason);
  if (incremental.order.length > 0) decide(draft, "params", "the list is asked for in the order of the cursor");
  draft.params = incremental.order.map(({ name, value }) => ({
    name,
    in: "query",
    value: { kind: "value", value },
    fillIn: false,
  }));
}

/** A list has its own pages, else the common ones, else those that its answers show; what is no list has one. */
function choosePages(draft: Draft, common: PaginatorMapping | undefined): void {
  if (draft.paginator !== undefined) {
    draft.ownPaginator = samePaginator(draft.paginator.config, common) ? undefined : draft.paginator.config;
    decide(draft, "paginator", draft.paginator.reason);
  } else if (!draft.isList) {
    draft.ownPaginator = { type: "single_page" };
    decide(draft, "paginator", "the answer is one record");
  } else {
    draft.ownPaginator = common === undefined ? { type: "auto" } : undefined;
    const reason = common === undefined ? "the answers must show them" : "those of most lists are tried";
    decide(draft, "paginator", `the document declares no pages for this list; ${reason}`);
  }
}

/** Parameters that the client's authentication sends, as `header x-key`. */
function secretNames({ client }: Security): ReadonlySet<string> {
  const settings = new Map((client?.auth.settings ?? []).map((one) => [one.key, "value" in one ? one.value : ""]));
  const own = `${settings.get("location") ?? ""} ${settings.get("name") ?? ""}`.toLowerCase();
  return new Set([own, ...(client?.headers ?? []).map(({ key }) => `header ${key.toLowerCase()}`)]);
}

/** Takes out what brings rows that another resource brings, and what hangs on a resource that cannot run. */
function deselect(drafts: readonly Draft[]): void {
  for (const draft of drafts) {
    const { list } = draft;
    const [one, many] = [recordOf(draft), list === undefined ? undefined : recordOf(list)];
    if (
      list !== undefined &&
      draft.parent === list &&
      one !== undefined &&
      many !== undefined &&
      isSameRecord(one, many)
    ) {
      if (draft.selected) decide(draft, "selected", `${list.name} brings the same rows in fewer requests`);
      draft.selected = false;
    }
  }
  const unfilled = new Set<Draft>();
  for (const draft of parentsFirst(drafts)) {
    const misses = [...draft.params, ...draft.headers].some(({ fillIn }) => fillIn);
    const above = draft.parent !== undefined && unfilled.has(draft.parent) ? draft.parent : undefined;
    if (!misses && above === undefined) continue;
    unfilled.add(draft);
    draft.selected = false;
    if (!misses && above !== undefined)
      decide(draft, "selected", `${above.name}, from which it takes values, must be filled in first`);
  }
}

function resourceOf(draft: Draft): GeneratedResource {
  const { endpoint, records } = draft;
  const operation = operationFacts(endpoint);
  const record = recordOf(draft);
  const findings = [...draft.findings];
  if (flagAt(endpoint.operation, "deprecated")) {
    findings.push({ code: "Deprecated", message: "the document marks this endpoint as deprecated" });
  }
  const params = [
    ...draft.params.filter((one) => one.in === "path"),
    ...draft.params.filter((one) => one.in !== "path"),
  ];
  return {
    name: draft.name,
    tableName: draft.tableName,
    primaryKey: draft.primaryKey,
    mergeKey: draft.mergeKey,
    writeDisposition: draft.disposition,
    selected: draft.selected,
    includeFromParent: [...draft.include],
    columns: record === undefined ? [] : columnHints(record, draft.primaryKey),
    endpoint: {
      method: endpoint.method,
      path: draft.path,
      dataSelector: records === undefined ? undefined : propertyPath(records.path),
      params: params.length === 0 && draft.optionalParams.length === 0 ? undefined : params,
      optionalParams: draft.optionalParams,
      headers: draft.headers,
      paginator: draft.ownPaginator,
      detectedPaginator: draft.paginator?.config,
      incremental: draft.incremental,
      auth: draft.auth,
    },
    parent: draft.parent?.name,
    isList: draft.isList,
    operation: { ...operation, comment: operation.comment?.replace(/\s+/g, " ").trim() },
    decisions: draft.decisions,
    findings,
  };
}
