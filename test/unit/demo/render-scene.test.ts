import { expect, test } from 'vitest';
import { renderScene, type ShownScene } from '../../../demo/render-scene.ts';
import { ACTS } from '../../../demo/tour.ts';
import type { SandboxCheckRun } from '../../../sandbox/github/check-model.ts';

const SHA = 'a1b2c3d4'.repeat(5);
const LOG = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];

/** A scene of one act with one push, whose check run shows a log. */
function renderIn(rows: number): string[] {
  const run = {
    status: 'in_progress',
    conclusion: null,
    output: { title: 'Running for 3 s', summary: null, text: `\`\`\`\n${LOG.join('\n')}\n\`\`\`` },
  } as SandboxCheckRun;
  const scene: ShownScene = {
    acts: [
      {
        title: ' 1  A push',
        commits: [{ sha: SHA, message: 'Add a model' }],
        answers: new Map([['/redeploy', 'taken']]),
      },
    ],
    runs: new Map([[SHA, run]]),
    logOf: SHA,
    elapsed: 3200,
    rows,
  };
  return renderScene(scene).map((pieces) => pieces.map(([, text]) => text).join(''));
}

const ABOUT = [
  ' 1  A push',
  '    a1b2c3d  Add a model',
  '      ● in progress  Running for 3 s',
  '    /redeploy  taken',
];

test('each act has its title, its commits with their check runs, and answers; then the end of one log', () => {
  expect(renderIn(Number.POSITIVE_INFINITY)).toEqual([
    ...ABOUT,
    '  ── log of a1b2c3d, as the check run shows it',
    ...LOG.slice(1).map((line) => `  │ ${line}`),
    '  3.2 s',
  ]);
});

test('on a low terminal the log gives way first, then the oldest lines, so that the block can be drawn again', () => {
  expect(renderIn(8)).toEqual([
    ...ABOUT,
    '  ── log of a1b2c3d, as the check run shows it',
    '  │ six',
    '  │ seven',
    '  3.2 s',
  ]);
  expect(renderIn(6)).toEqual([...ABOUT, '  3.2 s']);
  expect(renderIn(3)).toEqual([...ABOUT.slice(2), '  3.2 s']);
});

test('the title of each act fits in a line of a terminal', () => {
  expect(ACTS.filter(({ title }) => title.length > 75).map(({ title }) => title)).toEqual([]);
});
