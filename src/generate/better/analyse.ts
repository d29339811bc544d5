import { ConfigError } from "../../core/errors.ts";
import type { ApiDocument } from "../api-document.ts";
import { commonPaginator } from "../common-paginator.ts";
import { analyseCompat } from "../compat/analyse.ts";
import type { Decision, Finding, GeneratedPipeline } from "../model.ts";
import type { AnalysisOptions } from "../options.ts";
import { projectNames } from "../project-names.ts";
import type { Endpoint, Parameter } from "../reading/endpoint.ts";
import { brokenReferences } from "../reading/follow.ts";
import { pathPieces } from "../reading/path-pieces.ts";
import { readEndpoints } from "../reading/read-endpoints.ts";
import { objectAt, textAt } from "../reading/scalars.ts";
import { schemaNodes } from "../reading/schema-node.ts";
import { wrongParts } from "../reading/wrong-parts.ts";
import { choosePages } from "./choose-pages.ts";
import { deselect } from "./deselect.ts";
import { detectEndpoints } from "./detect.ts";
import { type Draft, decide } from "./draft.ts";
import { identify } from "./identify.ts";
import { resourceNames } from "./names.ts";
import { newDraft } from "./new-draft.ts";
import { useOwnSecurity } from "./own-security.ts";
import { writeParameters } from "./parameters.ts";
import { resolveParents } from "./parents.ts";
import { markRepairs } from "./repairs.ts";
import { writeBody } from "./request-body.ts";
import { resourceOf } from "./resource.ts";
import { findSecurity, type Security } from "./security.ts";
import { findServers, ownServer } from "./servers.ts";
import { settleTables } from "./tables.ts";

const MAX_TABLE_NESTING = 2;

/**
 * Makes the parts of a pipeline that loads: what the reference gets right, and what it gets wrong put right, each
 * choice with its reason. Throws `E_OPENAPI` when the document has no endpoint.
 */
export function analyseBetter(document: ApiDocument, options: AnalysisOptions): GeneratedPipeline {
  const findings: Finding[] = [...wrongParts(document)];
  const note = (finding: Finding) => findings.push(finding);
  const onBroken = brokenReferences(document, note);
  const nodes = schemaNodes(document, { followAliases: true, inferTypes: true }, onBroken);
  const rules = {
    methods: options.methods ?? ["get"],
    pieces: pathPieces,
    mergeByNameOnly: false,
    summaries: true,
    allReferences: true,
    mediaTypeParameters: true,
    examples: true,
  };
  const endpoints = readEndpoints(document, nodes, rules, { note, onBroken });
  const names = resourceNames(endpoints);
  const drafts = detectEndpoints(endpoints).map((found, index) => newDraft(found, names[index] ?? ""));
  const servers = findServers(document, endpoints);
  const security = findSecurity(document, endpoints, servers.baseUrl);
  resolveParents(drafts);
  identify(drafts);
  for (const { parent } of drafts) {
    if (parent?.incremental === undefined) continue;
    decide(parent, "incremental", "what takes values from it is asked for its new and changed records only");
  }
  const common = commonPaginator(drafts.map(({ paginator }) => paginator?.config));
  for (const draft of drafts) choosePages(draft, common);
  settleTables(drafts);
  const words = {
    required: options.requiredValue ?? "FILL_ME_IN",
    optional: options.optionalValue ?? "OPTIONAL_CONFIG",
  };
  const secrets = secretNames(security, endpoints);
  for (const draft of drafts) {
    writeParameters(draft, secrets, words);
    writeBody(draft, words);
    useOwnSecurity(draft, security);
    const sent = draft.auth === undefined ? security.client : draft.auth;
    const hasCredentials = (sent ?? null) !== null || (security.client?.headers ?? []).length > 0;
    useOwnServer(draft, ownServer(draft.endpoint, document), servers.baseUrl, hasCredentials);
  }
  deselect(drafts);

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
    names: projectNames(options.source ?? title, options.suffixes),
    placeholder: words.required,
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
  return markRepairs(pipeline, compatResult(document, options));
}

/** Asks an endpoint at its own server; one of another origin does not get the credentials without somebody's word. */
function useOwnServer(draft: Draft, server: string | undefined, base: string | undefined, hasCredentials: boolean) {
  if (server === undefined || server === base) return;
  draft.path = `${server}/${draft.path.replace(/^\/+/, "")}`;
  decide(draft, "path", "the document gives it a server of its own");
  if (!hasCredentials || (base !== undefined && new URL(server).origin === new URL(base).origin)) return;
  draft.blocked = `${new URL(server).host}, not the host of the base URL, would get the credentials: select it if it may`;
}

/** Undefined where the reference finds no endpoint: it follows no references to paths. */
function compatResult(document: ApiDocument, options: AnalysisOptions): GeneratedPipeline | undefined {
  try {
    return analyseCompat(document, options);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/**
 * Parameters that the client's authentication sends, as `header x-key`; and those that some documents list besides, of which
 * the authentication makes nothing more: `token` of Slack's.
 */
function secretNames({ client }: Security, endpoints: readonly Endpoint[]): ReadonlySet<string> {
  const settings = new Map((client?.auth.settings ?? []).map((one) => [one.key, "value" in one ? one.value : ""]));
  const own = `${settings.get("location") ?? ""} ${settings.get("name") ?? ""}`.toLowerCase();
  const listed =
    client?.auth.type === "bearer"
      ? endpoints
          .flatMap(({ parameters }) => parameters.filter(isToken))
          .map(({ in: place, name }) => `${place} ${name}`)
      : [];
  return new Set([
    own,
    ...(client?.headers ?? []).map(({ key }) => `header ${key.toLowerCase()}`),
    ...listed.map((name) => name.toLowerCase()),
  ]);
}

/** True for a parameter that is the token of a bearer, said once more. */
function isToken({ name, source }: Parameter): boolean {
  return (
    /^(?:access|auth|oauth|authentication)?_?token$/i.test(name) &&
    /\b(?:auth|access|bearer|oauth)/i.test(textAt(source, "description") ?? "")
  );
}
