import type { KeyObject } from 'node:crypto';
import type { ChangeSignal } from './change-signal.ts';
import type { DeliveryLog } from './delivery-log.ts';
import type { GitHubState } from './github-state.ts';
import type { InstallationTokens } from './installation-tokens.ts';
import type {
  AppIdentity,
  Permissions,
  Refusal,
  SandboxAccount,
  SandboxCheckRun,
  SandboxInstallation,
  SandboxRepository,
  Warning,
} from './model.ts';
import type { RateLimits } from './rate-limits.ts';
import type { RepositoryWebhook } from './repository-webhooks.ts';
import type { RequestLog } from './request-log.ts';
import type { TreeLimits } from './routes-trees.ts';

/** What the parts of the simulated GitHub share. */
export interface SandboxContext {
  readonly state: GitHubState;
  readonly app: AppIdentity & { readonly publicKey: KeyObject; readonly createdAt: number };
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly tokens: InstallationTokens;
  readonly limits: RateLimits;
  readonly treeLimits: TreeLimits;
  readonly deliveries: DeliveryLog;
  readonly repositoryWebhooks: Set<RepositoryWebhook>;
  readonly signal: ChangeSignal;
  readonly requests: RequestLog;
  readonly refusals: Refusal[];
  readonly warnings: Warning[];
  readonly checkRunListeners: Set<(run: SandboxCheckRun, repository: SandboxRepository) => void>;
  /** `http://127.0.0.1:<port>`. */
  origin(): string;
}

/** As whom the app writes. */
export function appAccount({ app, state }: SandboxContext): SandboxAccount {
  return state.account(`${app.slug}[bot]`, 'Bot');
}

/** The installation that sees a repository and gets its events, suspended ones included. */
export function installationFor(
  context: SandboxContext,
  repository: SandboxRepository,
): SandboxInstallation | null {
  return context.state.installationOf(repository.owner);
}
