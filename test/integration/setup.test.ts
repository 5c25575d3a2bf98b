import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { inWorld, REPOSITORY, type World } from './world.ts';

const NAME = 'Meltano Deploy setup';

function setups({ github }: World, repository: string): SandboxCheckRun[] {
  return github.checks.runs(repository).filter(({ name }) => name === NAME);
}

function untilSetup(world: World, repository: string, count = 1): Promise<SandboxCheckRun> {
  return world.until(
    () => setups(world, repository).length >= count && setups(world, repository)[count - 1],
    `${count} of ${NAME}`,
  );
}

test.concurrent('a repository that was added says which workspaces deploy from it, once', () =>
  inWorld(async (world) => {
    const { github, meltano, app } = world;
    const fullName = 'acme/more';
    meltano.addWorkspace({ name: 'Other', repositoryUrl: app.sandbox.repositoryUrl(fullName) });
    meltano.addWorkspace({
      name: 'Staging',
      repositoryUrl: app.sandbox.repositoryUrl(fullName),
      repositoryBranch: 'develop',
    });
    github.repositories.add({ fullName, deliver: true });
    const run = await untilSetup(world, fullName);
    expect(run).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      headSha: github.repositories.get(fullName).branches.get('main'),
      output: {
        title: '2 workspaces deploy from here: Other (main), Staging (develop). Nothing was deployed.',
      },
    });
    await world.app.restart();
    await world.deployPush();
    expect(setups(world, fullName)).toHaveLength(1);
    expect(setups(world, REPOSITORY)).toEqual([]);
    expect(meltano.jobs).toHaveLength(1);
  }));

test.concurrent('a workspace that was set up right before counts, although the app knew an older list', () =>
  inWorld(async (world) => {
    const { github, meltano, app } = world;
    await world.deployPush();
    meltano.addWorkspace({ name: 'New', repositoryUrl: app.sandbox.repositoryUrl('acme/new') });
    github.repositories.add({ fullName: 'acme/new', deliver: true });
    const run = await untilSetup(world, 'acme/new');
    expect(run.output.title).toBe('1 workspace deploys from here: New (main). Nothing was deployed.');
  }));

test.concurrent('a repository without a workspace says what to do; empty and archived ones say nothing', () =>
  inWorld(async (world) => {
    const { github } = world;
    github.repositories.add({ fullName: 'acme/empty', files: null, deliver: true });
    github.repositories.add({ fullName: 'acme/none', deliver: true });
    const run = await untilSetup(world, 'acme/none');
    expect(run.conclusion).toBe('neutral');
    expect(run.output.title).toBe('No workspace of your Meltano Cloud account names this repository');
    expect(run.output.summary).toContain('`acme/none`');
    await world.deployPush();
    expect(setups(world, 'acme/empty')).toEqual([]);
  }));

test.concurrent('it says so once more when a workspace is first seen', () =>
  inWorld(async (world) => {
    const { github, meltano, app } = world;
    github.repositories.add({ fullName: 'acme/late', deliver: true });
    await untilSetup(world, 'acme/late');
    meltano.addWorkspace({ name: 'Late', repositoryUrl: app.sandbox.repositoryUrl('acme/late') });
    // A new process looks at once.
    await app.restart();
    const second = await untilSetup(world, 'acme/late', 2);
    expect(second.conclusion).toBe('success');
    expect(setups(world, 'acme/late')).toHaveLength(2);
  }));

test.concurrent('of more than ten repositories that are added at once, only those with a workspace say something', () =>
  inWorld(async (world) => {
    const { github, meltano, app } = world;
    const names = Array.from({ length: 11 }, (_, n) => `beta/r${n}`);
    for (const fullName of names) github.repositories.add({ fullName });
    meltano.addWorkspace({ name: 'Beta', repositoryUrl: app.sandbox.repositoryUrl('beta/r7') });
    github.installations.add({ account: 'beta', deliver: true });
    const run = await untilSetup(world, 'beta/r7');
    expect(run.output.title).toBe('1 workspace deploys from here: Beta (main). Nothing was deployed.');
    await world.deployPush();
    expect(names.flatMap((name) => setups(world, name))).toHaveLength(1);
  }));

