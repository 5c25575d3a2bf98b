import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { ChangeSignal } from '../http/change-signal.ts';
import { DeliveryLog } from './delivery-log.ts';
import { GitHubState } from './github-state.ts';
import { InstallationTokens } from './installation-tokens.ts';
import { APP_EVENTS, DEFAULT_PERMISSIONS, type PermissionLevel } from './model.ts';
import { type RateLimitOptions, RateLimits } from './rate-limits.ts';
import { RequestLog } from './request-log.ts';
import { GITHUB_TREE_LIMITS } from './routes-trees.ts';
import type { SandboxContext, TreeLimits } from './sandbox-context.ts';

export interface GitHubSandboxOptions {
  /** Default: random. */
  webhookSecret?: string;
  appId?: number;
  appSlug?: string;
  /** Default: the permissions in `app.yml`. */
  permissions?: Record<string, PermissionLevel>;
  /** Default: the events in `app.yml`. */
  events?: readonly string[];
  /** The seed of the fault plan. */
  seed?: number;
  /** Default: 10,000, as at GitHub. */
  webhookTimeoutMs?: number;
  limits?: RateLimitOptions;
  /** Default: GitHub's limits. */
  treeLimits?: TreeLimits;
}

let privateKey: string | undefined;

/** One for all sandboxes of this process: another key takes as long as the rest of a sandbox. */
function getPrivateKey(): string {
  privateKey ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey;
  return privateKey;
}

export function createContext(options: GitHubSandboxOptions, origin: () => string): SandboxContext {
  const app = {
    id: options.appId ?? 424_242,
    slug: options.appSlug ?? 'meltano-deploy',
    privateKey: getPrivateKey(),
    publicKey: createPublicKey(getPrivateKey()),
    webhookSecret: options.webhookSecret ?? randomBytes(20).toString('hex'),
    createdAt: Date.now(),
  };
  const state = new GitHubState();
  const signal = new ChangeSignal();
  const deliveries = new DeliveryLog({
    secret: app.webhookSecret,
    appId: app.id,
    timeoutMs: options.webhookTimeoutMs ?? 10_000,
    nextId: () => state.nextId('delivery'),
    signal,
  });
  return {
    state,
    app,
    permissions: options.permissions ?? DEFAULT_PERMISSIONS,
    events: options.events ?? APP_EVENTS,
    tokens: new InstallationTokens(),
    limits: new RateLimits(options.limits),
    treeLimits: options.treeLimits ?? GITHUB_TREE_LIMITS,
    deliveries,
    signal,
    requests: new RequestLog(),
    refusals: [],
    warnings: [],
    checkRunListeners: new Set(),
    repositoryWebhooks: new Set(),
    origin,
  };
}
