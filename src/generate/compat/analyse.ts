import type { JsonObject } from "../../core/json.ts";
import type { ApiDocument } from "../api-document.ts";
import { commonPaginator, samePaginator } from "../common-paginator.ts";
import type { Finding, GeneratedPipeline, GeneratedResource, GeneratedServers } from "../model.ts";
import type { AnalysisOptions } from "../options.ts";
import { projectNames } from "../project-names.ts";
import type { Endpoint } from "../reading/endpoint.ts";
import { jsonPath } from "../reading/find-property.ts";
import { brokenReferences } from "../reading/follow.ts";
import { operationFacts } from "../reading/operation-facts.ts";
import { compatPathPieces } from "../reading/path-pieces.ts";
import { readEndpoints } from "../reading/read-endpoints.ts";
import { asObject, listAt, objectAt, textAt } from "../reading/scalars.ts";
import { schemaNodes } from "../reading/schema-node.ts";
import { writableVariable } from "../reading/writable.ts";
import { wrongParts } from "../reading/wrong-parts.ts";
import { compatDetection, type Detected } from "./detect.ts";
import { compatNames, type ResourceNames } from "./names.ts";
import { type CompatResolve, compatParameters } from "./parameters.ts";
import { compatParents } from "./parents.ts";
import { referenceRefusal } from "./refusals.ts";
import { compatSecurity } from "./security.ts";

const MAX_TABLE_NESTING = 2;

/** An endpoint with all that was found, before it becomes a resource. */
interface Candidate extends Detected {
  readonly endpoint: Endpoint;
  readonly names: ResourceNames;
  readonly parent: number | undefined;
}

/**
 * The result of dlt-init-openapi 0.1.0 for a document, oddities included; where the reference fails (references to
 * nothing, endpoints without a name) this goes on. Throws `E_OPENAPI` when the document has no endpoint.
 */
export function analyseCompat(document: ApiDocument, options: AnalysisOptions): GeneratedPipeline {
  const findings: Finding[] = [...wrongParts(document)];
  const note = (finding: Finding) => findings.push(finding);
  const onBroken = brokenReferences(document, note);
  const nodes = schemaNodes(document, { followAliases: false, inferTypes: false }, onBroken);
  const rules = {
    methods: options.methods ?? ["get"],
    pieces: compatPathPieces,
    mergeByNameOnly: true,
    summaries: false,
    allReferences: false,
    mediaTypeParameters: false,
    examples: false,
  };
  const endpoints = readEndpoints(document, nodes, rules, { note, onBroken });
  const candidates = findCandidates(endpoints, options);
  const common = commonPaginator(candidates.map(({ paginator }) => paginator?.config));
  const { auth, unsupported } = compatSecurity(document.root);
  if (unsupported !== undefined) {
    const message = `authentication of type ${unsupported} is not known; give client.auth by hand`;
    findings.unshift({ code: "UnsupportedSecurityScheme", message });
  }
  const refusal = options.mode === "compat" ? referenceRefusal(document) : undefined;
  if (refusal !== undefined) findings.unshift(refusal);
  const title = textAt(objectAt(document.root, "info"), "title") ?? "openapi";
  const words = {
    required: options.requiredValue ?? "FILL_ME_IN",
    optional: options.optionalValue ?? "OPTIONAL_CONFIG",
  };
  const resources = candidates
    .map((candidate) => resourceOf(candidate, candidates, common, words))
    .sort((a, b) => compareCodePoints(a.tableName, b.tableName));
  return {
    mode: "compat",
    title,
    names: projectNames(options.source ?? title, options.suffixes),
    placeholder: words.required,
    servers: serversOf(document.root),
    client: { auth, headers: [], paginator: common },
    maxTableNesting: MAX_TABLE_NESTING,
    resources,
    secrets: (auth?.settings ?? []).flatMap((setting) => ("secret" in setting ? [setting.secret] : [])),
    decisions: [],
    findings,
  };
}

