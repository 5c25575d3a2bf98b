import { describe, expect, test } from 'vitest';
import { createProgress } from '../../../../src/cli/wait/progress.ts';
import type { DeploymentRun, ReadRuns } from '../../../../src/cli/wait/read-check-runs.ts';
import { waitForDeployments } from '../../../../src/cli/wait/wait-for-deployments.ts';

function run(name: string, conclusion: string | null, title = 'Running'): DeploymentRun {
  return {
    id: 1,
    workspaceId: `${name.toLowerCase()}-0123-4567`,
    name: `Meltano Deploy (${name})`,
    title,
    url: 'https://github.example/runs/1',
    conclusion,
    error: null,
    next: null,
  };
}
const seen = (...runs: DeploymentRun[]): ReadRuns => ({ kind: 'runs', runs });
const again = (afterMs = 0): ReadRuns => ({ kind: 'again', problem: 'GitHub answered 502', afterMs });

/** Gives these answers, the last one for ever; a sleep is over at once. */
async function wait(answers: readonly ReadRuns[], workspaces: readonly string[] = [], timeoutMs = 1_800_000) {
  let clock = 0;
  let reads = 0;
  const lines: string[] = [];
  const result = await waitForDeployments(
    { workspaces, appearMs: 60_000, timeoutMs },
    {
      read: async () => answers[Math.min(reads++, answers.length - 1)] ?? seen(),
      now: () => clock,
      sleep: async (ms) => {
        clock += ms;
      },
      onProgress: createProgress(
        (line) => lines.push(line),
        () => clock,
      ),
    },
  );
  return { ...result, clock, reads, lines };
}

describe('the exit code', () => {
  test.each(['success', 'neutral', 'skipped'])('0 for %s', async (conclusion) => {
    expect(await wait([seen(run('A', null)), seen(run('A', conclusion))])).toMatchObject({ exitCode: 0 });
  });

  test.each(['failure', 'cancelled', 'timed_out', 'action_required', 'stale'])(
    '1 for %s',
    async (conclusion) => {
      const runs = seen(run('A', 'success'), run('B', conclusion));
      expect(await wait([runs])).toMatchObject({ exitCode: 1, problem: null });
    },
  );

  test('2 where none appears in time', async () => {
    expect(await wait([seen()])).toMatchObject({ exitCode: 2, clock: 60_000 });
  });

  test('2 where one of the workspaces does not appear in time', async () => {
    expect(await wait([seen(run('A', 'success'))], ['a', 'B'])).toMatchObject({
      exitCode: 2,
      problem: 'No deployment appeared: B',
    });
  });

  test('2 when the time is over, with what GitHub said last', async () => {
    expect(await wait([seen(run('A', null))])).toMatchObject({ exitCode: 2, clock: 1_800_000 });
    expect(await wait([again()])).toMatchObject({ exitCode: 2, problem: 'GitHub answered 502' });
  });

  test('2 at once where GitHub refuses', async () => {
    const refused: ReadRuns = { kind: 'final', problem: 'GitHub answered 404' };
    expect(await wait([refused])).toMatchObject({ exitCode: 2, reads: 1, problem: 'GitHub answered 404' });
  });
});

test('a workspace that follows the first one is waited for', async () => {
  const done = run('A', 'skipped');
  const answers = [seen(done), seen(done, run('B', null)), seen(done, run('B', 'failure'))];
  expect(await wait(answers)).toMatchObject({ exitCode: 1, reads: 4 });
});

test('only the workspaces that are named count, by name, id or the beginning of the id', async () => {
  const runs = seen(run('Analytics', 'success'), run('Staging', 'failure'));
  for (const word of ['Analytics', 'analytics', 'analytics-0123-4567', 'ANALYTICS-01']) {
    expect(await wait([runs], [word])).toMatchObject({ exitCode: 0, runs: [{ conclusion: 'success' }] });
  }
  expect(await wait([runs], ['Staging', 'Analytics'])).toMatchObject({ exitCode: 1 });
});

test('an outage of GitHub is waited out, as long as GitHub asks for', async () => {
  const answers = [seen(run('A', null)), again(90_000), seen(run('A', 'success'))];
  const { exitCode, clock } = await wait(answers);
  expect([exitCode, clock]).toEqual([0, 92_000]);
});

test('each change is printed once', async () => {
  const answers = [
    seen(run('A', null, 'Queued')),
    seen(run('A', null, 'Queued')),
    again(),
    seen(run('A', 'success', 'Deployed')),
  ];
  expect((await wait(answers)).lines).toEqual([
    '0 s  Meltano Deploy (A): Queued',
    '4 s  GitHub: GitHub answered 502',
    '6 s  Meltano Deploy (A): Deployed',
  ]);
});
