import { z } from 'zod';
import type { NamedAccount } from '../domain/owner.ts';
import { readDatabaseUrl } from './database-url.ts';
import { TOKEN, TOKEN_ERROR } from './meltano-credentials.ts';

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

/** A login, optionally followed by the account's id. */
const ENTRY = /^(?<login>[a-z0-9][a-z0-9_-]{0,99})(?::(?<id>[1-9][0-9]{0,14}))?$/;

/** The variables that can be checked one by one. */
export const variables = z.object({
  APP_ID: z.coerce
    .number({ error: "must be the GitHub App's number" })
    .int({ error: "must be the GitHub App's number" })
    .positive({ error: "must be the GitHub App's number" })
    .optional(),
  WEBHOOK_SECRET: z.string().optional(),
  GHE_HOST: z.string().optional(),
  GHE_PROTOCOL: z.enum(['http', 'https'], { error: 'must be http or https' }).optional(),
  HOST: z.string().default('localhost'),
  PORT: z.coerce
    .number({ error: 'must be a port number' })
    .int({ error: 'must be a port number' })
    .min(1, { error: 'must be a port number' })
    .max(65_535, { error: 'must be a port number' })
    .default(3000),
  KEEP_ALIVE_SECONDS: z.coerce
    .number({ error: 'must be a number of seconds' })
    .int({ error: 'must be a whole number of seconds' })
    .min(1, { error: 'must be at least 1 second' })
    .max(3_600, { error: 'must be at most 3600 seconds (an hour)' })
    .default(75),
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
  MELTANO_API_TOKEN: z.string().regex(TOKEN, { error: TOKEN_ERROR }).optional(),
  MELTANO_CLIENT_ID: z.string().optional(),
  MELTANO_CLIENT_SECRET: z.string().optional(),
  MELTANO_AUTH_URL: url.default('https://identity.matatika.com/oauth/token'),
  MELTANO_AUDIENCE: z.string().optional(),
  ACCOUNTS_FILE: z.string().optional(),
  /** The former name of ACCOUNTS_FILE. */
  TENANTS_FILE: z.string().optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z.string().transform(toDatabaseUrl).optional(),
  ALLOWED_ACCOUNTS: z.string().transform(toNamedAccounts).optional(),
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
  ALLOW_INSECURE_API: z.enum(['true', 'false'], { error: 'must be true or false' }).default('false'),
  ADOPT_JOBS: z.enum(['true', 'false'], { error: 'must be true or false' }).default('true'),
  POLL_MIN_MS: milliseconds.default(1_000),
  POLL_MAX_MS: milliseconds.default(10_000),
});

export type Values = z.infer<typeof variables>;

function toDatabaseUrl(value: string, context: z.RefinementCtx): string {
  const read = readDatabaseUrl(value);
  if (read.ok) return read.url;
  context.addIssue({ code: 'custom', message: read.problem });
  return z.NEVER;
}

/** Reads a list of logins with optional account ids, such as `acme, globex:12345`. */
function toNamedAccounts(list: string, context: z.RefinementCtx): NamedAccount[] {
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return entries.flatMap((entry) => {
    const { login, id } = ENTRY.exec(entry)?.groups ?? {};
    if (login !== undefined) return { login, id: id === undefined ? null : Number(id) };
    context.addIssue({
      code: 'custom',
      message: `must hold GitHub logins, each with or without the account's id behind it, as in acme or acme:12345: "${entry}" is neither`,
    });
    return [];
  });
}
