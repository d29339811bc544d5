import type { Authenticator, Credentials, Surroundings } from "./authenticator.ts";

/** A token, and when it ends: time of the clock in milliseconds. */
export interface Token {
  readonly value: string;
  readonly endsAt: number;
}

/** Where a token is sent. */
export interface TokenPlace {
  readonly location: "header" | "query" | "cookie";
  readonly name: string;
  readonly prefix: string;
}

/** Part of its life, and at most so many milliseconds, before whose end a token is renewed: it is used a while later. */
const EARLY_SHARE = 0.1;
const MOST_EARLY = 60_000;

/**
 * An authenticator whose token is fetched before the first request, again shortly before it ends, and when
 * the source refuses one that it took before. Requests that wait for a token wait for the same one.
 */
export function createTokenAuthenticator(
  fetch: () => Promise<Token>,
  place: TokenPlace,
  { clock, memory, onSecret, strict }: Surroundings,
): Authenticator {
  let fetching: Promise<void> | undefined;
  const sent = new WeakMap<Credentials, string>();
  for (const secret of [memory.token?.value, memory.refresh]) if (secret !== undefined) onSecret(secret);

  async function fetchToken(): Promise<void> {
    const asked = clock.now();
    const { value, endsAt } = await fetch();
    onSecret(value);
    const early = strict ? 0 : Math.min(MOST_EARLY, Math.max(0, endsAt - asked) * EARLY_SHARE);
    memory.served = false;
    memory.token = { value, until: endsAt - early };
  }

  return {
    secretParam: place.location === "query" ? place.name : undefined,
    async credentials() {
      if (memory.token === undefined || clock.now() >= memory.token.until) {
        fetching ??= fetchToken().finally(() => {
          fetching = undefined;
        });
        await fetching;
      }
      const token = memory.token?.value ?? "";
      const credentials = placed(place, token);
      sent.set(credentials, token);
      return credentials;
    },
    answered(credentials, status) {
      // Another request may have been refused, and have brought a new one, before.
      const isCurrent = memory.token?.value === sent.get(credentials);
      if (status !== 401) {
        if (isCurrent) memory.served = true;
        return false;
      }
      if (strict || (isCurrent && memory.served !== true)) return false;
      if (isCurrent) memory.token = undefined;
      return true;
    },
  };
}

function placed({ location, name, prefix }: TokenPlace, token: string): Credentials {
  const text = `${prefix}${token}`;
  switch (location) {
    case "header":
      return { headers: { [name.toLowerCase()]: text }, query: [] };
    case "cookie":
      return { headers: { cookie: `${name}=${text}` }, query: [] };
    case "query":
      return { headers: {}, query: [[name, text]] };
  }
}
