import { randomBytes } from 'node:crypto';
import type { Permissions } from './model.ts';

export interface InstallationToken {
  readonly token: string;
  readonly installationId: number;
  readonly permissions: Permissions;
  /** Null: every repository of the installation. */
  readonly repositoryIds: ReadonlySet<number> | null;
  readonly expiresAt: number;
  revoked: boolean;
}

const LIFE_MS = 3_600_000;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The issued installation access tokens. */
export class InstallationTokens {
  readonly #tokens = new Map<string, InstallationToken>();

  issue(input: Omit<InstallationToken, 'token' | 'expiresAt' | 'revoked'>): InstallationToken {
    const letters = [...randomBytes(36)].map((byte) => LETTERS[byte % LETTERS.length]);
    const token = `ghs_${letters.join('')}`;
    const issued = { ...input, token, expiresAt: Date.now() + LIFE_MS, revoked: false };
    this.#tokens.set(token, issued);
    return issued;
  }

  find(token: string): InstallationToken | null {
    return this.#tokens.get(token) ?? null;
  }

  /** Revokes the tokens of one installation or all, as after a leaked private key. */
  revoke(installationId?: number): void {
    for (const token of this.#tokens.values()) {
      if (installationId === undefined || token.installationId === installationId) token.revoked = true;
    }
  }
}