test.concurrent('a check run whose create was not answered comes once', () =>
  inWorld(async (world) => {
    const { github } = world;
    github.service.faults.add({
      method: 'POST',
      path: /\/late\/check-runs$/,
      times: 1,
      action: { kind: 'reset', when: 'after' },
    });
    github.repositories.add({ fullName: 'acme/late', deliver: true });
    await world.untilLogged('The setup check run could not be written');
    await world.until(
      () => github.requests.all.filter(({ path }) => path.includes('/late/commits/')).length >= 2,
      'the look for the check run',
    );
    await world.deployPush();
    expect(setups(world, 'acme/late')).toHaveLength(1);
  }));

test.concurrent('an account with hello: off hears nothing', () => {
  const directory = mkdtempSync(join(tmpdir(), 'accounts-'));
  return inWorld(
    async (world) => {
      world.github.repositories.add({ fullName: 'acme/quiet', deliver: true });
      await world.deployPush();
      expect(setups(world, 'acme/quiet')).toEqual([]);
      rmSync(directory, { recursive: true });
    },
    {
      env: ({ meltano }) => {
        const file = join(directory, 'accounts.yml');
        writeFileSync(file, `accounts:\n  acme:\n    token: \${TOKEN}\n    hello: off\n`);
        return { ACCOUNTS_FILE: file, MELTANO_API_TOKEN: '', TOKEN: meltano.token };
      },
    },
  );
});

test.concurrent('an archived repository says nothing, even if a workspace names it', () =>
  inWorld(async (world) => {
    const { github, meltano, app } = world;
    github.repositories.add({ fullName: 'beta/old' });
    github.repositories.setArchived('beta/old', true);
    meltano.addWorkspace({ name: 'Old', repositoryUrl: app.sandbox.repositoryUrl('beta/old') });
    github.installations.add({ account: 'beta', deliver: true });
    await world.until(
      () => github.requests.all.some(({ path }) => path.endsWith('/repos/beta/old')),
      'the look',
    );
    await world.deployPush();
    const tried = github.requests.all.filter(
      ({ method, path }) => method === 'POST' && path.includes('/beta/old/'),
    );
    expect(tried).toEqual([]);
  }));

test.concurrent('an account that is not served hears nothing', () => {
  const directory = mkdtempSync(join(tmpdir(), 'accounts-'));
  return inWorld(
    async (world) => {
      const { github, meltano, app } = world;
      github.repositories.add({ fullName: 'beta/other' });
      meltano.addWorkspace({ name: 'Beta', repositoryUrl: app.sandbox.repositoryUrl('beta/other') });
      github.installations.add({ account: 'beta', deliver: true });
      github.repositories.add({ fullName: 'acme/seen', deliver: true });
      await untilSetup(world, 'acme/seen');
      await world.deployPush();
      expect(setups(world, 'beta/other')).toEqual([]);
      rmSync(directory, { recursive: true });
    },
    {
      env: ({ meltano }) => {
        const file = join(directory, 'accounts.yml');
        writeFileSync(file, `accounts:\n  acme:\n    token: \${TOKEN}\n`);
        return { ACCOUNTS_FILE: file, MELTANO_API_TOKEN: '', TOKEN: meltano.token };
      },
    },
  );
});

test.concurrent('a missed delivery of added repositories is asked for again', () =>
  inWorld(async (world) => {
    const { github, app } = world;
    await app.restart(() => void github.repositories.add({ fullName: 'acme/missed', deliver: true }));
    await untilSetup(world, 'acme/missed');
    const known = github.hook.deliveries.filter(({ event }) => event.startsWith('installation'));
    await app.restart();
    await world.deployPush();
    expect(github.hook.deliveries.filter(({ event }) => event.startsWith('installation'))).toEqual(known);
    expect(setups(world, 'acme/missed')).toHaveLength(1);
  }));

