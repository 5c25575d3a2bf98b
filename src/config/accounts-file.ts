import type { WorkspaceMapping } from '../domain/match-workspaces.ts';
import type { AccountPolicy } from '../domain/repository-configuration.ts';
import { isPolicyPath, toAccountPolicy } from './account-policy-schema.ts';
import { type AccountProblem, addProblem, toAccountProblems } from './account-problem.ts';
import {
  type AccountEntry,
  createAccountSchema,
  fileSchema,
  loginSchema,
  looseFileSchema,
  SECTIONS,
  type Variables,
} from './accounts-schema.ts';
import { checkAccount } from './check-account.ts';
import { getSecret, type MeltanoCredentials } from './meltano-credentials.ts';
import { type ConfiguredDestination, listDestinationSecrets, toDestination } from './notify-schema.ts';
import { readTextFile } from './read-text-file.ts';
import { readYaml, type YamlLimits } from './read-yaml.ts';

/** How a deployment is started: through the API, or through Meltano Cloud's endpoint for repository webhooks. */
type Trigger = 'api' | 'webhook';

/** One GitHub account of the accounts file. */
export interface ConfiguredAccount {
  /** In lower case. */
  readonly login: string;
  /** GitHub's id of the account; null: the account that was first seen with the login. */
  readonly id: number | null;
  readonly apiUrl: string;
  readonly credentials: MeltanoCredentials;
  readonly trigger: Trigger;
  readonly deploymentSecret: string | null;
  /** Whether to report a job that something else started for a push instead of starting a second one. */
  readonly adoptJobs: boolean;
  /** False: nothing is said in new repositories. */
  readonly greets?: boolean;
  /** Absent: nothing is set for its repositories. */
  readonly policy?: AccountPolicy;
  /** Workspace ids in lower case; null: all workspaces that the credentials see. */
  readonly allowedWorkspaces: readonly string[] | null;
  readonly mappings: readonly ConfiguredMapping[];
  /** Who is notified of failures; absent for nobody. */
  readonly notify?: readonly ConfiguredDestination[];
}

interface ConfiguredMapping extends WorkspaceMapping {
  /** Null: the account's. */
  readonly trigger: Trigger | null;
  readonly deploymentSecret: string | null;
}

export type AccountsResult =
  | { readonly ok: true; readonly accounts: readonly ConfiguredAccount[] }
  /** One sentence for each problem, for the operator. Never quotes a secret. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** The defaults of each account, from the environment. */
interface AccountDefaults {
  readonly apiUrl: string;
  readonly authUrl: string;
  /** Null: each account's own API URL. */
  readonly audience: string | null;
  readonly adoptJobs: boolean;
  /** Whether addresses outside of this machine may begin with http://. */
  readonly allowInsecure: boolean;
}

export interface AccountsSource {
  readonly file: string;
  readonly env: Variables;
  readonly defaults: AccountDefaults;
}

/** Enough for some ten thousand accounts. */
const LIMITS: YamlLimits = {
  mostBytes: 8 * 1024 * 1024,
  deepest: 16,
  mostValues: 200_000,
  mostTokens: 2_000_000,
};

