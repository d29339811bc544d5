import { z } from "zod";
import { parseDuration } from "../../core/duration.ts";
import { text, wholeNumber } from "./values.ts";

/**
 * `client.http`: how the requests of this source are made. An input, a flag, a variable of the environment or a key at the
 * top of the pipeline file for the same thing wins.
 */
export const httpShape = z.strictObject({
  timeout: z
    .number()
    .min(1)
    .nullish()
    .describe(
      "Seconds without a byte, after which a request is tried again; as `idle_timeout`. A whole request may take as long, at least 120.",
    ),
  max_attempts: wholeNumber
    .min(1)
    .nullish()
    .describe("Attempts of each request; as `max_attempts`, but not of load transactions."),
  backoff_factor: z
    .number()
    .min(0)
    .nullish()
    .describe("Seconds before the second attempt, doubled with each; as `backoff_factor`."),
  max_delay: z.number().min(0).nullish().describe("Longest single wait in seconds; as `max_retry_wait`."),
  retry_statuses: z
    .array(wholeNumber.min(400).max(599))
    .nullish()
    .describe("Statuses after which a request is tried again; 429 and 500 to 599 when absent."),
  proxy: text.nullish().describe("URL of an HTTP proxy for all requests, instead of those of the environment."),
  ca_file: z
    .string()
    .nullish()
    .describe("Path of a certificate in PEM form that is trusted beside the system's; as `ca_certificate`."),
  concurrency: wholeNumber.min(1).nullish().describe("Requests to one origin in flight at a time; as `max_in_flight`."),
  rate_limit: z
    .strictObject({
      requests: wholeNumber.min(1).describe("So many requests to one origin, those that are tried again too."),
      per: z
        .union([
          z.number().positive(),
          z.string().refine((value) => secondsOf(value) !== undefined, {
            error: "expected seconds, or a duration without months such as 1m or PT1M",
          }),
        ])
        .describe("In so many seconds, or a duration: `1m`, `PT1H`."),
    })
    .nullish()
    .describe("Requests wait so that never more of them begin in any stretch of this length."),
});

export type ClientHttp = z.infer<typeof httpShape>;

/** Seconds of a number or a duration; undefined for one that has months, or that is none. */
export function secondsOf(value: number | string): number | undefined {
  if (typeof value === "number") return value;
  const duration = parseDuration(value);
  return duration === undefined || duration.months !== 0 ? undefined : Number(duration.micros) / 1e6;
}
