import { randomBytes } from 'node:crypto';
import type { ServiceAnswer, ServiceRequest } from '../http/http-service.ts';

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

/** The simulated token endpoint: the client-credentials grant, strict about every field. */
export class AccessTokens {
  readonly client: ClientCredentials = {
    id: randomBytes(16).toString('hex'),
    secret: randomBytes(32).toString('base64url'),
  };
  /** `expires_in` of new tokens. */
  lifetimeSeconds = 86_400;
  readonly #expiries = new Map<string, number>();
  readonly #audience: () => string;

  constructor(audience: () => string) {
    this.#audience = audience;
  }

  accepts(token: string): boolean {
    return (this.#expiries.get(token) ?? 0) > Date.now();
  }

  expireAll(): void {
    this.#expiries.clear();
  }

  issue(request: ServiceRequest): ServiceAnswer {
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
      return refuse(400, 'invalid_request', 'The body must be JSON');
    }
    const fields = parseObject(request.body.toString());
    if (!fields) return refuse(400, 'invalid_request', 'The body is not a JSON object');
    const { grant_type: grant, client_id: id, client_secret: secret, audience } = fields;
    if (grant !== 'client_credentials') {
      return refuse(403, 'unsupported_grant_type', `Grant type not allowed: ${grant}`);
    }
    if (id !== this.client.id || secret !== this.client.secret) {
      return refuse(401, 'access_denied', 'Unauthorized');
    }
    if (audience !== this.#audience()) {
      return refuse(403, 'access_denied', `Service not found: ${audience}`);
    }
    const token = randomBytes(32).toString('base64url');
    this.#expiries.set(token, Date.now() + this.lifetimeSeconds * 1000);
    const body = { access_token: token, expires_in: this.lifetimeSeconds, token_type: 'Bearer' };
    return { status: 200, headers: { 'cache-control': 'no-store' }, body };
  }
}

function refuse(status: number, error: string, description: string): ServiceAnswer {
  return { status, body: { error, error_description: description } };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
