import { ConfigError } from "../../core/errors.ts";

export const GITLAB_COM = "https://gitlab.com";

/**
 * The URL below which GitLab's API lies: `gitlab.example.com`, `https://host/gitlab/` and `https://host/api/v4` all
 * work. Without a scheme it is https; `/api/v4` is added unless the path ends in `/api/v<N>`. Throws `E_INPUT`.
 */
export function apiBaseUrl(written: string): string {
  const text = written.trim();
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  } catch (cause) {
    throw new ConfigError("E_INPUT", `The base URL of GitLab cannot be read: ${JSON.stringify(text)}`, {
      hint: "Write it like https://gitlab.example.com.",
      cause,
    });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new ConfigError("E_INPUT", `The base URL of GitLab begins with ${url.protocol}//, not with http or https`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new ConfigError("E_INPUT", `The base URL of GitLab holds a user name or a password (${url.host})`, {
      hint: "Give the token as `token`.",
    });
  }
  if (url.search !== "" || url.hash !== "") {
    throw new ConfigError("E_INPUT", `The base URL of GitLab holds ${url.search !== "" ? "a query" : "a fragment"}`, {
      hint: "End it after the host or the path.",
    });
  }
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.origin}${/\/api\/v\d+$/.test(path) ? path : `${path}/api/v4`}`;
}

/** True for the public server, whose users nobody wants to load. */
export function isGitlabCom(apiUrl: string): boolean {
  return new URL(apiUrl).hostname.replace(/^www\./, "") === "gitlab.com";
}
