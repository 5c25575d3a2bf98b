import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CommandName } from '../../../src/domain/command.ts';
import { AccountPair } from './account-pair.ts';
import { type Act, NAMES, type Name } from './account-party.ts';

const TEXTS: Readonly<Record<CommandName, string>> = {
  redeploy: '/redeploy',
  withdraw: '/meltano withdraw',
  approve: '/meltano approve',
  lock: '/meltano lock month end',
  unlock: '/meltano unlock',
  status: '/meltano status',
  logs: '/meltano logs',
  why: '/meltano why',
  pipelines: '/meltano pipelines',
  verify: '/meltano verify facebook',
  run: '/meltano run facebook --yes',
  help: '/meltano help',
};
/** Traces of the other account: its commits, person, log, pages and repository. */
const MARKS: Record<Name, readonly string[]> = {
  acme: ['acac00', 'anastasia', 'a line of acme', 'a pipeline of acme', 'meltano.acme', 'acme/'],
  evil: ['e1e100', 'mallory', 'a line of evil', 'a pipeline of evil', 'meltano.evil', 'evil/'],
};

const byOne = fc.constantFrom(...NAMES);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Act>({ kind: 'wait' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('push', 'run', 'complete', 'fail', 'rerun'),
      by: byOne,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      by: byOne,
      text: fc.constantFrom(...Object.values(TEXTS)),
    }),
  },
);

async function play(acts: readonly Act[]): Promise<AccountPair> {
  const pair = await AccountPair.open();
  for (const one of acts) await pair.act(one);
  return pair;
}

/** Two servers with the same ids and names of workspaces and jobs, which claim each other's repositories. */
test('each of two accounts sees exactly what it would see alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 20 }), async (acts) => {
      const both = await play(acts);
      for (const name of NAMES) {
        const alone = await play(acts.filter((one) => one.kind === 'wait' || one.by === name));
        expect(both.seenBy(name)).toEqual(alone.seenBy(name));
        const seen = JSON.stringify(both.seenBy(name));
        for (const other of NAMES.filter((one) => one !== name)) {
          for (const mark of MARKS[other]) expect(seen).not.toContain(mark);
        }
      }
    }),
    { numRuns: 8 },
  );
});

test('both accounts deploy, get replies, and read their own log', async () => {
  const pair = await play(
    NAMES.flatMap((by): Act[] => [
      { kind: 'push', by },
      { kind: 'run', by },
      { kind: 'wait' },
      { kind: 'complete', by },
      { kind: 'wait' },
      { kind: 'command', by, text: '/meltano logs' },
      { kind: 'command', by, text: '/meltano status' },
      { kind: 'wait' },
      { kind: 'wait' },
      { kind: 'command', by, text: '/meltano pipelines' },
      { kind: 'command', by, text: '/meltano run facebook --yes' },
      { kind: 'wait' },
      { kind: 'run', by },
      { kind: 'wait' },
      { kind: 'fail', by },
      { kind: 'wait' },
      { kind: 'wait' },
    ]),
  );
  for (const name of NAMES) {
    const seen = JSON.stringify(pair.seenBy(name));
    for (const mark of MARKS[name]) expect(seen, mark).toContain(mark);
    expect(seen).toContain(`a pipeline of ${name}`);
    expect(seen).toContain('**Run failed');
  }
});
