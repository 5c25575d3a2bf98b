import { setTimeout as sleep } from 'node:timers/promises';
import { BROKEN_MELTANO_YML, MELTANO_YML, writeModel } from '../../../sandbox/page/example-project.ts';
import { playBadFile, playPathFilter } from './configuration-acts.ts';
import type { DemoView } from './demo-view.ts';
import { writeBrokenJob, writeLongJob, writeShortJob } from './job-scripts.ts';
import type { DemoComment, Stage } from './stage.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

export const EXPECTED_PUSHES = 7;
/** How many jobs the acts start on Meltano Cloud: the overtaken push and the filtered one have none. */
export const EXPECTED_JOBS = 7;

const MODEL = 'transform/models/orders.sql';

/** Plays the acts; what came of them is at the simulated GitHub. */
export async function playActs(stage: Stage, view: DemoView, signal: AbortSignal): Promise<void> {
  const acts = [
    ...[playSuccess, playFailure, playOvertaking, playRedeploy, playWithdrawal],
    ...[playBadFile, playPathFilter],
  ];
  for (const act of acts) {
    signal.throwIfAborted();
    await act(stage, view, signal);
    view.closeAct();
  }
}

async function playSuccess(stage: Stage, view: DemoView, signal: AbortSignal): Promise<void> {
  view.openAct('1 of 7: a push is deployed. Its check run shows the log of Meltano Cloud while it grows.');
  const push = stage.push({
    message: 'Add the orders model',
    files: { [MODEL]: writeModel(1) },
    script: writeLongJob,
    expected: { conclusion: 'success', title: /^Deployed in \d+ s$/, growingLog: true },
  });
  view.showPush(push);
  await waitForRun(stage, push, { status: 'completed', signal });
}

async function playFailure(stage: Stage, view: DemoView, signal: AbortSignal): Promise<void> {
  view.openAct('2 of 7: a push breaks meltano.yml. The first error of the log is in the title.');
  const push = stage.push({
    message: 'Load orders since January',
    files: { 'meltano.yml': BROKEN_MELTANO_YML },
    script: writeBrokenJob,
    expected: { conclusion: 'failure', title: /^Failed after \d+ s: .*meltano\.yml:12 mapping values/ },
  });
  view.showPush(push);
  await waitForRun(stage, push, { status: 'completed', signal });
}

async function playOvertaking(stage: Stage, view: DemoView, signal: AbortSignal): Promise<void> {
  view.openAct('3 of 7: three pushes in a row. The second waits for the first, and the third overtakes it.');
  const deployed = { conclusion: 'success', title: /^Deployed in \d+ s$/ } as const;
  const first = stage.push({
    message: 'Mend meltano.yml',
    files: { 'meltano.yml': MELTANO_YML },
    script: () => writeShortJob(8000),
    expected: deployed,
  });
  view.showPush(first);
  await waitForRun(stage, first, { status: 'in_progress', signal });
  const second = stage.push({
    message: 'Rename a column',
    files: { [MODEL]: writeModel(2) },
    script: () => writeShortJob(2500),
    expected: { conclusion: 'skipped', title: /^Superseded by [0-9a-f]{7}$/ },
  });
  view.showPush(second);
  await waitForRun(stage, second, { status: 'queued', signal });
  await sleep(700, undefined, { signal });
  const third = stage.push({
    message: 'Rename it everywhere',
    files: { [MODEL]: writeModel(3) },
    script: () => writeShortJob(2500),
    expected: deployed,
  });
  view.showPush(third);
  for (const push of [first, second, third]) await waitForRun(stage, push, { status: 'completed', signal });
}

async function playRedeploy(stage: Stage, view: DemoView, signal: AbortSignal): Promise<void> {
  view.openAct('4 of 7: a comment says /redeploy. The app reacts, replies, and edits its reply to the end.');
  const comment = stage.say({
    body: '/redeploy',
    script: () => writeShortJob(2500),
    expected: { reaction: 'rocket', reply: /^\*\*Deployed in \d+ s:\*\*/ },
  });
  view.showComment({ sha: comment.sha, message: 'octocat: /redeploy' });
  await waitForAnswer(stage, view, comment, signal);
}

async function playWithdrawal(stage: Stage, view: DemoView, signal: AbortSignal): Promise<void> {
  view.openAct('5 of 7: a deployment is under way, and a comment says /meltano withdraw.');
  const redeploy = stage.say({
    body: '/redeploy',
    script: () => writeShortJob(30_000),
    expected: { reaction: 'confused', reply: /^\*\*Withdrawn by `octocat` after \d+ s:\*\*/ },
  });
  view.showComment({ sha: redeploy.sha, message: 'octocat: /redeploy, and then: /meltano withdraw' });
  const { github, meltano } = stage.sandbox;
  const isRunning = () => meltano.jobsOf(stage.workspace).some((job) => job.status === 'RUNNING');
  await github.waitFor(isRunning, 'the job of the second /redeploy', STEP_LIMIT_MS);
  const withdrawal = stage.say({
    body: '/meltano withdraw',
    expected: { reaction: 'rocket', reply: /^\*\*Withdrawn/ },
  });
  await Promise.all([redeploy, withdrawal].map((one) => waitForAnswer(stage, view, one, signal)));
}

const FACES: Record<string, string> = { eyes: '👀', rocket: '🚀', confused: '😕' };

/** Until the last reaction; what the app says on the way is shown. */
async function waitForAnswer(
  stage: Stage,
  view: DemoView,
  comment: DemoComment,
  signal: AbortSignal,
): Promise<void> {
  let shown = '';
  const isOver = () => {
    signal.throwIfAborted();
    const reactions = comment.reactions();
    const reply = (comment.replies()[0]?.split('\n')[0] ?? '').replace(/\]\([^)]*\)|[`*[]/g, '');
    const answer = `${reactions.map((one) => FACES[one] ?? one).join('')} ${reply || 'taken'}`;
    if (answer !== shown && reactions.length > 0) view.showAnswer(comment.body, answer);
    shown = answer;
    return reactions.some((one) => one === 'rocket' || one === 'confused');
  };
  await stage.sandbox.github.waitFor(isOver, `the answer to ${comment.body}`, STEP_LIMIT_MS);
}