test.concurrent('an account that is not allowed hears nothing', () =>
  inWorld(
    async (world) => {
      const { github, meltano, app } = world;
      github.repositories.add({ fullName: 'beta/other' });
      meltano.addWorkspace({ name: 'Beta', repositoryUrl: app.sandbox.repositoryUrl('beta/other') });
      github.installations.add({ account: 'beta', deliver: true });
      github.repositories.add({ fullName: 'acme/seen', deliver: true });
      await untilSetup(world, 'acme/seen');
      await world.deployPush();
      expect(setups(world, 'beta/other')).toEqual([]);
    },
    { env: { ALLOWED_ACCOUNTS: 'acme' } },
  ));

test.concurrent('after the loss of the data the check run is looked for, and not created again', () =>
  inWorld(async (world) => {
    const { github, app } = world;
    github.repositories.add({ fullName: 'acme/kept', deliver: true });
    await untilSetup(world, 'acme/kept');
    github.branches.push({ repository: 'acme/kept', files: { 'a.txt': 'a' }, message: 'A newer commit' });
    const added = github.hook.deliveries.find(({ event }) => event === 'installation_repositories');
    const looks = () => github.requests.all.filter(({ path }) => path.includes('/acme/kept/commits/')).length;
    await app.restart(() => {
      for (const name of readdirSync(app.dataDirectory)) {
        rmSync(join(app.dataDirectory, name), { recursive: true });
      }
    });
    const before = looks();
    if (added) await github.hook.redeliver(added);
    await world.until(() => looks() > before, 'the look for the check run');
    await world.deployPush();
    expect(setups(world, 'acme/kept')).toHaveLength(1);
  }));

test.concurrent('an installation gets at most 60 an hour', () =>
  inWorld(async (world) => {
    const { github, app } = world;
    github.repositories.add({ fullName: 'acme/first', deliver: true });
    await untilSetup(world, 'acme/first');
    await app.restart(() => change(world, addWrites));
    github.repositories.add({ fullName: 'acme/last', deliver: true });
    await world.until(() => change(world, isStored), 'the stored repository');
    await world.deployPush();
    expect(setups(world, 'acme/last')).toEqual([]);
    await app.restart(() =>
      change(world, (db) =>
        db.exec('update setup_run set success_at = success_at - 3600000, neutral_at = neutral_at - 3600000'),
      ),
    );
    await untilSetup(world, 'acme/last');
  }));

function change<T>({ app }: World, play: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(app.dataDirectory, 'meltano-deploy.db'));
  try {
    return play(db);
  } finally {
    db.close();
  }
}

/** 59 more repositories whose check run was written just now. */
function addWrites(db: DatabaseSync): void {
  const row = db.prepare('select * from setup_run').get() ?? {};
  const columns = Object.keys(row);
  const insert = db.prepare(
    `insert into setup_run (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  );
  for (let id = 1; id < 60; id += 1) {
    insert.run(...Object.values({ ...row, state: 'done', repository_id: 9_000_000 + id }));
  }
}

function isStored(db: DatabaseSync): boolean {
  return db.prepare("select 1 from setup_run where name = 'last'").get() !== undefined;
}

test.concurrent('it says that something else deploys too, after an adopted job, and links to Meltano Cloud', () =>
  inWorld(async (world) => {
    const { github, meltano, app } = world;
    const repository = 'acme/late';
    github.repositories.add({ fullName: repository, deliver: true });
    const first = await untilSetup(world, repository);
    expect(first.detailsUrl).toBe(new URL(app.sandbox.appEnvironment()['MELTANO_API_URL'] ?? '').origin);
    const workspace = meltano.addWorkspace({
      name: 'Late',
      repositoryUrl: app.sandbox.repositoryUrl(repository),
    });
    world.push({ repository });
    const foreign = meltano.createJob(workspace, 'github-webhook');
    foreign.run();
    foreign.end('COMPLETE');
    await world.until(
      () => github.checks.runs(repository).find((run) => run.output.summary?.includes('**Adopted job:**')),
      'the adopted job',
    );
    await app.restart();
    const second = await untilSetup(world, repository, 2);
    expect(second.output.summary).toContain("The repository's own webhook still deploys too");
  }));
