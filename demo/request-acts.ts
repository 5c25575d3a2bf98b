import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import type { Act, ActContext } from './act.ts';
import { plainHeadline } from './format.ts';
import { writeShortJob, writeUnreachableJob } from './job-scripts.ts';
import { MELTANO_YML } from './page/example-project.ts';
import type { DemoComment, DemoPush } from './stage.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

export const playQuestions: Act = {
  title: 'Comments: /redeploy, /meltano status and /meltano why',
  pushes: 0,
  jobs: 1,
  async play(context) {
    const { stage, view } = context;
    const { analytics } = stage.places;
    const redeploy = stage.say(analytics, {
      title: "This morning's orders are missing",
      text: 'The warehouse was under maintenance until 8:00. Please deploy again.',
      body: '/redeploy',
      script: () => writeShortJob(2500),
      expected: { reaction: 'rocket', reply: /^\*\*Deployed in \d+ s:\*\*/ },
    });
    view.showRequest({ sha: redeploy.sha, message: 'octocat comments: /redeploy' });
    await waitForAnswer(context, redeploy);
    const status = stage.say(analytics, {
      title: 'Is the orders model in production?',
      text: 'I would like to use it for the weekly report.',
      body: '/meltano status',
      expected: { reaction: 'rocket', reply: /^\*\*Deployed in \d+ s:\*\*.*Latest deployments/ },
    });
    const why = stage.say(analytics, {
      title: 'Which pushes are deployed?',
      text: 'Do changes to the documentation count?',
      body: '/meltano why',
      expected: { reaction: 'rocket', reply: /^\*\*A push of this commit deploys it:\*\*/ },
    });
    await Promise.all([status, why].map((one) => waitForAnswer(context, one)));
  },
};

export const playButtons: Act = {
  title: 'A failed run is deployed again: with Redeploy, then with Re-run',
  pushes: 1,
  jobs: 3,
  async play(context) {
    const { stage, view, signal } = context;
    let isUp = false;
    const push = stage.push(stage.places.shop, {
      message: 'Fix meltano.yml',
      files: { 'meltano.yml': MELTANO_YML },
      script: () => (isUp ? writeShortJob(2000) : writeUnreachableJob()),
      expected: { conclusion: 'failure', title: /^Failed after \d+ s: .*Connection refused/ },
    });
    view.showPush(push);
    await waitForRun(stage, push, { status: 'completed', signal });
    isUp = true;
    const { github } = stage.sandbox;
    const runs = stage.runsOn(push);
    stage.checks.push({
      what: 'The Redeploy button and Re-run each made a check run that succeeded',
      judge: () => judgeConclusions(stage.runsOn(push), ['failure', 'success', 'success']),
    });
    view.showRequest({ sha: push.sha, message: 'ana presses Redeploy' });
    if (runs[0]) github.checks.press(runs[0].id, 'redeploy', 'ana');
    const second = await waitForNext(context, push, 2);
    view.showRequest({ sha: push.sha, message: 'octocat presses Re-run' });
    github.checks.rerequest(second.id);
    await waitForNext(context, push, 3);
  },
};

async function waitForNext(
  { stage, signal }: ActContext,
  push: DemoPush,
  count: number,
): Promise<SandboxCheckRun> {
  const find = () => {
    signal.throwIfAborted();
    const run = stage.runsOn(push)[count - 1];
    return run?.status === 'completed' ? run : null;
  };
  return stage.sandbox.github.waitFor(
    find,
    `check run ${count} of "${push.message}" to be completed`,
    STEP_LIMIT_MS,
  );
}

function judgeConclusions(runs: readonly SandboxCheckRun[], expected: readonly string[]): string | null {
  const found = runs.map(({ conclusion, status }) => conclusion ?? status);
  return found.join() === expected.join() ? null : `the check runs are: ${found.join(', ')}`;
}

export const playWithdrawal: Act = {
  title: '/meltano withdraw stops a running deployment',
  pushes: 0,
  jobs: 1,
  async play(context) {
    const { stage, view, signal } = context;
    const { finance } = stage.places;
    const redeploy = stage.say(finance, {
      title: 'Load the invoices again',
      text: 'Some were booked late.',
      body: '/redeploy',
      script: () => writeShortJob(40_000),
      expected: { reaction: 'confused', reply: /^\*\*Withdrawn by `octocat` after \d+ s:\*\*/ },
    });
    view.showRequest({
      sha: redeploy.sha,
      message: 'octocat comments: /redeploy, then /meltano withdraw',
    });
    const { github, meltano } = stage.sandbox;
    const isRunning = () => meltano.jobsOf(finance.workspace).some((job) => job.status === 'RUNNING');
    await github.waitFor(isRunning, 'the job of the second /redeploy', STEP_LIMIT_MS);
    await sleep(2500, undefined, { signal });
    const withdrawal = stage.say(finance, {
      title: 'Stop: the books are not closed yet',
      text: 'The running deployment must not finish.',
      body: '/meltano withdraw',
      expected: { reaction: 'rocket', reply: /^\*\*Withdrawn/ },
    });
    await Promise.all([redeploy, withdrawal].map((one) => waitForAnswer(context, one)));
  },
};

const FACES: Record<string, string> = { eyes: '👀', rocket: '🚀', confused: '😕' };

/** Waits for the last reaction, and shows each answer on the way. */
async function waitForAnswer({ stage, view, signal }: ActContext, comment: DemoComment): Promise<void> {
  let shown = '';
  const isOver = () => {
    signal.throwIfAborted();
    const reactions = comment.reactions();
    const reply = plainHeadline(comment.replies()[0] ?? '');
    const answer = `${reactions.map((one) => FACES[one] ?? one).join('')} ${reply || 'accepted'}`;
    if (answer !== shown && reactions.length > 0) view.showAnswer(comment.body, answer);
    shown = answer;
    return reactions.some((one) => one === 'rocket' || one === 'confused');
  };
  await stage.sandbox.github.waitFor(isOver, `the answer to ${comment.body}`, STEP_LIMIT_MS);
}
