import { z } from 'zod';
import type { MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import type { CallContext } from './call.ts';
import { cutMessage } from './failure.ts';
import { callJson } from './json-call.ts';

/** An account's credentials for the API. */
export type MeltanoAuth =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly tokenUrl: string;
      readonly audience: string;
      /** Called with each access token before its first use, for redaction. */
      readonly onToken?: (token: string) => void;
    };

/** Provides bearer tokens. */
export interface TokenSource {
  current(): Promise<MeltanoResult<string>>;
  /** Replaces the token `refused`. Null for a fixed token. Concurrent callers share the new token. */
  renew(refused: string): Promise<MeltanoResult<string> | null>;
}

/** Renews a token this long before it expires, so that it doesn't expire during a call. */
const MARGIN_MS = 60_000;
/** Servers accept no longer headers. */
const MAX_TOKEN_LENGTH = 8_192;
/** Limits of `expires_in`. With a shorter lifetime, each call would request a token. */
const LIFETIME_S = { min: 5, max: 86_400 };
/** For an answer without `expires_in`. */
const DEFAULT_LIFETIME_S = 300;

const answerSchema = z.object({
  access_token: z
    .string()
    .max(MAX_TOKEN_LENGTH)
    .regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().catch(DEFAULT_LIFETIME_S),
});

export function createTokenSource(
  auth: MeltanoAuth,
  context: CallContext,
  headers: Record<string, string>,
): TokenSource {
  if (auth.kind === 'client') return new ClientCredentialsSource(auth, context, headers);
  const { token } = auth;
  return { current: async () => ({ ok: true, value: token }), renew: async () => null };
}

type ClientAuth = Extract<MeltanoAuth, { kind: 'client' }>;

/** Caches one access token and sends at most one request for the next at a time. */
class ClientCredentialsSource implements TokenSource {
  readonly #auth: ClientAuth;
  readonly #context: CallContext;
  readonly #headers: Record<string, string>;
  /** `until` is by the clock's `elapsed`. */
  #cached: { token: string; until: number } | null = null;
  #pending: Promise<MeltanoResult<string>> | null = null;

  constructor(auth: ClientAuth, context: CallContext, headers: Record<string, string>) {
    this.#auth = auth;
    this.#context = context;
    this.#headers = headers;
  }

  async current(): Promise<MeltanoResult<string>> {
    if (this.#cached && this.#context.clock.elapsed() < this.#cached.until) {
      return { ok: true, value: this.#cached.token };
    }
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  renew(refused: string): Promise<MeltanoResult<string>> {
    if (this.#cached?.token === refused) this.#cached = null;
    return this.current();
  }

  async #fetch(): Promise<MeltanoResult<string>> {
    const { clientId, clientSecret, tokenUrl, audience } = this.#auth;
    const requestedAt = this.#context.clock.elapsed();
    const result = await callJson(
      this.#context,
      {
        method: 'POST',
        url: new URL(tokenUrl),
        headers: { ...this.#headers, accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
          audience,
        }),
        secrets: [clientSecret],
      },
      answerSchema,
    );
    if (!result.ok) return { ok: false, failure: explainTokenFailure(result.failure) };
    const { access_token: token, expires_in: seconds } = result.value;
    const lifetime = 1000 * Math.min(LIFETIME_S.max, Math.max(LIFETIME_S.min, seconds));
    this.#auth.onToken?.(token);
    this.#cached = { token, until: requestedAt + lifetime - Math.min(MARGIN_MS, lifetime / 2) };
    return { ok: true, value: token };
  }
}

/**
 * Maps a failure of the token endpoint to one that the caller can't mistake for the API's. Nothing was sent to the API, so
 * the result must not suggest that a job may exist (500, 502, no answer) or that something is missing (404).
 */
function explainTokenFailure(failure: MeltanoFailure): MeltanoFailure {
  switch (failure.kind) {
    case 'unreachable':
    case 'no_answer':
      return { kind: 'unreachable', message: `No access token: ${failure.message}` };
    case 'held':
      return failure;
    case 'unexpected_body':
      return refuse(
        503,
        'The response of the token endpoint (MELTANO_AUTH_URL, or auth_url) holds no access token',
      );
    case 'status':
      if (failure.status === 429) return { ...failure, message: `No access token: ${failure.message}` };
      if (failure.status >= 500 || failure.status === 408) {
        return {
          ...failure,
          status: 503,
          message: `No access token: the token endpoint answered ${failure.status}`,
        };
      }
      return [400, 401, 403].includes(failure.status)
        ? refuse(
            401,
            `The token endpoint refused the client id and secret (MELTANO_CLIENT_ID and MELTANO_CLIENT_SECRET, or the accounts file): ${failure.status} ${failure.message}`,
          )
        : refuse(
            401,
            `The token endpoint (MELTANO_AUTH_URL, or auth_url) answered ${failure.status}: ${failure.message}`,
          );
  }
}

function refuse(status: number, message: string): MeltanoFailure {
  return { kind: 'status', status, message: cutMessage(message), retryAfterMs: null };
}
