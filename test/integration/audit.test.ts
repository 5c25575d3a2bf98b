import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { AuditRecord } from '../../src/domain/audit-record.ts';
import { inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const BIN = join(import.meta.dirname, '../../bin/meltano-deploy.mjs');

async function audit(dataDirectory: string, ...words: string[]) {
  const { PATH = '' } = process.env;
  const env = { PATH, DATA_DIR: dataDirectory };
  const child = spawn(process.execPath, [BIN, 'audit', ...words], { cwd: tmpdir(), env });
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, error };
}

test.concurrent('beside the running app: who asked for what, with which role, and how it ended', () =>
  inConversation(async (it) => {
    const { app, workspace, github } = it.world;
    const pushed = await it.deployPush();
    const issue = it.openIssue();
    it.say(issue, '/redeploy "Analytics"');
    const job = await it.world.job(2);
    job.run();
    job.log('a line of the log');
    job.end('ERROR');
    await it.untilReply(issue, /Failed/);
    const stranger = it.openIssue();
    github.people.setRole(REPOSITORY, { login: 'eve', role: 'read' });
    it.say(stranger, '/meltano withdraw', 'eve');
    await it.untilReply(stranger, /need the Write role/);

    const { code, out, error } = await audit(app.dataDirectory, '--since', '1h');
    expect([code, error]).toEqual([0, '']);
    const records: AuditRecord[] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toMatchObject([
      {
        kind: 'push',
        role: null,
        request: null,
        repository: REPOSITORY,
        workspace_id: workspace.id,
        requested_commit: pushed,
        deployed_commit: pushed,
        outcome: 'success',
        reason: 'job_complete',
      },
      {
        kind: 'command',
        requested_by: 'ana',
        role: 'push',
        request: '/redeploy Analytics',
        job_id: job.id,
        outcome: 'failure',
        reason: 'job_error',
      },
      {
        kind: 'command',
        requested_by: 'eve',
        role: 'pull',
        request: '/meltano withdraw',
        outcome: 'refused',
        reason: 'not_permitted',
        workspace_id: null,
      },
    ]);
    expect(out).not.toContain('a line of the log');
    // The app still works on the database.
    await it.world.deployPush();
  }));

test.concurrent('a button and a re-run have the role of who pressed them', () =>
  inConversation(async ({ world }) => {
    const sha = await world.deployPush();
    world.github.checks.press(world.run(sha)?.id ?? 0, 'redeploy', 'ana');
    const job = await world.job(2);
    job.run();
    job.end('COMPLETE');
    const isEnded = (run: SandboxCheckRun) => run.status === 'completed';
    await world.until(() => {
      const runs = world.github.checks.runs(REPOSITORY, sha);
      return runs.length > 1 && runs.every(isEnded);
    }, 'the end of the second run');
    const { out } = await audit(world.app.dataDirectory, '--since', '1h', '--format', 'csv');
    const lines = out.split('\r\n');
    expect(lines[0]).toMatch(/^time,kind,requested_by,role,/);
    expect(lines[2]).toMatch(/^[^,]+,button,ana,push,/);
  }));

test.concurrent('no database, and bad usage', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  expect(await audit(empty, '--since', '30d')).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^There is no database of this app in DATA_DIR/),
  });
  for (const words of [
    [],
    ['--since', 'yesterday'],
    ['--since', '1h', '--format', 'xml'],
    ['--since', '2026-13-45'],
    ['--since', '2026-02-30'],
  ]) {
    expect(await audit(empty, ...words)).toMatchObject({
      code: 2,
      error: expect.stringContaining('Usage: meltano-deploy audit'),
    });
  }
});