/** Reads the accounts file (ACCOUNTS_FILE) and reports all problems together. */
export function readAccountsFile(source: AccountsSource): AccountsResult {
  let text: string;
  try {
    text = readTextFile(source.file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return { ok: false, problems: [`ACCOUNTS_FILE ${source.file} can't be read (${code}).`] };
  }
  return parseAccounts(text, source);
}

/** Reads the text of an accounts file. */
export function parseAccounts(text: string, source: AccountsSource): AccountsResult {
  const yaml = readYaml(text, {
    limits: LIMITS,
    isTyped: isPolicyPath,
    mayQuote: false,
  });
  const { problems, accounts } = yaml.isReadable ? readAccounts(yaml.value, source) : NOTHING;
  for (const problem of problems) addProblem(yaml, problem);
  const found = yaml.problems.found.toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (found.length === 0) return { ok: true, accounts };
  return {
    ok: false,
    problems: found.map(({ line, column, message }) => `${source.file}:${line}:${column}: ${message}`),
  };
}

/** The secrets of an account, for the redactor. */
export function listAccountSecrets(account: ConfiguredAccount): string[] {
  const { credentials, deploymentSecret, mappings, notify = [] } = account;
  const others = [deploymentSecret, ...mappings.map((one) => one.deploymentSecret)];
  const secrets = [getSecret(credentials), ...others].filter((one) => one !== null);
  return [...secrets, ...notify.flatMap(listDestinationSecrets)];
}

interface ReadAccounts {
  readonly problems: readonly AccountProblem[];
  readonly accounts: readonly ConfiguredAccount[];
}

const NOTHING: ReadAccounts = { problems: [], accounts: [] };

function readAccounts(value: unknown, { env, defaults }: AccountsSource): ReadAccounts {
  const file = fileSchema.safeParse(value);
  const problems = file.success ? [] : [...toAccountProblems(file.error, { value, path: [] }, SECTIONS)];
  const accounts: ConfiguredAccount[] = [];
  const schema = createAccountSchema(env, defaults);
  const seen = new Set<string>();
  for (const [name, raw] of Object.entries(looseFileSchema.parse(value).accounts)) {
    const path = ['accounts', name];
    const login = name.toLowerCase();
    problems.push(...checkLogin(name, seen), ...checkAccount(raw, login).map((one) => below(path, one)));
    const entry = schema.safeParse(raw);
    if (!entry.success) problems.push(...toAccountProblems(entry.error, { value: raw, path }, SECTIONS));
    const account = entry.success && toAccount(login, entry.data, defaults);
    if (account) accounts.push(account);
  }
  return { problems, accounts };
}

function below(path: readonly string[], problem: AccountProblem): AccountProblem {
  return { ...problem, path: [...path, ...problem.path] };
}

/** Checks that a login is valid and isn't repeated in another letter case. */
function checkLogin(name: string, seen: Set<string>): AccountProblem[] {
  const at = { path: ['accounts', name], part: 'key' } as const;
  const login = loginSchema.safeParse(name);
  if (!login.success) return [{ ...at, message: login.error.issues[0]?.message ?? '' }];
  const isRepeated = seen.has(login.data);
  seen.add(login.data);
  return isRepeated ? [{ ...at, message: 'occurs twice, in different letter case: keep one' }] : [];
}

/** Null without complete credentials, which `checkAccount` reports. */
function toAccount(login: string, entry: AccountEntry, defaults: AccountDefaults): ConfiguredAccount | null {
  const credentials = toCredentials(entry, defaults);
  if (credentials === null) return null;
  const policy = toAccountPolicy(entry);
  return {
    login,
    id: entry.id ?? null,
    apiUrl: entry.api_url ?? defaults.apiUrl,
    credentials,
    adoptJobs: entry.adopt_jobs ?? defaults.adoptJobs,
    ...(entry.hello === 'off' ? { greets: false } : {}),
    ...(policy && { policy }),
    trigger: entry.trigger ?? 'api',
    deploymentSecret: entry.deployment_secret ?? null,
    allowedWorkspaces: entry.allowed_workspaces.length > 0 ? entry.allowed_workspaces : null,
    mappings: entry.mappings.map((one) => ({
      repository: one.repository.toLowerCase(),
      branch: one.branch ?? null,
      directory: one.directory ?? null,
      workspaceId: one.workspace,
      trigger: one.trigger ?? null,
      deploymentSecret: one.deployment_secret ?? null,
    })),
    ...(entry.notify.length > 0 ? { notify: entry.notify.map(toDestination) } : {}),
  };
}

function toCredentials(entry: AccountEntry, defaults: AccountDefaults): MeltanoCredentials | null {
  const { token, client_id: clientId, client_secret: clientSecret } = entry;
  if (token !== undefined) return { kind: 'token', token };
  if (clientId === undefined || clientSecret === undefined) return null;
  const apiUrl = entry.api_url ?? defaults.apiUrl;
  return {
    kind: 'client',
    clientId,
    clientSecret,
    authUrl: entry.auth_url ?? defaults.authUrl,
    audience: entry.audience ?? defaults.audience ?? apiUrl,
  };
}
