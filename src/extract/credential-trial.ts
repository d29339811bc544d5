import type { HttpAnswer } from "./http/messages.ts";

/** Holds the requests of a credential back until one of them has shown that it is accepted. */
export interface CredentialTrial {
  /** Sends at once, or after the one request that goes ahead has been answered with anything but 401. */
  send(credential: unknown, signal: AbortSignal, send: () => Promise<HttpAnswer>): Promise<HttpAnswer>;
}

/**
 * Resources start side by side, and a wrong token would be refused once for each: servers count that and lock the
 * address out. So the first request with a credential goes alone; a run that goes well waits one answer longer.
 *
 * @param credential what tells credentials apart: the auth section
 */
export function createCredentialTrial(): CredentialTrial {
  const accepted = new Set<unknown>();
  const underWay = new Map<unknown, Promise<void>>();
  return {
    async send(credential, signal, send) {
      while (!accepted.has(credential)) {
        const trial = underWay.get(credential);
        if (trial === undefined) {
          const answer = send();
          underWay.set(credential, settled(answer, credential));
          return answer;
        }
        await trial;
        signal.throwIfAborted();
      }
      return send();
    },
  };

  async function settled(answer: Promise<HttpAnswer>, credential: unknown): Promise<void> {
    try {
      if ((await answer).status !== 401) accepted.add(credential);
    } catch {
      // Whoever sent it tells; the next one tries.
    }
    if (!accepted.has(credential)) await runEnded();
    underWay.delete(credential);
  }
}

/** A refusal ends the run; the others are to find that out before they send. */
function runEnded(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
