import type { NamedAccount } from '../domain/owner.ts';
import { type AccountsSource, type ConfiguredAccount, readAccountsFile } from './accounts-file.ts';
import { deepFreeze } from './deep-freeze.ts';
import { type Values, variables } from './environment-variables.ts';
import { type GitHubAddress, readGitHubAddress } from './github-address.ts';
import { INSECURE_ERROR, isInsecure, type MeltanoCredentials } from './meltano-credentials.ts';
import { PROXY_NAMES, type ProxySettings, readProxy } from './outgoing-proxy.ts';
import { readPrivateKey } from './read-private-key.ts';
import { readValues } from './read-values.ts';

/** The validated settings of the operator. `docs/configuration.md` lists all variables. */
export interface Configuration {
  readonly github: GitHubAddress & {
    readonly appId: number;
    readonly privateKey: string;
    readonly webhookSecret: string;
  };
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** How long an idle connection stays open. */
    readonly keepAliveSeconds: number;
    readonly webhookPath: string;
    readonly webhookProxyUrl: string | null;
  };
  readonly log: { readonly level: string; readonly format: 'pretty' | 'json' };
  readonly meltano: {
    readonly apiUrl: string;
    /** Null: only the accounts of the accounts file are served. */
    readonly credentials: MeltanoCredentials | null;
  };
  /** The accounts file and its contents at the start; null without ACCOUNTS_FILE. */
  readonly accountsFile: {
    readonly source: AccountsSource;
    readonly accounts: readonly ConfiguredAccount[];
  } | null;
  /** True if TENANTS_FILE is set, the former name of ACCOUNTS_FILE. */
  readonly usesFormerName: boolean;
  /** Null: no proxy. */
  readonly proxy: ProxySettings | null;
  readonly dataDirectory: string;
  /** The PostgreSQL server that several instances share; null: the embedded database in `dataDirectory`. */
  readonly databaseUrl: string | null;
  /** Null serves everyone. */
  readonly allowedAccounts: readonly NamedAccount[] | null;
  readonly deployTimeoutMinutes: number;
  readonly startTimeoutMinutes: number;
  /** Whether to report a job that something else started for a push instead of starting a second one. */
  readonly adoptJobs: boolean;
  readonly poll: { readonly min: number; readonly max: number };
  /** How often to sweep for missed deliveries and branch heads; 0: never. */
  readonly sweepMinutes: number;
  /** How long concluded deployments and deliveries are kept. */
  readonly retentionDays: number;
}

export type EnvironmentResult =
  | { readonly ok: true; readonly configuration: Configuration }
  /** No `APP_ID`, outside production: the app isn't registered yet. */
  | { readonly ok: false; readonly kind: 'not set up' }
  /** One sentence for each problem, for the operator. */
  | { readonly ok: false; readonly kind: 'invalid'; readonly problems: readonly string[] };

type Variables = Readonly<Record<string, string | undefined>>;

/** The names of all variables. The private key and the proxy have their own readers. */
export const ENVIRONMENT_NAMES: readonly string[] = [
  ...Object.keys(variables.shape),
  'PRIVATE_KEY',
  'PRIVATE_KEY_PATH',
  ...PROXY_NAMES,
];

/** Reads the configuration from the environment and reports all problems together. */
export function readEnvironment(env: Variables): EnvironmentResult {
  const { values: written, problems: unreadable } = readValues(env, ENVIRONMENT_NAMES, {
    lists: ['ALLOWED_ACCOUNTS', 'NO_PROXY'],
    texts: ['PRIVATE_KEY'],
  });
  const given = useNewNames(written);
  const parsed = variables.safeParse(given);
  const github = readGitHubAddress(given['GHE_HOST'], parsed.data?.GHE_PROTOCOL);
  const { proxy, problems: ofProxy } = readProxy(env);
  const problems = [
    ...unreadable.values(),
    ...listIssues(parsed.error),
    ...('problem' in github ? [github.problem] : []),
    ...ofProxy,
  ];
  if (problems.length === 0 && !given['APP_ID'] && parsed.data?.NODE_ENV !== 'production') {
    return { ok: false, kind: 'not set up' };
  }
  const key = readPrivateKey(given);
  if ('problem' in key) problems.push(key.problem);
  problems.push(
    ...findMissing(
      given,
      Object.keys(env).filter((name) => unreadable.has(name) && env[name]?.trim()),
    ),
  );
  if (parsed.success) problems.push(...findContradictions(parsed.data));
  const accountsFile = readAccounts(env, given, parsed.data ?? variables.parse({}));
  if (accountsFile && 'problems' in accountsFile) problems.push(...accountsFile.problems);
  if (!parsed.success || problems.length > 0 || !('pem' in key) || 'problem' in github) {
    return { ok: false, kind: 'invalid', problems };
  }
  if (accountsFile && 'problems' in accountsFile) return { ok: false, kind: 'invalid', problems };
  const read = {
    github: { ...github, privateKey: key.pem },
    accountsFile,
    usesFormerName: 'TENANTS_FILE' in written,
    proxy,
  };
  return { ok: true, configuration: deepFreeze(toConfiguration(parsed.data, read)) };
}

/** TENANTS_FILE is the former name of ACCOUNTS_FILE. */
function useNewNames(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const file = values['ACCOUNTS_FILE'] ?? values['TENANTS_FILE'];
  return file === undefined ? values : { ...values, ACCOUNTS_FILE: file };
}

