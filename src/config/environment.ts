import { createPrivateKey } from 'node:crypto';
import { getPrivateKey } from '@probot/get-private-key';
import { z } from 'zod';
import { deepFreeze } from './deep-freeze.ts';
import type { MeltanoCredentials } from './meltano-credentials.ts';
import { readTenantsFile, type TenantAccount, type TenantsSource } from './tenants-file.ts';

/** Everything that the operator sets, validated. The table in `docs/configuration.md` names every variable. */
export interface Configuration {
  readonly github: {
    readonly appId: number;
    readonly privateKey: string;
    readonly webhookSecret: string;
    /** API base, e.g. `https://api.github.com`. */
    readonly apiUrl: string;
    /** Origin of the pages for people, e.g. `https://github.com`. */
    readonly webUrl: string;
    /** Host of the repositories that are served. */
    readonly host: string;
  };
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly webhookPath: string;
    readonly webhookProxyUrl: string | null;
  };
  readonly log: { readonly level: string; readonly format: 'pretty' | 'json' };
  readonly meltano: {
    readonly apiUrl: string;
    /** Null: only the accounts of the operator's file are served. */
    readonly credentials: MeltanoCredentials | null;
  };
  /** The operator's file and what it said at the start; null without TENANTS_FILE. */
  readonly tenants: { readonly source: TenantsSource; readonly accounts: readonly TenantAccount[] } | null;
  readonly dataDirectory: string;
  /** The PostgreSQL server that several instances share; null: the embedded database in `dataDirectory`. */
  readonly databaseUrl: string | null;
  /** GitHub logins in lower case; null serves everyone. */
  readonly allowedAccounts: ReadonlySet<string> | null;
  readonly deployTimeoutMinutes: number;
  readonly startTimeoutMinutes: number;
  /** Whether a job that something else started for a push is reported in place of a second one. */
  readonly adoptJobs: boolean;
  readonly poll: { readonly min: number; readonly max: number };
  /** How often missed deliveries and branch heads are looked for; 0 for never. */
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

const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .transform((value) => value.replace(/\/+$/, ''));
const minutes = z.coerce
  .number({ error: 'must be a number of minutes' })
  .positive({ error: 'must be more than 0 minutes' })
  .max(7 * 24 * 60, { error: 'must be at most 10080 minutes (7 days)' });
const milliseconds = z.coerce
  .number({ error: 'must be a number of milliseconds' })
  .int({ error: 'must be a whole number of milliseconds' })
  .min(100, { error: 'must be at least 100 ms' })
  .max(600_000, { error: 'must be at most 600000 ms' });

/** The variables that can be judged one by one. A variable that is empty counts as not set. */
const variables = z.object({
  APP_ID: z.coerce
    .number({ error: "must be the GitHub App's number" })
    .int({ error: "must be the GitHub App's number" })
    .positive({ error: "must be the GitHub App's number" })
    .optional(),
  WEBHOOK_SECRET: z.string().optional(),
  GHE_HOST: z
    .string()
    .regex(/^[^/\s]+$/, { error: 'must be a host name, with a port if needed, without https://' })
    .optional(),
  GHE_PROTOCOL: z.enum(['http', 'https'], { error: 'must be http or https' }).default('https'),
  HOST: z.string().default('localhost'),
  PORT: z.coerce
    .number({ error: 'must be a port number' })
    .int({ error: 'must be a port number' })
    .min(1, { error: 'must be a port number' })
    .max(65_535, { error: 'must be a port number' })
    .default(3000),
  WEBHOOK_PATH: z.string().regex(/^\//, { error: 'must begin with /' }).default('/api/github/webhooks'),
  WEBHOOK_PROXY_URL: url.optional(),
  NODE_ENV: z.string().default('development'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
      error: 'must be trace, debug, info, warn, error or fatal',
    })
    .default('info'),
  LOG_FORMAT: z.enum(['pretty', 'json'], { error: 'must be pretty or json' }).optional(),
  MELTANO_API_URL: url.default('https://app.meltano.com/api'),
  MELTANO_API_TOKEN: z.string().optional(),
  MELTANO_CLIENT_ID: z.string().optional(),
  MELTANO_CLIENT_SECRET: z.string().optional(),
  MELTANO_AUTH_URL: url.default('https://identity.matatika.com/oauth/token'),
  MELTANO_AUDIENCE: z.string().optional(),
  TENANTS_FILE: z.string().optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'must be a URL that begins with postgres:// or postgresql://',
    })
    .optional(),
  ALLOWED_ACCOUNTS: z.string().optional(),
  DEPLOY_TIMEOUT_MINUTES: minutes.default(120),
  START_TIMEOUT_MINUTES: minutes.default(60),
  SWEEP_MINUTES: z.coerce
    .number({ error: 'must be a number of minutes, or 0 for never' })
    .min(0, { error: 'must be a number of minutes, or 0 for never' })
    .max(24 * 60, { error: 'must be at most 1440 minutes (a day)' })
    .default(5),
  RETENTION_DAYS: z.coerce
    .number({ error: 'must be a number of days' })
    .int({ error: 'must be a whole number of days' })
    .min(1, { error: 'must be at least 1 day' })
    .max(3650, { error: 'must be at most 3650 days (ten years)' })
    .default(90),
  ADOPT_JOBS: z.enum(['true', 'false'], { error: 'must be true or false' }).default('true'),
  POLL_MIN_MS: milliseconds.default(1_000),
  POLL_MAX_MS: milliseconds.default(10_000),
});

type Values = z.infer<typeof variables>;

