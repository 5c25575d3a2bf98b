import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import type { Act, ActContext } from './act.ts';
import { writeShortJob } from './job-scripts.ts';
import { writeModel } from './page/example-project.ts';
import type { Place } from './places.ts';
import { DEPLOYED } from './push-acts.ts';
import type { DemoPush } from './stage.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

export const playKill: Act = {
  title: 'kill -9 during a deployment: the next process continues the check run',
  pushes: 1,
  jobs: 1,
  async play({ stage, view, app, signal }) {
    const push = stage.push(stage.places.shop, {
      message: 'Add customers by country',
      files: { 'transform/models/countries.sql': writeModel(1) },
      script: () => writeShortJob(9000),
      expected: DEPLOYED,
    });
    view.showPush(push);
    await waitForRun(stage, push, { status: 'in_progress', signal });
    await app.kill();
    const killedAt = Date.now();
    view.showAnswer('The app', 'killed: nothing watches the job');
    await app.startAgain(signal);
    view.showAnswer('The app', 'killed and started again');
    stage.checks.push({
      what: 'After kill -9 the same check run continued with the same job',
      judge: () => {
        const [run] = stage.runsOf(push);
        const jobs = stage.jobsOf(push).length;
        if (jobs !== 1) return `there are ${jobs} jobs`;
        return run && isWrittenOnBothSides(run, killedAt)
          ? null
          : 'it was not updated before and after the kill';
      },
    });
    await waitForRun(stage, push, { status: 'completed', signal });
  },
};

function isWrittenOnBothSides({ history }: SandboxCheckRun, time: number): boolean {
  return history.some(({ at }) => at < time) && history.some(({ at }) => at > time);
}

const AWAY = /Meltano Cloud does not answer/;

export const playOutage: Act = {
  title: 'No answer for some seconds: check runs say so, and continue by themselves',
  pushes: 3,
  jobs: 3,
  async play(context) {
    const { stage, view, signal } = context;
    const { analytics, shop, finance } = stage.places;
    const running = [
      pushMore(context, analytics, { message: 'Sort the orders', ms: 8000 }),
      pushMore(context, shop, { message: 'Sort the customers', ms: 8000 }),
    ];
    for (const push of running) await waitForRun(stage, push, { status: 'in_progress', signal });
    const { faults } = stage.sandbox.meltano.service;
    const outage = faults.add({ path: /^\/(api|oauth)\//, action: { kind: 'reset', when: 'before' } });
    view.showAnswer('Meltano Cloud', 'unavailable');
    const all = [...running];
    try {
      await Promise.all(running.map((push) => waitForAway(context, push)));
      const late = pushMore(context, finance, { message: 'Sort the invoices', ms: 2000 });
      all.push(late);
      await waitForAway(context, late);
    } finally {
      outage.remove();
    }
    view.showAnswer('Meltano Cloud', 'available again');
    for (const push of all) await waitForRun(stage, push, { status: 'completed', signal });
    stage.checks.push({
      what: 'While Meltano Cloud was unavailable, check runs said so, and nothing started twice',
      judge: () => {
        const silent = all.filter((push) => !stage.runsOf(push).some(saidAway));
        const jobs = all.map((push) => stage.jobsOf(push).length);
        if (jobs.some((count) => count !== 1)) return `the pushes have ${jobs.join(', ')} jobs`;
        return silent.length === 0 ? null : `${silent.length} check runs didn't say so`;
      },
    });
  },
};

function pushMore(
  { stage, view }: ActContext,
  place: Place,
  { message, ms }: { message: string; ms: number },
): DemoPush {
  const push = stage.push(place, {
    message,
    files: { 'transform/models/sorted.sql': writeModel(Date.now()) },
    script: () => writeShortJob(ms),
    expected: DEPLOYED,
  });
  view.showPush(push);
  return push;
}

async function waitForAway({ stage, signal }: ActContext, push: DemoPush): Promise<void> {
  const find = () => {
    signal.throwIfAborted();
    return stage.runsOf(push).some(saidAway);
  };
  const what = `the check run of "${push.message}" to say that Meltano Cloud is unavailable`;
  await stage.sandbox.github.waitFor(find, what, STEP_LIMIT_MS);
}

function saidAway({ history }: SandboxCheckRun): boolean {
  return history.some(({ output }) => AWAY.test(output.title ?? ''));
}
