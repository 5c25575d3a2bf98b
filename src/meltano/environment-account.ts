import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import type { Configuration } from '../config/environment.ts';
import type { Account, Accounts, Clock } from '../domain/ports.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { guardMeltano } from './guard-meltano.ts';
import { createMeltanoClient } from './meltano-client.ts';
import { type Observation, observeMeltano } from './observe-meltano.ts';
import { createWorkspaceDirectory } from './workspace-directory.ts';

/** The key under which deployments remember that the environment's credentials are theirs. */
const KEY = 'environment';

export interface AccountOptions extends Observation {
  readonly meltano: Configuration['meltano'];
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of each access token that the credentials bring. */
  readonly onToken: (token: string) => void;
  /** An account's circuit opened (since when nothing was answered, epoch milliseconds) or closed (null). */
  readonly onCircuit: (account: string, openSince: number | null) => void;
}

/** The one Meltano Cloud account that the environment names: it serves every GitHub account. */
export function createEnvironmentAccounts(options: AccountOptions): Accounts {
  const { dispatcher, clock, log } = options;
  const { apiUrl, credentials } = options.meltano;
  const client = createMeltanoClient({
    ...{ apiUrl, dispatcher, clock },
    auth:
      credentials.kind === 'token'
        ? credentials
        : {
            kind: 'client',
            clientId: credentials.clientId,
            clientSecret: credentials.clientSecret,
            tokenUrl: credentials.authUrl,
            audience: credentials.audience,
            onToken: options.onToken,
          },
    onSkipped: (skipped) => log.warn(skipped, 'Meltano Cloud listed entries that can not be read'),
  });
  const breaker = new CircuitBreaker({
    ...{ clock, random: Math.random },
    onChange: (openSince) => {
      if (openSince === null) log.info({ account: KEY }, 'Meltano Cloud answers again');
      else log.warn({ account: KEY, openSince }, 'Meltano Cloud does not answer: requests are held back');
      options.onCircuit(KEY, openSince);
    },
  });
  options.onCircuit(KEY, null);
  const api = guardMeltano(observeMeltano(client, options), breaker);
  const account: Account = { key: KEY, api, directory: createWorkspaceDirectory(api, clock) };
  return { forOwner: () => account, byKey: (key) => (key === KEY ? account : null) };
}
