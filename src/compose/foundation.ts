import type { Logger } from 'pino';
import { readDatabaseUrl } from '../config/database-url.ts';
import type { Configuration } from '../config/environment.ts';
import { getSecret } from '../config/meltano-credentials.ts';
import { listProxyPasswords } from '../config/outgoing-proxy.ts';
import { listTenantSecrets } from '../config/tenants-file.ts';
import type { Clock } from '../domain/clock.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import { RemoteClock } from '../domain/remote-clock.ts';
import { RateBudgets } from '../github/rate-budget.ts';
import { createRedactor, type Redactor } from '../logs/redact.ts';
import { WriteLanes } from '../reporting/pace/write-lanes.ts';
import { createStores, type Stores } from '../store/create-stores.ts';
import { DependencyStates } from '../web/dependency-states.ts';
import type { Metrics } from '../web/metrics.ts';
import type { Backend, SharedBackend } from './open-backend.ts';

/** What every part of one process shares. */
export interface Foundation {
  readonly configuration: Configuration;
  readonly log: Logger;
  readonly clock: Clock;
  readonly githubClock: RemoteClock;
  readonly stores: Stores;
  readonly dispatcher: Dispatcher;
  /** Null: this process is the only one. */
  readonly shared: SharedBackend | null;
  readonly redactor: Redactor;
  readonly dependencies: DependencyStates;
  readonly metrics: Metrics;
  /** What GitHub still lets each installation ask for. */
  readonly budgets: RateBudgets;
  /** What this process writes to GitHub, and when. */
  readonly lanes: WriteLanes;
}

/** What the process's logger, its reports and its accounts hide secrets with. */
export function createOwnRedactor(configuration: Configuration): Redactor {
  return createRedactor({ secrets: listSecrets(configuration) });
}

export function layFoundation(
  {
    configuration,
    log,
    redactor,
    metrics,
  }: Pick<Foundation, 'configuration' | 'log' | 'redactor' | 'metrics'>,
  backend: Backend,
): Foundation {
  const clock: Clock = {
    now: () => Date.now(),
    elapsed: () => performance.now(),
  };
  const stores = createStores(backend.db, backend.recorder);
  const budgets = new RateBudgets((installation, { limit, remaining, resetAt }) =>
    log.warn(
      {
        installation,
        limit,
        remaining,
        resetAt: new Date(clock.now() + resetAt - clock.elapsed()).toISOString(),
      },
      'Few requests to GitHub are left: logs (then other changes) wait for the reset, new and final check runs do not',
    ),
  );
  return {
    configuration,
    log,
    redactor,
    clock,
    metrics,
    stores,
    budgets,
    githubClock: new RemoteClock(clock),
    lanes: new WriteLanes({
      budgets,
      store: stores,
      clock,
      isShared: backend.shared !== null,
      onBeyond: metrics.writtenBeyond,
    }),
    dispatcher: backend.dispatcher,
    shared: backend.shared,
    dependencies: new DependencyStates(clock),
  };
}

/** The app's own secrets: none of them may ever leave. */
function listSecrets({ github, meltano, tenants, databaseUrl, proxy }: Configuration): string[] {
  const { credentials } = meltano;
  const database = databaseUrl ? readDatabaseUrl(databaseUrl) : null;
  return [
    ...[github.privateKey, github.webhookSecret],
    ...(credentials ? [getSecret(credentials)] : []),
    ...(database?.ok && database.password ? [database.password] : []),
    ...listProxyPasswords(proxy),
    ...(tenants?.accounts ?? []).flatMap(listTenantSecrets),
  ];
}
