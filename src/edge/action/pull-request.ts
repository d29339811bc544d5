import type { Configuration } from "../../config/load-configuration.ts";
import { ConfigError } from "../../core/errors.ts";
import type { Environment } from "./inputs.ts";
import { member } from "./member.ts";

/**
 * The dataset that a run of a pull request writes to: that of the configuration with `_pr<number>` behind it, so that code
 * under review does not change what others read. All other runs, and those with `allow-pr-writes`, keep the configured one.
 *
 * @param readPayload gives the event's payload; asked only for events of pull requests
 * @throws ConfigError `E_INPUT` when such an event does not tell its number
 */
export async function datasetOfEvent(
  {
    datasetName,
    settings,
  }: Pick<Configuration, "datasetName"> & {
    readonly settings: Pick<Configuration["settings"], "allowPrWrites">;
  },
  environment: Environment,
  readPayload: () => Promise<unknown>,
): Promise<string> {
  const event = environment.GITHUB_EVENT_NAME ?? "";
  if (settings.allowPrWrites || !event.startsWith("pull_request")) return datasetName;
  const payload = await readPayload().catch(() => undefined);
  const number = member(member(payload, "pull_request"), "number") ?? numberOfRef(environment.GITHUB_REF);
  if (typeof number !== "number" || !Number.isSafeInteger(number)) {
    throw new ConfigError("E_INPUT", `the event ${event} does not say which pull request it is about`, {
      step: "config",
      hint: "A run of a pull request writes to a dataset with its number in the name. Set allow-pr-writes: true to write to the configured one.",
    });
  }
  return `${datasetName}_pr${number}`;
}

/** Of `refs/pull/12/merge`. */
function numberOfRef(ref: string | undefined): number | undefined {
  const [, digits] = /^refs\/pull\/(\d+)\//.exec(ref ?? "") ?? [];
  return digits === undefined ? undefined : Number(digits);
}
