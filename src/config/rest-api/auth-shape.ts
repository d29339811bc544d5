import { z } from "zod";
import { text, wholeNumber } from "./values.ts";

const shared = {
  shared: z.boolean().nullish().describe("One token for all resources that share this section."),
};

/** How requests are authenticated. Fields that are absent may come from settings; `check.ts` reports what is missing. */
export const authShape = z.union([
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("bearer").optional(), token: text.nullish() }),
    z.strictObject({
      type: z.literal("api_key"),
      api_key: text.nullish(),
      name: z.string().nullish().describe("Name of header, query parameter or cookie; Authorization by default."),
      location: z.enum(["header", "query", "param", "cookie"]).nullish(),
      dedupe: z.boolean().nullish().describe("Do not add the key to a link that has it already."),
    }),
    z.strictObject({ type: z.literal("http_basic"), username: text.nullish(), password: text.nullish() }),
    z.strictObject({
      type: z.literal("oauth2_client_credentials"),
      access_token_url: z.string().nullish(),
      client_id: text.nullish(),
      client_secret: text.nullish(),
      access_token_request_data: z.record(z.string(), text).nullish(),
      default_token_expiration: wholeNumber.nullish().describe("Seconds, where the answer names none."),
      access_token: text.nullish(),
      ...shared,
    }),
  ]),
  z.enum(["bearer", "api_key", "http_basic", "oauth2_client_credentials"]),
]);

export type AuthConfig = z.infer<typeof authShape>;
