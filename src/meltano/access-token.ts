import { z } from 'zod';
import type { MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import type { CallContext } from './call.ts';
import { callJson } from './json-call.ts';

/** How an account shows who it is. */
export type MeltanoAuth =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly tokenUrl: string;
      readonly audience: string;
      /** Told of each access token before its first use, so that it can be kept out of what is shown. */
      readonly onToken?: (token: string) => void;
    };

/** Where calls get their bearer token. */
export interface TokenSource {
  current(): Promise<MeltanoResult<string>>;
  /** A token other than `refused`; null when there can't be one. Callers who were refused the same token share it. */
  renew(refused: string): Promise<MeltanoResult<string> | null>;
}

/** A token is renewed this long before its end, so that it doesn't end on the way. */
const MARGIN_MS = 60_000;
/** No header holds a longer one (characters). */
const LONGEST_TOKEN = 8_192;
/** What `expires_in` may ask for: less would make each call ask for a token of its own. */
const LIFETIME_S = { least: 5, most: 86_400 };
/** For an answer without `expires_in`. */
const DEFAULT_LIFETIME_S = 300;

const answerSchema = z.object({
  access_token: z
    .string()
    .max(LONGEST_TOKEN)
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

/** Keeps one access token and at most one request for the next. */
class ClientCredentialsSource implements TokenSource {
  readonly #auth: ClientAuth;
  readonly #context: CallContext;
  readonly #headers: Record<string, string>;
  /** `until`: by the clock's `elapsed`. */
  #kept: { token: string; until: number } | null = null;
  #pending: Promise<MeltanoResult<string>> | null = null;

  constructor(auth: ClientAuth, context: CallContext, headers: Record<string, string>) {
    this.#auth = auth;
    this.#context = context;
    this.#headers = headers;
  }

  async current(): Promise<MeltanoResult<string>> {
    if (this.#kept && this.#context.clock.elapsed() < this.#kept.until) {
      return { ok: true, value: this.#kept.token };
    }
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  renew(refused: string): Promise<MeltanoResult<string>> {
    if (this.#kept?.token === refused) this.#kept = null;
    return this.current();
  }

  async #fetch(): Promise<MeltanoResult<string>> {
    const { clientId, clientSecret, tokenUrl, audience } = this.#auth;
    const asked = this.#context.clock.elapsed();
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
    const lifetime = 1000 * Math.min(LIFETIME_S.most, Math.max(LIFETIME_S.least, seconds));
    this.#auth.onToken?.(token);
    this.#kept = { token, until: asked + lifetime - Math.min(MARGIN_MS, lifetime / 2) };
    return { ok: true, value: token };
  }
}

/**
 * The caller must not take the token endpoint's failure for the API's: whatever happened, nothing was sent to the API,
 * so nothing may have been made there (500, 502, no answer) and nothing is known to be missing (404).
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
        'The answer of the token endpoint (MELTANO_AUTH_URL, or auth_url) holds no access token',
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
            `The token endpoint refused MELTANO_CLIENT_ID and MELTANO_CLIENT_SECRET, or those of the accounts file (${failure.status} ${failure.message})`,
          )
        : refuse(
            401,
            `The token endpoint (MELTANO_AUTH_URL, or auth_url) answered ${failure.status}: ${failure.message}`,
          );
  }
}

function refuse(status: number, message: string): MeltanoFailure {
  return { kind: 'status', status, message: message.slice(0, 200), retryAfterMs: null };
}
