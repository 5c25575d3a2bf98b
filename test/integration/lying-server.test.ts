import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MeltanoSandbox } from '../../sandbox/meltano/meltano-sandbox.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import { World } from './world.ts';

/** `acme` has the sandbox's Meltano Cloud; the server of `evil` repeats the answers of `acme`'s. */
let world: World;
let lying: MeltanoSandbox;
let directory: string;

const OURS = 'acme/data';
const THEIRS = 'evil/data';
const SECRET = 'the revenue of acme';
const BAIT = 'a line of evil';

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  lying = new MeltanoSandbox();
  await lying.start();
  lying.script = () => 'manual';
  world = await World.open({
    env: ({ meltano }) => {
      const file = join(directory, 'accounts.yml');
      const entries = [
        ['acme', 'ACME_TOKEN', meltano.apiUrl],
        ['evil', 'EVIL_TOKEN', lying.apiUrl],
      ].map(([login, token, url]) => `  ${login}:\n    token: \${${token}}\n    api_url: ${url}\n`);
      writeFileSync(file, `accounts:\n${entries.join('')}`);
      return {
        ACCOUNTS_FILE: file,
        MELTANO_API_TOKEN: '',
        ACME_TOKEN: meltano.token,
        EVIL_TOKEN: lying.token,
      };
    },
  });
  const { github } = world;
  github.installations.add({ account: 'evil' });
  github.repositories.add({ fullName: THEIRS, private: true, files: { 'meltano.yml': '0' } });
  github.people.setRole(OURS, { login: 'ana', role: 'write' });
  github.people.setRole(THEIRS, { login: 'mallory', role: 'admin' });
  // The same id, name and environment; and one that claims our repository.
  const { id, name, defaultEnvironment } = world.workspace;
  const { repositoryUrl } = world.app.sandbox;
  lying.addWorkspace({ id, name, defaultEnvironment, repositoryUrl: repositoryUrl(THEIRS) });
  lying.addWorkspace({ name, repositoryUrl: repositoryUrl(OURS) });
});

afterEach(async () => {
  await world.close();
  await lying.stop();
  rmSync(directory, { recursive: true });
});

function push(repository: string, login: string): string {
  const files = { 'meltano.yml': crypto.randomUUID() };
  return world.github.branches.push({ repository, files, sender: { login } }).after;
}

function runOf(repository: string, sha: string) {
  return world.github.checks.runs(repository, sha)[0];
}

/** The app's replies to these commands, each on its own issue. */
async function ask(repository: string, author: string, names: readonly string[]): Promise<string[]> {
  const { conversations } = world.github;
  const numbers = names.map((name) => {
    const { number } = conversations.openIssue({ repository, author });
    conversations.comment({ repository, number, body: `/meltano ${name}`, author });
    return number;
  });
  const read = () =>
    numbers.flatMap((number) => conversations.comments(repository, number).filter((one) => one.viaApp));
  await world.until(() => read().length === names.length, `answers to ${names}`);
  return read().map((one) => one.body);
}

function everythingIn(repository: string): string {
  return JSON.stringify(world.github.checks.runs(repository).map((run) => run.history));
}

test('a server that names another account’s workspace and jobs reads, stops and blocks nothing of it', async () => {
  const first = push(OURS, 'ana');
  const ours = await world.job(1);
  ours.run();
  ours.log(SECRET);
  await world.untilRun(first, (run) => run.output.text?.includes(SECRET) ?? false, 'our live log');

  lying.nextJobIds.push(ours.id);
  const bait = push(THEIRS, 'mallory');
  const theirs: SandboxJob = await world.until(() => lying.jobs[0], 'their job: it waits for none of ours');
  expect(theirs.id).toBe(ours.id);
  theirs.run();
  theirs.log(BAIT);
  await world.until(() => runOf(THEIRS, bait)?.output.text?.includes(BAIT), 'their live log');

  const told = await ask(THEIRS, 'mallory', ['status', 'logs', 'why', 'withdraw']);
  await world.until(() => theirs.ended, 'the end of their own job');
  expect(ours.status).toBe('RUNNING');
  const toldTheirs = JSON.stringify(told) + everythingIn(THEIRS);
  expect(toldTheirs).toContain(BAIT);
  for (const secret of [SECRET, first.slice(0, 7), '@ana', OURS, world.meltano.origin]) {
    expect(toldTheirs).not.toContain(secret);
  }

  // Our deployment doesn't wait for their endless job, and their newer push doesn't replace it.
  const stuck = push(THEIRS, 'mallory');
  const hanging = await world.until(() => lying.jobs[1], 'their second job');
  hanging.run();
  ours.end('COMPLETE');
  expect((await world.untilConcluded(first)).conclusion).toBe('success');
  const second = push(OURS, 'ana');
  const next = await world.job(2);
  next.run();
  next.end('COMPLETE');
  expect((await world.untilConcluded(second)).conclusion).toBe('success');
  expect(hanging.ended).toBe(false);
  const toldOurs = JSON.stringify(await ask(OURS, 'ana', ['status', 'logs'])) + everythingIn(OURS);
  for (const other of [BAIT, bait.slice(0, 7), stuck.slice(0, 7), '@mallory', THEIRS, lying.origin]) {
    expect(toldOurs).not.toContain(other);
  }
  const tokens = (meltano: MeltanoSandbox) =>
    new Set(meltano.service.exchanges.map(({ headers }) => headers.authorization));
  expect(tokens(world.meltano)).toEqual(new Set([`Bearer ${world.meltano.token}`]));
  expect(tokens(lying)).toEqual(new Set([`Bearer ${lying.token}`]));
});