function findCandidates(endpoints: readonly Endpoint[], options: AnalysisOptions): readonly Candidate[] {
  const detected = endpoints.map(compatDetection());
  const parents = compatParents(endpoints, (index) => detected[index]?.isList === true);
  const names = compatNames(
    endpoints,
    detected.map(({ payload }) => payload?.schema.name),
    options.nameByOperation === true,
  );
  return endpoints.flatMap((endpoint, index) => {
    const [one, two] = [detected[index], names[index]];
    return one === undefined || two === undefined ? [] : [{ ...one, endpoint, names: two, parent: parents[index] }];
  });
}

function resourceOf(
  candidate: Candidate,
  all: readonly Candidate[],
  common: ReturnType<typeof commonPaginator>,
  words: { readonly required: string; readonly optional: string },
): GeneratedResource {
  const { endpoint, payload, primaryKey, paginator } = candidate;
  const parent = candidate.parent === undefined ? undefined : all[candidate.parent];
  const { params, optionalParams, unresolved } = compatParameters(
    endpoint,
    paginator,
    parent === undefined ? undefined : resolveFrom(endpoint, parent),
    words,
  );
  const findings = [...candidate.findings];
  if (unresolved.length > 0) {
    const message = `nothing fills ${unresolved.map((name) => `{${name}}`).join(", ")} of the path`;
    findings.push({ code: "UnresolvedPathParameters", message });
  }
  // Without a common paginator an endpoint has `auto`; with one it takes that, also for single objects.
  const own = samePaginator(paginator?.config, common) ? undefined : paginator?.config;
  const selector = payload === undefined ? "" : jsonPath(payload.path);
  return {
    ...candidate.names,
    primaryKey: primaryKey === undefined ? [] : [primaryKey],
    mergeKey: [],
    writeDisposition: primaryKey === undefined ? undefined : "merge",
    selected: true,
    includeFromParent: [],
    columns: [],
    endpoint: {
      method: endpoint.method,
      path: endpoint.path.replaceAll("{__proto__}", `{${writableVariable("__proto__")}}`),
      dataSelector: selector === "" ? undefined : selector,
      params,
      optionalParams,
      headers: [],
      json: undefined,
      paginator: own ?? (common === undefined && paginator === undefined ? "auto" : undefined),
      detectedPaginator: paginator?.config,
      incremental: undefined,
      auth: undefined,
    },
    parent: parent?.names.name,
    isList: candidate.isList,
    operation: operationFacts(endpoint),
    decisions: [],
    findings,
  };
}

/** The last variable of a path, whether it stands after the parent's part or not, from the field of that name or the key. */
function resolveFrom({ pieces }: Endpoint, parent: Candidate): CompatResolve | undefined {
  const variable = pieces.variables.at(-1);
  if (variable === undefined || parent.payload === undefined) return undefined;
  const fields = [...parent.payload.schema.allProperties.keys()];
  const field = fields.findLast((name) => name.toLowerCase() === variable.toLowerCase()) ?? parent.primaryKey;
  return field === undefined ? undefined : { variable, resource: parent.names.name, field };
}

/** A first server `/` without description is what a document without servers has: no base URL. */
function serversOf(root: JsonObject): GeneratedServers {
  const [first, ...others] = listAt(root, "servers").map(asObject);
  const read = (server: JsonObject) => ({
    url: textAt(server, "url") ?? "",
    description: textAt(server, "description"),
  });
  const server = first === undefined ? undefined : read(first);
  const isDefault = server === undefined || (server.url === "/" && server.description === undefined);
  return {
    baseUrl: isDefault ? undefined : server.url,
    description: server?.description,
    alternatives: others.map(read).map(({ url, description }) => ({
      url,
      ...(description === undefined ? {} : { description }),
    })),
  };
}

/** As Python compares texts: by code points, which UTF-16 units are not beyond the first plane. */
function compareCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
