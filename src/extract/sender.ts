import type { PlannedResource } from "../config/rest-api/plan.ts";
import type { ClientConfig, RestApiConfig } from "../config/rest-api/shape.ts";
import type { ByteBudget } from "../core/concurrency.ts";
import { createRedactor } from "../core/redact.ts";
import { Secret } from "../core/secret.ts";
import type { ExtractContext } from "../core/source.ts";
import type { Authenticator, Credentials } from "./auth/authenticator.ts";
import { createAuthenticator, isShared } from "./auth/create.ts";
import type { TokenMemory } from "./auth/token-memory.ts";
import { createCredentialTrial } from "./credential-trial.ts";
import { createHttpClient, type HttpOptions } from "./http/client.ts";
import type { HttpAnswer, HttpObserver, HttpRequest } from "./http/messages.ts";
import { prepareUrl } from "./http/url.ts";
import { mendUtf8 } from "./read-body.ts";
import { bodyOf, type RequestSpec, urlOf } from "./request-spec.ts";
import type { Counts, ResourceRun } from "./resource-run.ts";

import type { SourceMemory } from "./source-memory.ts";

/** Sends the requests of all resources of a run: authentication, counting, masking, one client. */
export interface Sender {
  /** Waits for the budget, sends with retries, takes the bytes of the answer from the budget. */
  send(run: ResourceRun, chain: number, spec: RequestSpec, signal: AbortSignal): Promise<HttpAnswer>;
  /** The authenticator of a resource; undefined without authentication. */
  authenticator(plan: PlannedResource, counts: Counts): Authenticator | undefined;
  redact(text: string): string;
  close(): Promise<void>;
}

interface Settings {
  /** Of the source. */
  readonly name: string;
  readonly config: RestApiConfig;
  readonly strict: boolean;
  readonly encodingErrors: "strict" | "replace";
  readonly http: HttpOptions;
  readonly memory: SourceMemory;
  /** Bytes of answers in flight or not yet read. */
  readonly waiting: ByteBudget;
  readonly context: ExtractContext;
  readonly signal: AbortSignal;
}

export function createSender(settings: Settings): Sender {
  const { config, strict, context, waiting, signal } = settings;
  const { clock, random } = context;
  const secrets = new Set(secretsIn(config));
  let redactor = createRedactor([...secrets]);
  const redact = (text: string) => redactor(text);
  const client = createHttpClient(settings.http, {
    clock,
    random,
    strict,
    redact,
    rates: settings.memory.rates,
    ...(context.deadline === undefined ? {} : { deadline: context.deadline }),
  });
  if (settings.http.tlsVerify === false) {
    context.warn("W_TLS", settings.name, { detail: "tls-verify is false" });
  }
  /** Authenticators that several resources share, by their section. */
  const shared = new Map<unknown, Authenticator>();
  const trial = createCredentialTrial();

  function memoryOf(key: unknown): TokenMemory {
    const { tokens } = settings.memory;
    const known = tokens.get(key) ?? {};
    tokens.set(key, known);
    return known;
  }

  const observer = (resource: string, counts: Counts, chain: number): HttpObserver => ({
    attempt(facts) {
      counts.requests += 1;
      if (facts.attempt > 1) counts.retries += 1;
      counts.bytes += facts.bytes;
      context.onRequest?.({ resource, chain, ...facts });
    },
    waited(seconds) {
      counts.waited += seconds;
    },
  });

  /** Invalid UTF-8 replaced, where that is asked for. */
  function mended(run: ResourceRun, received: HttpAnswer): HttpAnswer {
    if (settings.encodingErrors === "strict") return received;
    const { answer, replaced } = mendUtf8(received);
    if (replaced > 0) context.warn("W_ENCODING_REPLACED", run.plan.name, { count: replaced });
    return answer;
  }

  return {
    redact,
    close: () => client.close(),
    authenticator(plan, counts) {
      if (plan.auth === null) return undefined;
      const known = shared.get(plan.auth);
      if (known !== undefined) return known;
      const made = createAuthenticator(plan.auth, {
        clock,
        resource: plan.name,
        baseUrl: config.client.base_url ?? "",
        strict,
        memory: memoryOf(isShared(plan.auth) ? plan.auth : plan.name),
        send: (request) => client.send(request, observer(plan.name, counts, 0), signal),
        onSecret(secret) {
          if (secrets.has(secret)) return;
          secrets.add(secret);
          redactor = createRedactor([...secrets]);
        },
      });
      if (isShared(plan.auth)) shared.set(plan.auth, made);
      return made;
    },
    async send(run, chain, spec, own) {
      const { plan, prepared, authenticator } = run;
      await waiting.ready(own);
      const url = urlOf(spec);
      const { body, type } = bodyOf(spec);
      const requestWith = (credentials: Credentials | undefined): HttpRequest => ({
        method: spec.method,
        url: credentials === undefined ? url : prepareUrl(url, credentials.query),
        headers: {
          ...(type === undefined ? {} : { "content-type": type }),
          ...spec.headers,
          ...credentials?.headers,
        },
        ...(body === undefined ? {} : { body }),
        retryable: strict || spec.method === "GET" || plan.idempotent,
        home: prepared.home,
        foreign: foreignHosts(config.client, strict),
        settled: (candidate) => {
          const verdict = run.actions.verdict(candidate);
          return verdict !== undefined && verdict.action !== "retry";
        },
        again: (candidate) => run.actions.verdict(candidate)?.action === "retry",
        secretParam: authenticator?.secretParam,
      });
      const go = (credentials?: Credentials) =>
        client.send(requestWith(credentials), observer(plan.name, run.counts, chain), own);
      const atHome = url.startsWith(`${prepared.home}/`);
      const received =
        authenticator === undefined || !atHome
          ? await go()
          : await trial.send(plan.auth, own, () => withCredentials(authenticator, url, go, run.actions.verdict));
      const answer = mended(run, run.actions.decoded(received));
      own.throwIfAborted();
      waiting.take(answer.bytes.byteLength);
      return answer;
    },
  };
}

