import { generateKeyPairSync } from 'node:crypto';
import { type Configuration, ENVIRONMENT_NAMES, readEnvironment } from '../../config/environment.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The configuration for each part of the doctor; null if a required setting is missing or invalid. */
export interface ConfigurationParts {
  readonly problems: readonly string[];
  readonly github: Configuration | null;
  readonly meltano: Configuration | null;
  readonly database: Configuration | null;
}

const GITHUB = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET', 'GHE_HOST', 'GHE_PROTOCOL'];
const WEBHOOK = ['WEBHOOK_PATH', 'WEBHOOK_PROXY_URL', 'ALLOWED_ACCOUNTS'];
const MELTANO = ['MELTANO_API_URL', 'MELTANO_API_TOKEN', 'MELTANO_CLIENT_ID', 'MELTANO_CLIENT_SECRET'];
const ACCOUNTS = [
  'MELTANO_AUTH_URL',
  'MELTANO_AUDIENCE',
  'ACCOUNTS_FILE',
  'TENANTS_FILE',
  'ALLOW_INSECURE_API',
];
const DATABASE = ['DATABASE_URL', 'DATA_DIR'];

/**
 * Reads the environment like the app does, and then once for each part. An invalid setting of one part doesn't prevent the
 * checks of the others.
 */
export function readParts(env: Variables): ConfigurationParts {
  // In production, a missing APP_ID is a problem. Otherwise it would mean "not set up yet".
  const whole = readEnvironment({ ...env, NODE_ENV: 'production' });
  const problems = !whole.ok && whole.kind === 'invalid' ? whole.problems : [];
  const { github, meltano } = createStandIns();
  return {
    problems,
    // The app doesn't start without the secret, but the other checks don't need it.
    github: readPart({ WEBHOOK_SECRET: 'missing', ...keep(env, [...GITHUB, ...WEBHOOK]), ...meltano }),
    meltano: readPart({ ...keep(env, [...MELTANO, ...ACCOUNTS, ...listForeign(env)]), ...github }),
    database: readPart({ ...keep(env, DATABASE), ...github, ...meltano }),
  };
}

function readPart(env: Variables): Configuration | null {
  const read = readEnvironment(env);
  return read.ok ? read.configuration : null;
}

/** Treats an empty variable as missing. */
function keep(env: Variables, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name]?.trim() ? [[name, env[name]]] : [])));
}

/** Lists the other variables, which the accounts file may refer to. */
function listForeign(env: Variables): string[] {
  return Object.keys(env).filter((name) => !ENVIRONMENT_NAMES.includes(name));
}

function createStandIns() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    github: { APP_ID: '1', PRIVATE_KEY, WEBHOOK_SECRET: 'missing' },
    meltano: { MELTANO_API_TOKEN: 'missing' },
  };
}
