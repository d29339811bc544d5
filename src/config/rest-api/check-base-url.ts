import type { Fault } from "../fault.ts";
import { quoteValue } from "../secret-keys.ts";

/** A `base_url` that is missing, no URL, or has a part that no request could keep. */
export function baseUrlFaults(written: string | null | undefined, at: readonly (string | number)[]): Fault[] {
  if (written === undefined || written === null) {
    return [{ path: at, reason: "missing_key", message: 'the key "base_url" is missing' }];
  }
  // dlt: an empty one is none; the paths of the resources are URLs then.
  if (written === "") return [];
  if (!(/^https?:\/\//i.test(written) && URL.canParse(written))) {
    return [
      {
        path: at,
        reason: "type",
        message: `expected a URL with http:// or https://, found ${quoteValue(written, false)}`,
        suggestion: "write it as https://host/path",
      },
    ];
  }
  const faults: Fault[] = [];
  const { username, password } = new URL(written);
  if (username !== "" || password !== "") {
    faults.push({
      path: at,
      reason: "type",
      message: "the URL holds a user or password, which is not sent",
      suggestion: "take it out, and use auth: {type: http_basic, username: ..., password: ...}",
    });
  }
  if (written.includes("#")) {
    faults.push({
      path: at,
      reason: "type",
      message: "the URL holds a fragment, behind which no path is sent",
      suggestion: "take out what begins with #",
    });
  }
  return faults;
}
