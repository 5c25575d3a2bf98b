import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import type { Act, ActContext } from './act.ts';
import { plainHeadline } from './format.ts';
import { writeShortJob } from './job-scripts.ts';
import { writeModel } from './page/example-project.ts';
import { DEPLOYED } from './push-acts.ts';
import type { DemoPush } from './stage.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

export const playWaitFor: Act = {
  title: 'wait_for: a push waits for the check "test", which fails, then passes',
  pushes: 1,
  jobs: 1,
  async play(context) {
    const { stage, view } = context;
    const { orders } = stage.places;
    const push = stage.push(orders, {
      message: 'Group orders by week',
      files: { 'transform/models/weeks.sql': writeModel(1) },
      script: () => writeShortJob(2500),
      expected: { conclusion: 'skipped', title: /^"test" failed on [0-9a-f]{7}$/ },
    });
    view.showPush(push);
    const report = (conclusion: 'failure' | 'success' | null, suite: string) =>
      stage.sandbox.github.checks.report(orders.repository, push.sha, { name: 'test', conclusion, suite });
    report(null, 'first');
    await waitForTitle(context, push, /^Waiting for "test"$/);
    report('failure', 'first');
    await waitForTitle(context, push, /^"test" failed/);
    view.showRequest({ sha: push.sha, message: 'the check "test" is re-run and passes' });
    report('success', 'second');
    await waitForOpened(context, push);
  },
};

export const playApproval: Act = {
  title: 'approval: a person presses Deploy',
  pushes: 1,
  jobs: 1,
  async play(context) {
    const { stage, view } = context;
    const push = stage.push(stage.places.payroll, {
      message: 'Round salaries to cents',
      files: { 'transform/models/salaries.sql': writeModel(1) },
      script: () => writeShortJob(2500),
      expected: { conclusion: 'action required', title: /^Approved: see the new check run$/ },
    });
    view.showPush(push);
    const asking = await waitForTitle(context, push, /^Waiting for approval/);
    view.showRequest({ sha: push.sha, message: 'ana presses Deploy' });
    stage.sandbox.github.checks.press(asking.id, 'approve', 'ana');
    const deployed = await waitForOpened(context, push);
    stage.checks.push({
      what: 'The check run of an approved deployment names who approved it',
      judge: () => (/\| Approved by \| .*ana/.test(deployed.output.summary ?? '') ? null : 'it does not'),
    });
  },
};

export const playLock: Act = {
  title: '/meltano lock lets pushes wait until /meltano unlock',
  pushes: 2,
  jobs: 1,
  async play(context) {
    const { stage, view, signal } = context;
    const { ledger } = stage.places;
    await say(context, '/meltano lock month end', /^\*\*Locked\*\*/);
    const first = stage.push(ledger, {
      message: 'Add bookings',
      files: { 'transform/models/bookings.sql': writeModel(1) },
      script: () => writeShortJob(2500),
      expected: { conclusion: 'skipped', title: /^Superseded by [0-9a-f]{7}$/ },
    });
    view.showPush(first);
    await waitForTitle(context, first, /^Locked by @ana: month end$/);
    const second = stage.push(ledger, {
      message: 'Add accounts',
      files: { 'transform/models/accounts.sql': writeModel(1) },
      script: () => writeShortJob(4000),
      expected: DEPLOYED,
    });
    view.showPush(second);
    await waitForTitle(context, second, /^Locked by @ana: month end$/);
    await say(context, '/meltano unlock', /^\*\*Unlocked\*\*/);
    await waitForRun(stage, second, { status: 'completed', signal });
  },
};

async function waitForTitle(
  { stage, signal }: ActContext,
  push: DemoPush,
  title: RegExp,
): Promise<SandboxCheckRun> {
  const find = () => {
    signal.throwIfAborted();
    return stage.runsOf(push).find(({ output }) => title.test(output.title ?? ''));
  };
  return stage.sandbox.github.waitFor(
    find,
    `the check run of "${push.message}" to say ${title}`,
    STEP_LIMIT_MS,
  );
}

/** Waits for the end of the check run that follows once a gate has opened. */
async function waitForOpened({ stage, view, signal }: ActContext, push: DemoPush): Promise<SandboxCheckRun> {
  const find = () => {
    signal.throwIfAborted();
    return stage.runsOn(push).find(({ conclusion }) => conclusion === 'success');
  };
  const run = await stage.sandbox.github.waitFor(find, `"${push.message}" to be deployed`, STEP_LIMIT_MS);
  view.showAnswer('new check run', run.output.title ?? '');
  stage.checks.push({
    what: `A check run of its own shows the deployment of "${push.message}"`,
    judge: () => (stage.runsOn(push).length === 2 ? null : `there are ${stage.runsOn(push).length}`),
  });
  return run;
}

async function say({ stage, view, signal }: ActContext, body: string, reply: RegExp): Promise<void> {
  const comment = stage.say(stage.places.ledger, {
    title: 'Month end',
    text: 'Nothing may change while the books are being closed.',
    body,
    author: 'ana',
    expected: { reaction: 'rocket', reply },
  });
  view.showRequest({ sha: comment.sha, message: `ana comments: ${body}` });
  const find = () => {
    signal.throwIfAborted();
    return comment.replies()[0];
  };
  const answer = await stage.sandbox.github.waitFor(find, `the reply to ${body}`, STEP_LIMIT_MS);
  view.showAnswer('reply', plainHeadline(answer));
}