function listIssues(error: ReturnType<typeof variables.safeParse>['error']): string[] {
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}.`);
}

function readAccounts(
  env: Variables,
  given: Variables,
  values: Values,
): Configuration['accountsFile'] | { problems: readonly string[] } {
  const file = given['ACCOUNTS_FILE'];
  if (!file) return null;
  const { MELTANO_API_URL: apiUrl, MELTANO_AUTH_URL: authUrl } = values;
  const defaults = {
    apiUrl,
    authUrl,
    audience: values.MELTANO_AUDIENCE ?? null,
    adoptJobs: values.ADOPT_JOBS === 'true',
    allowInsecure: values.ALLOW_INSECURE_API === 'true',
  };
  const source = { file, env: { ...env }, defaults };
  const read = readAccountsFile(source);
  return read.ok ? { source, accounts: read.accounts } : { problems: read.problems };
}

/** An unreadable variable isn't reported as missing too. */
function findMissing(values: Variables, unreadable: readonly string[]): string[] {
  const given: Variables = {
    ...values,
    ...Object.fromEntries(unreadable.map((name) => [name, 'unreadable'])),
  };
  const problems: string[] = [];
  if (!given['APP_ID']) problems.push('APP_ID is missing: it is the number of the GitHub App.');
  if (!given['WEBHOOK_SECRET']) {
    problems.push(
      "WEBHOOK_SECRET is missing: without it the app can't tell GitHub's deliveries from forged ones.",
    );
  }
  const { MELTANO_API_TOKEN: token, MELTANO_CLIENT_ID: id, MELTANO_CLIENT_SECRET: secret } = given;
  if (token && (id || secret)) {
    problems.push(
      'MELTANO_API_TOKEN and MELTANO_CLIENT_ID / MELTANO_CLIENT_SECRET are both set: choose one way to sign in.',
    );
  } else if (!token && (id || secret) && !(id && secret)) {
    problems.push(
      `${id ? 'MELTANO_CLIENT_SECRET' : 'MELTANO_CLIENT_ID'} is missing: client credentials need both.`,
    );
  } else if (!token && !id && !given['ACCOUNTS_FILE']) {
    problems.push(
      'Meltano Cloud credentials are missing: set MELTANO_API_TOKEN, or MELTANO_CLIENT_ID and MELTANO_CLIENT_SECRET.',
    );
  }
  return problems;
}

function findContradictions(values: Values): string[] {
  const { POLL_MIN_MS: min, POLL_MAX_MS: max } = values;
  const problems = min <= max ? [] : [`POLL_MIN_MS (${min}) must not be more than POLL_MAX_MS (${max}).`];
  if (values.ALLOW_INSECURE_API === 'true') return problems;
  const addresses = ['MELTANO_API_URL', 'MELTANO_AUTH_URL'] as const;
  return [
    ...problems,
    ...addresses.filter((name) => isInsecure(values[name])).map((name) => `${name} ${INSECURE_ERROR}.`),
  ];
}

/** The settings that more than one variable decides, or a file. */
interface ReadApart {
  readonly github: GitHubAddress & { readonly privateKey: string };
  readonly accountsFile: Configuration['accountsFile'];
  readonly usesFormerName: boolean;
  readonly proxy: ProxySettings | null;
}

function toConfiguration(
  values: Values,
  { github, accountsFile, usesFormerName, proxy }: ReadApart,
): Configuration {
  return {
    github: {
      ...github,
      appId: values.APP_ID ?? 0,
      webhookSecret: values.WEBHOOK_SECRET ?? '',
    },
    server: {
      host: values.HOST,
      port: values.PORT,
      keepAliveSeconds: values.KEEP_ALIVE_SECONDS,
      webhookPath: values.WEBHOOK_PATH,
      webhookProxyUrl: values.WEBHOOK_PROXY_URL ?? null,
    },
    log: {
      level: values.LOG_LEVEL,
      format: values.LOG_FORMAT ?? (values.NODE_ENV === 'production' ? 'json' : 'pretty'),
    },
    meltano: { apiUrl: values.MELTANO_API_URL, credentials: toCredentials(values) },
    accountsFile,
    usesFormerName,
    proxy,
    dataDirectory: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL ?? null,
    allowedAccounts: values.ALLOWED_ACCOUNTS ?? null,
    deployTimeoutMinutes: values.DEPLOY_TIMEOUT_MINUTES,
    startTimeoutMinutes: values.START_TIMEOUT_MINUTES,
    adoptJobs: values.ADOPT_JOBS === 'true',
    poll: { min: values.POLL_MIN_MS, max: values.POLL_MAX_MS },
    sweepMinutes: values.SWEEP_MINUTES,
    retentionDays: values.RETENTION_DAYS,
  };
}

function toCredentials(values: Values): MeltanoCredentials | null {
  const {
    MELTANO_API_TOKEN: token,
    MELTANO_CLIENT_ID: clientId,
    MELTANO_CLIENT_SECRET: clientSecret,
  } = values;
  if (token) return { kind: 'token', token };
  if (!clientId || !clientSecret) return null;
  return {
    kind: 'client',
    clientId,
    clientSecret,
    authUrl: values.MELTANO_AUTH_URL,
    audience: values.MELTANO_AUDIENCE ?? values.MELTANO_API_URL,
  };
}