/** The names of all variables that are read, with `PRIVATE_KEY` and `PRIVATE_KEY_PATH`, which are read together. */
export const ENVIRONMENT_NAMES: readonly string[] = [
  ...Object.keys(variables.shape),
  'PRIVATE_KEY',
  'PRIVATE_KEY_PATH',
];

/** Reads the configuration from the environment; every problem is reported, not only the first. */
export function readEnvironment(env: Variables): EnvironmentResult {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = variables.safeParse(given);
  if (parsed.success && !parsed.data.APP_ID && parsed.data.NODE_ENV !== 'production') {
    return { ok: false, kind: 'not set up' };
  }
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`);
  const key = readPrivateKey(given);
  if ('problem' in key) problems.push(key.problem);
  problems.push(...findMissing(given));
  if (parsed.success) problems.push(...findContradictions(parsed.data));
  const tenants = readTenants(given, parsed.success ? parsed.data : variables.parse({}));
  if (tenants && 'problems' in tenants) problems.push(...tenants.problems);
  if (!parsed.success || problems.length > 0 || !('pem' in key) || (tenants && 'problems' in tenants)) {
    return { ok: false, kind: 'invalid', problems };
  }
  return { ok: true, configuration: deepFreeze(toConfiguration(parsed.data, key.pem, tenants)) };
}

function readTenants(
  given: Variables,
  values: Values,
): Configuration['tenants'] | { problems: readonly string[] } {
  const file = given['TENANTS_FILE'];
  if (!file) return null;
  const { MELTANO_API_URL: apiUrl, MELTANO_AUTH_URL: authUrl } = values;
  const defaults = {
    apiUrl,
    authUrl,
    audience: values.MELTANO_AUDIENCE ?? null,
    adoptJobs: values.ADOPT_JOBS === 'true',
  };
  const source = { file, env: { ...given }, defaults };
  const read = readTenantsFile(source);
  return read.ok ? { source, accounts: read.accounts } : { problems: read.problems };
}

function readPrivateKey(given: Variables): { pem: string } | { problem: string } {
  try {
    const pem = getPrivateKey({ env: { ...given } });
    if (!pem) {
      return {
        problem:
          "PRIVATE_KEY or PRIVATE_KEY_PATH is missing: set one to the GitHub App's private key (PEM), or to its file.",
      };
    }
    createPrivateKey(pem);
    return { pem };
  } catch (error) {
    return {
      problem: `PRIVATE_KEY or PRIVATE_KEY_PATH can't be used: ${(error as Error).message.replace(/\.$/, '')}.`,
    };
  }
}

function findMissing(given: Variables): string[] {
  const problems: string[] = [];
  if (!given['APP_ID']) problems.push('APP_ID is missing: it is the number of the GitHub App.');
  if (!given['WEBHOOK_SECRET']) {
    problems.push(
      "WEBHOOK_SECRET is missing: without the GitHub App's webhook secret nobody could tell GitHub's deliveries from forged ones.",
    );
  }
  const { MELTANO_API_TOKEN: token, MELTANO_CLIENT_ID: id, MELTANO_CLIENT_SECRET: secret } = given;
  if (token && (id || secret)) {
    problems.push(
      'MELTANO_API_TOKEN and MELTANO_CLIENT_ID / MELTANO_CLIENT_SECRET are both set: choose one way to sign in.',
    );
  } else if (!token && (id || secret) && !(id && secret)) {
    problems.push(
      `${id ? 'MELTANO_CLIENT_SECRET' : 'MELTANO_CLIENT_ID'} is missing: client credentials are both.`,
    );
  } else if (!token && !id && !given['TENANTS_FILE']) {
    problems.push(
      'Meltano Cloud credentials are missing: set MELTANO_API_TOKEN, or MELTANO_CLIENT_ID and MELTANO_CLIENT_SECRET.',
    );
  }
  return problems;
}

function findContradictions(values: Values): string[] {
  if (values.POLL_MIN_MS <= values.POLL_MAX_MS) return [];
  return [`POLL_MIN_MS (${values.POLL_MIN_MS}) must not be more than POLL_MAX_MS (${values.POLL_MAX_MS}).`];
}

function toConfiguration(
  values: Values,
  privateKey: string,
  tenants: Configuration['tenants'],
): Configuration {
  const { GHE_HOST: gheHost, GHE_PROTOCOL: gheProtocol } = values;
  const webUrl = gheHost ? `${gheProtocol}://${gheHost}` : 'https://github.com';
  return {
    github: {
      appId: values.APP_ID ?? 0,
      privateKey,
      webhookSecret: values.WEBHOOK_SECRET ?? '',
      apiUrl: gheHost ? `${webUrl}/api/v3` : 'https://api.github.com',
      webUrl,
      host: gheHost ?? 'github.com',
    },
    server: {
      host: values.HOST,
      port: values.PORT,
      webhookPath: values.WEBHOOK_PATH,
      webhookProxyUrl: values.WEBHOOK_PROXY_URL ?? null,
    },
    log: {
      level: values.LOG_LEVEL,
      format: values.LOG_FORMAT ?? (values.NODE_ENV === 'production' ? 'json' : 'pretty'),
    },
    meltano: { apiUrl: values.MELTANO_API_URL, credentials: toCredentials(values) },
    tenants,
    dataDirectory: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL ?? null,
    allowedAccounts: values.ALLOWED_ACCOUNTS ? splitLogins(values.ALLOWED_ACCOUNTS) : null,
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
    ...{ kind: 'client', clientId, clientSecret },
    authUrl: values.MELTANO_AUTH_URL,
    audience: values.MELTANO_AUDIENCE ?? values.MELTANO_API_URL,
  };
}

function splitLogins(list: string): Set<string> {
  return new Set(
    list
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
  );
}
