import { type Answer, jsonAnswer } from "./answer.ts";
import type { Role } from "./auth.ts";
import type { ServerOptions } from "./options.ts";

export interface RateLimits {
  /** Counts a request. `headers` go onto its answer; `refusal` is the answer when it was one too many. */
  count(role: Role, path: string): RateLimitResult;
  reset(): void;
}

export interface RateLimitResult {
  readonly headers: readonly string[];
  readonly refusal?: Answer;
  readonly tag?: "ratelimit" | "applimit";
}

/** A window a token, and one of its own for project jobs that answers without headers, as GitLab does. */
export function createRateLimits(options: ServerOptions): RateLimits {
  const windows = new Map<Role, { count: number; readonly end: number }>();
  let jobs = { start: 0, count: 0 };
  const tooManyJobs = (path: string, now: number): boolean => {
    if (options.jobsLimit <= 0 || !PROJECT_JOBS.test(path)) return false;
    if (now - jobs.start > options.rateWindow * 1000) jobs = { start: now, count: 0 };
    jobs.count += 1;
    return jobs.count > options.jobsLimit;
  };
  return {
    count: (role, path) => {
      const now = Date.now();
      let window = windows.get(role);
      if (window === undefined || now >= window.end) {
        window = { count: 0, end: now + options.rateWindow * 1000 };
        windows.set(role, window);
      }
      window.count += 1;
      const headers = rateHeaders(options.rateLimit || 2000, window.count, window.end);
      if (options.rateLimit > 0 && window.count > options.rateLimit) {
        return { headers, refusal: retryLater(window.end, now), tag: "ratelimit" };
      }
      if (tooManyJobs(path, now)) {
        const error = "This endpoint has been requested too many times. Try again later.";
        return { headers: [], refusal: jsonAnswer(429, { message: { error } }), tag: "applimit" };
      }
      return { headers };
    },
    reset: () => windows.clear(),
  };
}

const PROJECT_JOBS = /\/projects\/[^/]+\/jobs$/;

function rateHeaders(limit: number, observed: number, end: number): readonly string[] {
  return [
    ...["RateLimit-Limit", String(limit), "RateLimit-Name", "throttle_authenticated_api"],
    ...["RateLimit-Observed", String(observed), "RateLimit-Remaining", String(Math.max(0, limit - observed))],
    ...["RateLimit-Reset", String(Math.ceil(end / 1000))],
  ];
}

function retryLater(end: number, now: number): Answer {
  const headers = [
    ...["Content-Type", "text/plain", "Retry-After", String(Math.max(1, Math.ceil((end - now) / 1000)))],
    ...["RateLimit-ResetTime", new Date(end).toUTCString()],
  ];
  return { status: 429, headers, body: Buffer.from("Retry later\n") };
}
