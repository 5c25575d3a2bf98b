import type { Logger } from 'pino';
import type { ConfiguredAccount } from '../config/accounts-file.ts';
import type { MeltanoCredentials } from '../config/meltano-credentials.ts';
import type { Account, Trigger } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { MeltanoApi } from '../domain/meltano.ts';
import { NO_POLICY } from '../domain/repository-configuration.ts';
import { normaliseDirectory } from '../domain/workspace.ts';
import type { MeltanoAuth } from './access-token.ts';
import type { ListProblem } from './authorized-calls.ts';
import type { CallContext } from './call.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { guardMeltano, type Observation } from './guard-meltano.ts';
import { createMeltanoClient, type MeltanoClientOptions } from './meltano-client.ts';
import { createWorkspaceDirectory } from './workspace-directory.ts';

/** After a reload, an account with equal settings keeps its token, list and circuit. */
export interface AccountSettings extends Omit<ConfiguredAccount, 'login' | 'id' | 'notify'> {
  /** Stored with each deployment. */
  readonly key: string;
}

export interface AccountPorts extends Observation {
  readonly clock: Clock;
  readonly log: Logger;
  /** Called for each request to Meltano Cloud. */
  readonly onRequest?: MeltanoClientOptions['onRequest'];
  /** Called with each access token and deployment secret of an account before its first use. */
  readonly onToken: (account: string, token: string) => void;
  /** A workspace's deployment secret was read. */
  readonly onDeploymentSecret: (secret: string) => void;
  /** Only a part of the list was read. */
  readonly onListProblem?: (account: string, problem: ListProblem) => void;
  /** Called with the time of the first unanswered call (epoch milliseconds) when a circuit opens, and with null when it closes. */
  readonly onCircuit: (account: string, openSince: number | null) => void;
}

/** Creates an account with its own client, access token, circuit breaker and list of workspaces. */
export function createAccount(
  settings: AccountSettings,
  connect: CallContext['connect'],
  ports: AccountPorts,
): Account {
  const { key, apiUrl } = settings;
  const { clock, log } = ports;
  const client = createClient(settings, connect, ports);
  const breaker = new CircuitBreaker({
    clock,
    random: Math.random,
    onChange: (openSince) => {
      if (openSince === null) log.info({ account: key }, 'Meltano Cloud answers again');
      else log.warn({ account: key, openSince }, 'Meltano Cloud does not answer: requests are held back');
      ports.onCircuit(key, openSince);
    },
  });
  const api = guardMeltano(client, breaker, ports);
  const allowed = settings.allowedWorkspaces && new Set(settings.allowedWorkspaces);
  const allows = (workspaceId: string) => allowed === null || allowed.has(workspaceId);
  const triggerOf = (workspaceId: string) => chooseTrigger(settings, workspaceId);
  return {
    key,
    api,
    allows,
    triggerOf,
    adoptsJobs: settings.adoptJobs,
    greets: settings.greets ?? true,
    policy: settings.policy ?? NO_POLICY,
    keepsPushes: [settings, ...settings.mappings].some((one) => one.trigger === 'webhook'),
    directory: createWorkspaceDirectory(listAllowed(api, allows), clock),
    mappings: settings.mappings.map(({ directory, ...mapping }) => ({
      ...mapping,
      directory: normaliseDirectory(directory),
    })),
    pagesUrl: new URL(apiUrl).origin,
  };
}

function createClient(
  { key, apiUrl, credentials }: AccountSettings,
  connect: CallContext['connect'],
  { clock, log, onToken, onDeploymentSecret, onRequest, onListProblem }: AccountPorts,
): MeltanoApi {
  return createMeltanoClient({
    apiUrl,
    connect,
    clock,
    ...(onRequest ? { onRequest } : {}),
    auth: toAuth(credentials, (token) => onToken(key, token)),
    onListProblem(problem) {
      onListProblem?.(key, problem);
      const fields = { ...problem, account: key };
      if ('total' in problem) log.warn(fields, 'Meltano Cloud counts more entries than it lists');
      else log.warn(fields, 'Meltano Cloud listed unreadable entries');
    },
    onDeploymentSecret,
  });
}

/** The mapping's trigger and secret override the account's. */
function chooseTrigger(
  { trigger, deploymentSecret, mappings }: AccountSettings,
  workspaceId: string,
): Trigger {
  const mapping = mappings.find((one) => one.workspaceId === workspaceId);
  if ((mapping?.trigger ?? trigger) === 'api') return { kind: 'api' };
  return { kind: 'webhook', secret: mapping?.deploymentSecret ?? deploymentSecret };
}

function toAuth(credentials: MeltanoCredentials, onToken: (token: string) => void): MeltanoAuth {
  if (credentials.kind === 'token') return credentials;
  const { authUrl: tokenUrl, ...rest } = credentials;
  return { ...rest, tokenUrl, onToken };
}

/** Lists the workspaces that the accounts file allows. */
function listAllowed(api: MeltanoApi, allows: Account['allows']): MeltanoApi['listWorkspaces'] {
  return async () => {
    const listed = await api.listWorkspaces();
    return listed.ok ? { ok: true, value: listed.value.filter(({ id }) => allows(id)) } : listed;
  };
}
