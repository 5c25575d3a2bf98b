import type { Logger } from 'pino';
import { readDatabaseUrl } from '../config/database-url.ts';
import type { Configuration } from '../config/environment.ts';
import { getSecret } from '../config/meltano-credentials.ts';
import { listProxyPasswords } from '../config/outgoing-proxy.ts';
import { listTenantSecrets } from '../config/tenants-file.ts';
import type { Clock, Dispatcher } from '../domain/ports.ts';
import { RemoteClock } from '../domain/remote-clock.ts';
import { RateBudgets } from '../github/rate-budget.ts';
import { createRedactor, type Redactor } from '../report/redact.ts';
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
  return {
    ...{ configuration, log, redactor, clock, metrics },
    githubClock: new RemoteClock(clock),
    stores: createStores(backend.db),
    dispatcher: backend.dispatcher,
    shared: backend.shared,
    dependencies: new DependencyStates(clock),
    budgets: new RateBudgets((installation, { limit, remaining, resetAt }) =>
      log.warn(
        { installation, limit, remaining, resetAt: new Date(resetAt).toISOString() },
        'Few requests to GitHub are left: logs (then other changes) wait for the reset, new and final check runs do not',
      ),
    ),
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
