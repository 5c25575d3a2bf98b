import { pino } from 'pino';
import type { Configuration } from '../../config/environment.ts';
import { listEnvironmentSecrets } from '../../config/list-secrets.ts';
import { readProxy } from '../../config/outgoing-proxy.ts';
import type { Accounts } from '../../domain/account.ts';
import { createRedactor, type Redactor } from '../../logs/redact.ts';
import { AccountRegistry } from '../../meltano/account-registry.ts';
import { type AppLook, checkApp, checkClock } from './check-app.ts';
import { checkDatabase } from './check-database.ts';
import { checkEnvironment } from './check-environment.ts';
import { checkInstallations } from './check-installations.ts';
import { checkMeltano, type UnlistedWorkspaces } from './check-meltano.ts';
import { checkNotifications } from './check-notifications.ts';
import { checkProxy } from './check-proxy.ts';
import { checkWebhook } from './check-webhook.ts';
import { connectGitHub, type GitHubConnection } from './connect-github.ts';
import { type Finding, findingsOf, type Subject } from './finding.ts';
import { readManifest } from './read-manifest.ts';
import { readParts } from './read-parts.ts';

export interface Examination {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True if a file `.env` was read. */
  readonly hasEnvFile: boolean;
  readonly now: () => number;
  /** The limit of requests to GitHub, for tests. */
  readonly mostRequests?: number;
}

/** Yields the findings without secrets, in a fixed order, as soon as they are known. */
export async function* examine(examination: Examination): AsyncGenerator<Finding> {
  const { env, now } = examination;
  const parts = readParts(env);
  const redactor = createRedactor({ secrets: listEnvironmentSecrets(env, parts) });
  const { proxy } = readProxy(env);
  const unlisted = new Map<string, UnlistedWorkspaces>();
  const accounts = parts.meltano && openAccounts({ ...parts.meltano, proxy }, { redactor, now, unlisted });
  const github = parts.github && connectGitHub(parts.github.github, examination);
  // The checks run concurrently, because each waits for another service.
  const app = parts.github && github ? examineApp(parts.github, github, now) : null;
  const looks = [
    Promise.resolve(checkEnvironment({ ...examination, problems: parts.problems })),
    guard('proxy', checkProxy({ parts, proxy, env })),
    app
      ? guard(
          'app',
          app.then((look) => look.findings),
        )
      : skip('app', 'The GitHub App'),
    accounts && parts.meltano
      ? guard('meltano', checkMeltano(parts.meltano, accounts, unlisted))
      : skip('meltano', 'Meltano Cloud'),
    parts.meltano ? guard('notifications', checkNotifications(parts.meltano)) : Promise.resolve([]),
    parts.database ? guard('database', checkDatabase(parts.database)) : skip('database', 'The database'),
    parts.github && github && app
      ? guard('repositories', examineRepositories(app, { configuration: parts.github, github, accounts }))
      : Promise.resolve([]),
  ];
  try {
    for (const look of looks) for (const finding of await look) yield hideSecrets(finding, redactor);
  } finally {
    await accounts?.destroy();
  }
}

async function examineApp(
  configuration: Configuration,
  github: GitHubConnection,
  now: () => number,
): Promise<AppLook> {
  const look = await checkApp(github, configuration.github, readManifest());
  const findings = [...look.findings, ...checkClock(github.skew())];
  const { settingsUrl } = look;
  if (settingsUrl === null) return { findings, settingsUrl };
  const { server } = configuration;
  const webhook = await checkWebhook({ github, server, settingsUrl, now: now() });
  return { findings: [...findings, ...webhook], settingsUrl };
}

async function examineRepositories(
  app: Promise<AppLook>,
  of: { configuration: Configuration; github: GitHubConnection; accounts: Accounts | null },
): Promise<Finding[]> {
  // `checkApp` reports why the App can't sign in.
  const { settingsUrl } = await app;
  return settingsUrl === null ? [] : checkInstallations({ ...of, manifest: readManifest() });
}

interface DoctorPorts {
  readonly redactor: Redactor;
  readonly now: () => number;
  /** By the account's key. */
  readonly unlisted: Map<string, UnlistedWorkspaces>;
}

function openAccounts(
  { meltano, accountsFile, adoptJobs, proxy }: Configuration,
  { redactor, now, unlisted }: DoctorPorts,
): AccountRegistry {
  const nothing = () => undefined;
  return new AccountRegistry(
    { meltano, adoptJobs, configured: accountsFile?.accounts ?? [], proxy },
    {
      clock: {
        now,
        elapsed: () => performance.now(),
      },
      log: pino({ level: 'silent' }),
      onToken: redactor.learnToken,
      onDeploymentSecret: (secret) => redactor.learnSecrets([secret]),
      onCall: nothing,
      onCircuit: nothing,
      onRetired: nothing,
      onListProblem(account, problem) {
        if (problem.rel === 'workspaces' && 'total' in problem) unlisted.set(account, problem);
      },
      redact: async (text) => redactor.redactText(text),
    },
  );
}

/** Turns an unexpected error of a check into a finding, so the others can continue. */
async function guard(subject: Subject, look: Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look;
  } catch (error) {
    const { wrong } = findingsOf(subject);
    return [wrong(`The check failed: ${(error as Error).message}`, 'Please report this error')];
  }
}

async function skip(subject: Subject, what: string): Promise<Finding[]> {
  return [
    findingsOf(subject).note(`${what} was not checked: its settings are missing or invalid (see above)`),
  ];
}

function hideSecrets(finding: Finding, redactor: Redactor): Finding {
  const { message, advice } = finding;
  return {
    ...finding,
    message: redactor.redactText(message),
    advice: advice === null ? null : redactor.redactText(advice),
  };
}