/**
 * Sends with credentials; once more with other ones when the source refuses them, there are others, and the configuration
 * does not say what the refusal means (`verdict`).
 */
async function withCredentials(
  authenticator: Authenticator,
  url: string,
  send: (credentials: Credentials) => Promise<HttpAnswer>,
  verdict: (answer: HttpAnswer) => unknown,
): Promise<HttpAnswer> {
  const credentials = await authenticator.credentials({ url });
  const answer = await send(credentials);
  const mayRetry = authenticator.answered(credentials, answer.status) && verdict(answer) === undefined;
  if (!mayRetry) return answer;
  const renewed = await authenticator.credentials({ url });
  const isOther =
    JSON.stringify([renewed.headers, renewed.query]) !== JSON.stringify([credentials.headers, credentials.query]);
  if (!isOther) return answer;
  const second = await send(renewed);
  authenticator.answered(renewed, second.status);
  return second;
}

function foreignHosts(client: ClientConfig, strict: boolean): readonly string[] | "any" {
  return strict ? "any" : (client.allowed_hosts ?? []);
}

/** Everything that is a credential: secrets anywhere, and texts in auth sections. */
function secretsIn(value: unknown, key = "", inAuth = false): readonly string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value === "string") return inAuth && !PLAIN_AUTH_KEYS.has(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => secretsIn(item, key, inAuth));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    secretsIn(item, name, name === "auth" || (inAuth && !PLAIN_AUTH_PARTS.has(name))),
  );
}

/** Parts of an auth section that say what is asked for, not who asks. */
const PLAIN_AUTH_PARTS = new Set(["claims", "permissions", "repositories"]);

/** Texts of an auth section that are no credentials and stand in ordinary messages. */
const PLAIN_AUTH_KEYS = new Set([
  "auth",
  "type",
  "name",
  "location",
  "username",
  "access_token_url",
  "client_id",
  "scope",
  "grant_type",
  "client_authentication",
  "audience",
  "iss",
  "sub",
  "aud",
  "private_key_id",
  "app_id",
  "installation_id",
  "api_url",
  "login_url",
  "token_path",
  "expires_path",
  "prefix",
]);
