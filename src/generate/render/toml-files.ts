import { stringify } from "smol-toml";
import type { GeneratedPipeline } from "../model.ts";
import { oneLine } from "./one-line.ts";

/** What stands for a value that the user must give; it counts as absent until then. */
export const TOML_PLACEHOLDER = "FILL ME OUT";

/** `.dlt/config.toml`: the base URL, and the document's other servers as comments. dlt reads it too. */
export function renderConfigToml({ names, servers }: GeneratedPipeline): string {
  const lines = ["[runtime]", assign("log_level", "INFO"), "", section(names.project)];
  lines.push("# Base URL for the API");
  if (servers.description !== undefined) lines.push(`# ${oneLine(servers.description)}`);
  lines.push(assign("base_url", servers.baseUrl ?? TOML_PLACEHOLDER));
  for (const { url, description } of servers.alternatives) {
    lines.push("", "# Another server of the document:");
    if (description !== undefined) lines.push(`# ${oneLine(description)}`);
    lines.push(`# ${oneLine(assign("base_url", url))}`);
  }
  return `${lines.join("\n")}\n`;
}

/** `.dlt/secrets.toml`: a placeholder for each secret. Not for version control. */
export function renderSecretsToml(pipeline: GeneratedPipeline): string {
  const { names, secrets } = pipeline;
  const lines = [section(names.project)];
  if (secrets.length === 0) {
    lines.push(
      "# The document names no authentication that can be used. If the API needs one, add `auth` under `client`",
    );
    lines.push("# in the pipeline file and its secret here:", '# token = "..."');
  } else {
    lines.push(`# Secrets of the source ${names.project}; each can also come from the environment (README.md).`);
    for (const name of secrets) {
      const use = useOfSecret(pipeline, name);
      const note = use === undefined ? "" : `: ${oneLine(use)}`;
      lines.push(`${assign(name, TOML_PLACEHOLDER)} # TODO: fill in your credentials${note}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** What becomes of a secret, so that the user knows which one is meant; undefined where its name says it. */
function useOfSecret({ client, resources }: GeneratedPipeline, name: string): string | undefined {
  const header = client.headers.find((one) => "secret" in one && one.secret === name);
  if (header !== undefined) return `the header ${header.key}`;
  const auths = [client.auth, ...resources.map(({ endpoint }) => endpoint.auth)];
  const auth = auths.find((one) => one?.settings.some((setting) => "secret" in setting && setting.secret === name));
  const value = (key: string) =>
    auth?.settings.flatMap((one) => (one.key === key && "value" in one ? [one.value] : []))[0];
  switch (auth?.type) {
    case "bearer":
      return "sent as Authorization: Bearer TOKEN";
    case "api_key": {
      const isWhole = value("location") === "header" && String(value("name")).toLowerCase() === "authorization";
      const place = value("location") === "query" ? "query parameter" : String(value("location"));
      return `the ${place} ${String(value("name"))}${isWhole ? ", with its first word if it has one (Bearer TOKEN)" : ""}`;
    }
    case "oauth2_client_credentials":
      return `for ${String(value("access_token_url"))}`;
    default:
      return undefined;
  }
}

/** The section by which settings of the source are looked up: the name of the source without `_source`. */
function section(project: string): string {
  return (
    stringify({ sources: { [project]: {} } })
      .trim()
      .split("\n")
      .at(-1) ?? ""
  );
}

function assign(key: string, value: string): string {
  return stringify({ [key]: value }).trim();
}
