import type { Act } from './act.ts';
import { writeShortJob } from './job-scripts.ts';
import { writeModel } from './page/example-project.ts';
import { DEPLOYED } from './push-acts.ts';
import { waitForRun } from './wait-for-run.ts';

export const playAdoption: Act = {
  title: 'The old repository webhook still exists: no second job is started',
  pushes: 1,
  jobs: 1,
  async play({ stage, view, signal }) {
    const { analytics } = stage.places;
    const push = stage.push(analytics, {
      message: 'Round the totals',
      files: { 'transform/models/orders.sql': writeModel(5) },
      // Meltano Cloud doesn't list queued jobs, so this one runs at once.
      script: () => writeShortJob(4000, 0),
      expected: DEPLOYED,
    });
    view.showPush(push);
    stage.sandbox.meltano.createJob(analytics.workspace, 'github-webhook');
    view.showAnswer('The webhook', 'has already started a job');
    stage.checks.push({
      what: 'The job of the repository webhook was reported and not duplicated',
      judge: () => {
        if (stage.jobsOf(push).length !== 1) return `there are ${stage.jobsOf(push).length} jobs`;
        return stage.runsOf(push)[0]?.output.summary?.includes('**Adopted job:**')
          ? null
          : 'the check run does not say so';
      },
    });
    await waitForRun(stage, push, { status: 'completed', signal });
  },
};

export const playStartByPush: Act = {
  title: 'trigger: webhook for an account: its pushes are forwarded unchanged',
  pushes: 1,
  jobs: 1,
  async play({ stage, view, signal }) {
    const push = stage.push(stage.places.warehouse, {
      message: 'Keep a year of stock levels',
      files: { 'transform/models/stock.sql': writeModel(1) },
      script: () => writeShortJob(3000),
      expected: DEPLOYED,
    });
    view.showPush(push);
    stage.checks.push({
      what: 'With trigger: webhook the deployment was started by the webhook endpoint',
      judge: () => {
        const makers = stage.jobsOf(push).map(({ madeBy }) => madeBy);
        return makers.join() === 'github-webhook' ? null : `its jobs were started by: ${makers.join(', ')}`;
      },
    });
    await waitForRun(stage, push, { status: 'completed', signal });
  },
};
