import { pino } from 'pino';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ConfiguredAccount } from '../../../src/config/accounts-file.ts';
import type { KnownOwner } from '../../../src/domain/owner.ts';
import { AccountRegistry } from '../../../src/meltano/account-registry.ts';
import { clientAuth, createClock, expectValue, startSandbox } from './client-setup.ts';

const API = 'https://app.meltano.com/api';
const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';

function buildAccount(login: string, differences: Partial<ConfiguredAccount> = {}): ConfiguredAccount {
  return {
    login,
    id: null,
    apiUrl: API,
    credentials: { kind: 'token', token: `token of ${login}` },
    trigger: 'api',
    deploymentSecret: null,
    allowedWorkspaces: null,
    mappings: [],
    adoptJobs: true,
    ...differences,
  };
}

function createRegistry(configured: ConfiguredAccount[], withEnvironment = true): AccountRegistry {
  const registry = new AccountRegistry(
    {
      meltano: { apiUrl: API, credentials: withEnvironment ? { kind: 'token', token: 'own' } : null },
      configured,
      adoptJobs: true,
    },
    {
      clock: createClock(),
      log: pino({ level: 'silent' }),
      onCall: () => undefined,
      onToken: () => undefined,
      onDeploymentSecret: () => undefined,
      onCircuit: () => undefined,
      onRetired: () => undefined,
      redact: async (text) => text,
    },
  );
  onTestFinished(() => registry.destroy());
  return registry;
}

/** An owner who has always had this login. */
function known(login: string, differences: Partial<KnownOwner> = {}): KnownOwner {
  return {
    id: 7,
    login,
    logins: [login.toLowerCase()],
    isLoginTaken: false,
    ...differences,
  };
}

describe('forOwner', () => {
  test.each<[string, string, boolean, string | null]>([
    ["the file's account", 'acme', true, '@acme'],
    ['it in another letter case', 'ACME', true, '@acme'],
    ["the environment's for any other", 'beta', true, 'environment'],
    ['none for any other without credentials in the environment', 'beta', false, null],
    ["the file's, for a login like the environment's key", 'environment', true, '@environment'],
    ["not the environment's for that login without it", 'environment', false, '@environment'],
  ])('gives %s', (_, login, withEnvironment, key) => {
    const registry = createRegistry([buildAccount('acme'), buildAccount('environment')], withEnvironment);
    expect(registry.forOwner(known(login))?.key ?? null).toBe(key);
  });
});

describe('forOwner, by the id', () => {
  const TAKEN = { logins: [], isLoginTaken: true };

  test.each<[string, KnownOwner, string | null]>([
    ['an account that is named by its id, whatever its login is now', known('new', { id: 1 }), '@pinned'],
    [
      'a renamed account that is named by its former login',
      known('new', { logins: ['new', 'acme'] }),
      '@acme',
    ],
    [
      'the entry of the present login before that of a former one',
      known('beta', { logins: ['beta', 'acme'] }),
      '@beta',
    ],
    ['nothing for who took a login of the file', known('acme', TAKEN), null],
    ['nothing for who took a login that the file names by its id', known('pinned', TAKEN), null],
    ['nothing of the environment for who took any other login', known('other', TAKEN), null],
    ['no entry with an id to who has only the login', known('pinned'), 'environment'],
  ])('gives %s', (_, owner, key) => {
    const registry = createRegistry([
      buildAccount('acme'),
      buildAccount('beta'),
      buildAccount('pinned', { id: 1 }),
    ]);
    expect(registry.forOwner(owner)?.key ?? null).toBe(key);
  });
});

describe('replace', () => {
  let registry: AccountRegistry;
  beforeEach(() => {
    registry = createRegistry([buildAccount('acme'), buildAccount('beta'), buildAccount('gamma')]);
  });

  test('keeps unchanged accounts, and recreates only changed ones', () => {
    const keys = ['environment', '@acme', '@beta'];
    const before = keys.map((key) => registry.byKey(key));
    registry.replace([
      buildAccount('acme'),
      buildAccount('beta', { apiUrl: 'https://other/api' }),
      buildAccount('delta'),
    ]);
    const same = keys.map((key, index) => registry.byKey(key) === before[index]);
    expect(same).toEqual([true, true, false]);
    expect(registry.byKey('@beta')).toMatchObject({ key: '@beta', pagesUrl: 'https://other' });
    expect(registry.byKey('@delta')?.key).toBe('@delta');
  });

  test('ends removed accounts, also for their stored deployments', () => {
    registry.replace([buildAccount('acme')]);
    expect(registry.byKey('@gamma')).toBeNull();
    expect(registry.forOwner(known('gamma'))?.key).toBe('environment');
  });

  test('lets a running step keep its account', async () => {
    const sandbox = await startSandbox();
    sandbox.addWorkspace({ name: 'W', repositoryUrl: 'https://github.com/acme/data' });
    const { apiUrl } = sandbox;
    const { tokenUrl, ...client } = clientAuth(sandbox);
    const old = buildAccount('acme', { apiUrl, credentials: { ...client, authUrl: tokenUrl } });
    registry.replace([old]);
    const api = registry.byKey('@acme')?.api;
    const listing = api?.listWorkspaces();
    registry.replace([]);
    expect(await listing).toMatchObject({ ok: true, value: [{ name: 'W' }] });
    expect(await api?.listWorkspaces()).toMatchObject({ ok: true });
  });
});

describe('an account', () => {
  test('shows and allows only the workspaces that the operator allows', async () => {
    const sandbox = await startSandbox();
    const { apiUrl, token } = sandbox;
    const one = sandbox.addWorkspace({ name: 'One', repositoryUrl: 'https://github.com/acme/data' });
    sandbox.addWorkspace({ name: 'Two', repositoryUrl: 'https://github.com/acme/data' });
    const settings = { apiUrl, credentials: { kind: 'token', token } } as const;
    const account = createRegistry([
      buildAccount('acme', { ...settings, allowedWorkspaces: [one.id] }),
      buildAccount('beta', settings),
    ]);
    const namesOf = async (login: string) => {
      const listed = await account.forOwner(known(login))?.directory.current();
      return listed && expectValue(listed).workspaces.map(({ name }) => name);
    };
    expect(await namesOf('acme')).toEqual(['One']);
    expect(await namesOf('beta')).toEqual(['One', 'Two']);
    expect(account.forOwner(known('acme'))?.allows(one.id)).toBe(true);
    expect(account.forOwner(known('acme'))?.allows(ID)).toBe(false);
    expect(account.forOwner(known('beta'))?.allows(ID)).toBe(true);
  });

  test("writes a mapping's directory as workspaces have theirs", () => {
    const mapping = { repository: 'acme/data', branch: null, workspaceId: ID };
    const rest = { trigger: null, deploymentSecret: null };
    const registry = createRegistry([
      buildAccount('acme', { mappings: [{ ...mapping, ...rest, directory: './a//b/' }] }),
    ]);
    expect(registry.forOwner(known('acme'))?.mappings).toMatchObject([{ ...mapping, directory: 'a/b' }]);
  });
});
