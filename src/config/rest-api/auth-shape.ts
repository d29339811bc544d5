import { z } from "zod";
import { jsonValue, text, wholeNumber } from "./values.ts";

const url = z.string().nullish();
const mapping = z.record(z.string(), jsonValue);

const shared = {
  shared: z
    .boolean()
    .nullish()
    .describe("One token for all resources that share this section; each its own when absent."),
};
const sharedUnlessSaid = {
  shared: z
    .boolean()
    .nullish()
    .describe("`false`: each resource gets its own token, instead of one for all that share this section."),
};

const lifetime = {
  default_token_expiration: wholeNumber
    .nullish()
    .describe("Seconds that a token lives where the answer does not say; 3600 when absent."),
};

const tokenRequest = {
  access_token_url: url.describe("Where tokens are asked for."),
  access_token_request_data: z
    .record(z.string(), z.union([text, jsonValue]))
    .nullish()
    .describe("Fields of the request beside the usual ones."),
  ...lifetime,
};

const privateKey = {
  private_key: text
    .nullish()
    .describe("RSA key in PEM form; in a variable of the environment `\\n` may stand for its line ends."),
  private_key_passphrase: text.nullish().describe("With which the key is encrypted."),
};

const clientAuthentication = {
  client_authentication: z
    .enum(["body", "basic"])
    .nullish()
    .describe("Where client_id and client_secret go: into the form (`body`, when absent) or the header Authorization."),
};

const client = {
  client_id: text.nullish().describe("The client's id; looked up in settings when absent."),
  client_secret: text.nullish().describe("The client's secret; looked up in settings when absent."),
};

const identifier = z.union([z.string(), wholeNumber]);

/** How requests are authenticated. Fields that are absent may come from settings; `check-auth.ts` reports what is missing. */
export const authShape = z.union([
  z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("bearer").describe("`Authorization: Bearer ...`; the kind when `type` is absent.").optional(),
      token: text
        .nullish()
        .describe("The token, best from a variable of the environment; looked up in settings when absent."),
    }),
    z.strictObject({
      type: z.literal("api_key").describe("A key as it is, in a header, the query or a cookie."),
      api_key: text
        .nullish()
        .describe("The key, best from a variable of the environment; looked up in settings when absent."),
      name: z.string().nullish().describe("Name of header, query parameter or cookie; Authorization by default."),
      location: z
        .enum(["header", "query", "param", "cookie"])
        .nullish()
        .describe("Where the key is sent; `header` when absent, `param` is `query`."),
      dedupe: z.boolean().nullish().describe("Do not add the key to a link that has it already."),
    }),
    z.strictObject({
      type: z.literal("http_basic").describe("User and password (RFC 7617)."),
      username: text.nullish().describe("The user."),
      password: text.nullish().describe("The password, best from a variable of the environment."),
    }),
    z.strictObject({
      type: z.literal("headers").describe("Headers of the API's own kind."),
      headers: z
        .record(z.string(), text)
        .nullish()
        .describe("Headers that are sent to the source and to nobody else; their values are kept secret."),
    }),
    z.strictObject({
      type: z.literal("oauth2_client_credentials").describe("Tokens for an id and a secret (RFC 6749, 4.4)."),
      ...tokenRequest,
      ...client,
      access_token: text.nullish().describe("A key of dlt; counts as expired, so that a new one is asked for."),
      ...clientAuthentication,
      ...shared,
    }),
    z.strictObject({
      type: z.literal("oauth2_refresh_token").describe("Tokens for a refresh token (RFC 6749, 6)."),
      refresh_token: text
        .nullish()
        .describe("A new one in an answer takes its place until the run ends; it is kept nowhere."),
      ...client,
      client_secret: text.nullish().describe("The client's secret; absent for public clients."),
      ...clientAuthentication,
      ...tokenRequest,
      ...sharedUnlessSaid,
    }),
    z.strictObject({
      type: z.literal("oauth2_jwt_bearer").describe("Tokens for an assertion signed with RS256 (RFC 7523)."),
      ...privateKey,
      private_key_id: z.string().nullish().describe("`kid` of the assertion."),
      iss: z.string().nullish().describe("Who asks: a client id, or the address of a service account."),
      sub: z.string().nullish().describe("For whom, where that is somebody else."),
      aud: z.string().nullish().describe("`access_token_url` when absent."),
      scope: z.string().nullish().describe("What is asked for."),
      lifetime: wholeNumber.min(1).nullish().describe("Seconds that the assertion is valid; 3600 when absent."),
      claims: mapping.nullish().describe("Claims of the assertion beside these."),
      ...tokenRequest,
      ...sharedUnlessSaid,
    }),
    z.strictObject({
      type: z.literal("github_app").describe("Tokens of an installation of a GitHub App."),
      app_id: identifier.nullish().describe("App id or client id."),
      installation_id: identifier.nullish().describe("Where the app is installed."),
      ...privateKey,
      api_url: url.describe("Where the API of GitHub begins; `client.base_url` when absent."),
      repositories: z.array(z.string()).nullish().describe("Names, to restrict the token to them."),
      permissions: z.record(z.string(), z.string()).nullish().describe("To restrict the token: `{issues: read}`."),
      ...sharedUnlessSaid,
    }),
    z.strictObject({
      type: z.literal("login_request").describe("A token that a request of the API's own kind gives."),
      login_url: url.describe("Gets a POST request; relative to `client.base_url`, or a whole URL."),
      headers: z.record(z.string(), text).nullish().describe("Headers of that request."),
      json: mapping.nullish().describe("JSON body."),
      data: z.record(z.string(), text).nullish().describe("Form body, instead of `json`."),
      token_path: z.string().describe("JSONPath of the token in the answer."),
      expires_path: z.string().nullish().describe("JSONPath of the seconds that it lives."),
      ...lifetime,
      location: z
        .enum(["header", "query", "cookie"])
        .nullish()
        .describe("Where the token is sent; `header` when absent."),
      name: z.string().nullish().describe("Name of header, query parameter or cookie; Authorization by default."),
      prefix: z.string().nullish().describe("Text before the token; `Bearer ` in the header Authorization, else none."),
      ...sharedUnlessSaid,
    }),
  ]),
  z.enum([
    "bearer",
    "api_key",
    "http_basic",
    "oauth2_client_credentials",
    "oauth2_refresh_token",
    "oauth2_jwt_bearer",
    "github_app",
  ]),
]);

export type AuthConfig = z.infer<typeof authShape>;
export type AuthMapping = Exclude<AuthConfig, string>;

/** The section of a kind of authentication. */
export type AuthOf<T extends NonNullable<AuthMapping["type"]>> = Extract<AuthMapping, { type: T }>;
