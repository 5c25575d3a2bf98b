import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
