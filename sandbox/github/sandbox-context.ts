import type { KeyObject } from 'node:crypto';
import type { ChangeSignal } from '../http/change-signal.ts';
import type { SandboxCheckRun } from './check-model.ts';
import type { DeliveryLog } from './delivery-log.ts';
import type { GitHubState } from './github-state.ts';
import type { InstallationTokens } from './installation-tokens.ts';
import type {
  AppIdentity,
  Permissions,
  Refusal,
  SandboxAccount,
  SandboxInstallation,
  SandboxRepository,
  Warning,
} from './model.ts';
import type { RateLimits } from './rate-limits.ts';
import type { RequestLog } from './request-log.ts';

/** A webhook of a repository itself. GitHub sends it each push. */
interface RepositoryWebhook {
  readonly repositoryId: number;
  readonly url: string;
  readonly secret: string;
}

/** The size at which GitHub truncates a tree. */
export interface TreeLimits {
  readonly entries: number;
  readonly bytes: number;
}

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

/** The account that the app writes with. */
export function appAccount({ app, state }: SandboxContext): SandboxAccount {
  return state.account(`${app.slug}[bot]`, 'Bot');
}

/** The installation that sees a repository, even if it is suspended. */
export function installationFor(
  context: SandboxContext,
  repository: SandboxRepository,
): SandboxInstallation | null {
  return context.state.installationOf(repository.owner);
}
