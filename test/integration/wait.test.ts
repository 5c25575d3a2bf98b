import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { inWorld, REPOSITORY, World } from './world.ts';

const BIN = join(import.meta.dirname, '../../bin/meltano-deploy.mjs');

async function wait(env: Record<string, string>, ...words: string[]) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [BIN, 'wait', ...words], { cwd: tmpdir(), env: { PATH, ...env } });
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, error };
}

/** A token as a workflow has it: it may read checks. */
function environment({ github }: World): Record<string, string> {
  const [installation] = github.installations.list();
  const token = github.tokens.issue({
    installationId: installation?.id ?? 0,
    permissions: { checks: 'read', metadata: 'read' },
    repositoryIds: null,
  });
  return { GITHUB_TOKEN: token.token, GITHUB_API_URL: `${github.origin}/api/v3` };
}

test.concurrent('waits for the end: exit code 0', () =>
  inWorld(async (world) => {
    const { after } = world.push();
    const job = await world.job(1);
    const waiting = wait(environment(world), '--repo', REPOSITORY, '--sha', after, '--appear', '10s');
    await world.until(
      () => world.github.service.exchanges.some((one) => one.path.includes('filter=latest&per_page=100')),
      'the first read',
    );
    job.run();
    job.end('COMPLETE');
    const { code, out, error } = await waiting;
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(/^success: Meltano Deploy \(Analytics\): Deployed in \d+ s http\S+\n$/);
  }));

test.concurrent('a failure: exit code 1, with the error and what to do', () =>
  inWorld(async (world) => {
    const { after } = world.push();
    const job = await world.job(1);
    job.run();
    job.log("ModuleNotFoundError: No module named 'distutils'");
    job.end('ERROR');
    await world.untilConcluded(after);
    const words = ['--repo', REPOSITORY, '--sha', after, '--workspace', 'analytics', '--appear', '1s'];
    const { code, out } = await wait(environment(world), ...words);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^failure: .*\n {2}error: ModuleNotFoundError: No module named 'distutils'\n {2}next: Add setuptools<81/,
    );
  }));

test.concurrent('none appears, time is over, and bad usage: exit code 2', () =>
  inWorld(async (world) => {
    const env = environment(world);
    const head = world.github.branches.head(REPOSITORY, 'main');
    const at = ['--repo', REPOSITORY, '--sha', head, '--appear', '1s'];
    expect(await wait(env, ...at)).toMatchObject({
      code: 2,
      error: 'No deployment appeared: this commit has no check run of one.\n',
    });
    const { after } = world.push();
    await world.untilTitle(after, /./);
    expect(await wait(env, '--repo', REPOSITORY, '--sha', after, '--timeout', '1s')).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^not ended: /),
      error: 'The deployments have not ended in time.\n',
    });
    for (const words of [
      [],
      ['--repo', 'acme', '--sha', after],
      [...at, '--timeout', 'soon'],
      [...at, 'x'],
    ]) {
      expect(await wait(env, ...words)).toMatchObject({ code: 2, error: expect.stringContaining('Usage:') });
    }
    expect(await wait({ ...env, GITHUB_API_URL: 'api.github.com' }, ...at)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^GITHUB_API_URL is not an address/),
    });
    expect(await wait({}, ...at)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^GITHUB_TOKEN is not set/),
    });
  }));

test.concurrent('GitHub refuses: exit code 2 at once', async () => {
  const world = await World.open();
  try {
    const words = ['--repo', 'acme/other', '--sha', 'a'.repeat(40)];
    expect(await wait(environment(world), ...words)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^GitHub answered 404: /),
    });
  } finally {
    await world.close({ refusals: 1 });
  }
});
