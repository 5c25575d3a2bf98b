import { expect, test } from 'vitest';
import { PLANTED_PASSWORD } from '../../../demo/job-scripts.ts';
import { judgePush } from '../../../demo/judge-demo.ts';
import type { DemoPush, Expectation, Stage } from '../../../demo/stage.ts';
import type {
  CheckRunAnnotation,
  CheckRunFields,
  CheckRunVersion,
  SandboxCheckRun,
} from '../../../sandbox/github/check-model.ts';

const MARK = { path: 'meltano.yml', line: 12, message: /mapping/ };
const ANNOTATION: CheckRunAnnotation = {
  path: 'meltano.yml',
  start_line: 12,
  end_line: 12,
  annotation_level: 'failure',
  message: 'mapping values',
};
const SUCCEEDS: Expectation = { conclusion: 'success', title: /^Deployed/ };
const FAILS: Expectation = { conclusion: 'failure', title: /^Failed/, annotation: MARK };

interface Seen extends Partial<Pick<CheckRunFields, 'conclusion' | 'annotations'>> {
  readonly title?: string;
  readonly summary?: string;
  /** What its log was while the job ran. */
  readonly logs?: readonly string[];
}

function makeRun({
  conclusion = 'success',
  annotations = [],
  title = 'Deployed in 2 s',
  summary,
  logs = [''],
}: Seen) {
  const output = { title, summary: summary ?? null, text: null };
  const running = logs.map(
    (text) => ({ status: 'in_progress', output: { ...output, text } }) as CheckRunVersion,
  );
  return {
    status: 'completed',
    conclusion,
    annotations,
    output,
    history: running,
  } as unknown as SandboxCheckRun;
}

function judge(
  expected: Expectation,
  runs: readonly SandboxCheckRun[],
  { fileCheck, projectCheck }: { fileCheck?: SandboxCheckRun; projectCheck?: SandboxCheckRun } = {},
): string[] {
  const stage = {
    runsOf: () => runs,
    fileCheckOf: () => fileCheck,
    projectCheckOf: () => projectCheck,
  } as unknown as Stage;
  return judgePush(stage, { sha: 'a1b2c3d4', message: 'Add a model', expected } as DemoPush);
}

const NAME = 'a1b2c3d ("Add a model")';
const failing = (seen: Seen = {}) =>
  makeRun({ conclusion: 'failure', title: 'Failed after 2 s', annotations: [ANNOTATION], ...seen });

test('what came as expected has no sentence', () => {
  expect(judge(SUCCEEDS, [makeRun({})])).toEqual([]);
  expect(judge(FAILS, [failing()])).toEqual([]);
  expect(judge({ ...SUCCEEDS, growingLog: true }, [makeRun({ logs: ['one', 'one\ntwo'] })])).toEqual([]);
  expect(judge({ ...SUCCEEDS, fileMistake: MARK }, [makeRun({})], { fileCheck: failing() })).toEqual([]);
});

test.each([
  ['no check run', SUCCEEDS, [], `${NAME} has no check run.`],
  ['two', SUCCEEDS, [makeRun({}), makeRun({})], `${NAME} has 2 check runs instead of one.`],
  ['another end', SUCCEEDS, [failing()], `The check run of ${NAME} is failure instead of success.`],
  [
    'another title',
    FAILS,
    [failing({ title: 'Oops' })],
    `The check run of ${NAME} has an unexpected title: Oops`,
  ],
  ['never running', SUCCEEDS, [makeRun({ logs: [] })], `The check run of ${NAME} was never in progress.`],
  [
    'a log all at once',
    { ...SUCCEEDS, growingLog: true },
    [makeRun({})],
    `The log of ${NAME} did not grow while the job ran.`,
  ],
  [
    'no annotation',
    FAILS,
    [failing({ annotations: [] })],
    `The check run of ${NAME} has unexpected annotations: []`,
  ],
  [
    'a leak',
    SUCCEEDS,
    [makeRun({ logs: [`for ${PLANTED_PASSWORD}`] })],
    `The check run of ${NAME} shows the password that is in the log.`,
  ],
])('%s is told', (_, expected, runs, sentence) => {
  expect(judge(expected, runs)).toEqual([sentence]);
});

test('the check run about the file is judged apart', () => {
  const name = `The check run about the file of ${NAME}`;
  const expected = { ...SUCCEEDS, fileMistake: MARK };
  expect(judge(expected, [makeRun({})])).toEqual([`${name} is missing.`]);
  expect(judge(expected, [makeRun({})], { fileCheck: makeRun({}) })).toEqual([
    `${name} is success instead of failure.`,
  ]);
  expect(judge(SUCCEEDS, [makeRun({})], { fileCheck: failing() })).toEqual([`${name} should not exist.`]);
});

test('the project check is judged by its annotation and its plan', () => {
  const name = `The project check of ${NAME}`;
  const expected = { ...SUCCEEDS, projectMistake: MARK, plan: /Pipeline/ };
  const projectCheck = failing({ summary: 'Pipeline changed' });
  expect(judge(expected, [makeRun({})], { projectCheck })).toEqual([]);
  expect(judge(expected, [makeRun({})])).toEqual([`${name} is missing.`]);
  expect(judge({ ...SUCCEEDS, plan: /x/ }, [makeRun({})], { projectCheck })).toEqual([
    `${name} has unexpected annotations: ${JSON.stringify([ANNOTATION])}`,
  ]);
  const other = failing({ summary: 'Nothing changes' });
  expect(judge(expected, [makeRun({})], { projectCheck: other })).toEqual([
    `${name} has an unexpected plan: Nothing changes`,
  ]);
});
