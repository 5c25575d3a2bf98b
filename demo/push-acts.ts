import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from './act.ts';
import { writeBrokenJob, writeLongJob, writeShortJob } from './job-scripts.ts';
import { BROKEN_MELTANO_YML, writeModel } from './page/example-project.ts';
import { waitForRun } from './wait-for-run.ts';

const MODEL = 'transform/models/orders.sql';
export const DEPLOYED = { conclusion: 'success', title: /^Deployed in \d+ s$/ } as const;

export const playSuccess: Act = {
  title: 'A push is deployed. Its log is live and hides the password',
  pushes: 1,
  jobs: 1,
  async play({ stage, view, signal }) {
    const push = stage.push(stage.places.analytics, {
      message: 'Add the orders model',
      files: { [MODEL]: writeModel(1) },
      script: writeLongJob,
      expected: { ...DEPLOYED, growingLog: true },
    });
    view.showPush(push);
    await waitForRun(stage, push, { status: 'completed', signal });
  },
};

export const playFailure: Act = {
  title: 'A push breaks meltano.yml: the title and an annotation name the line',
  pushes: 1,
  jobs: 1,
  async play({ stage, view, signal }) {
    const push = stage.push(stage.places.shop, {
      message: 'Load orders since January',
      files: { 'meltano.yml': BROKEN_MELTANO_YML },
      script: writeBrokenJob,
      expected: {
        conclusion: 'failure',
        title: /^Failed after \d+ s: .*meltano\.yml:12 mapping values/,
        annotation: { path: 'meltano.yml', line: 12, message: /mapping values/ },
      },
    });
    view.showPush(push);
    await waitForRun(stage, push, { status: 'completed', signal });
    for (const { path, start_line: line, message } of stage.runsOf(push).flatMap((run) => run.annotations)) {
      view.showAnswer(`${path}, line ${line}`, message);
    }
  },
};

export const playSuperseding: Act = {
  title: 'Three pushes in a row: the newest waiting push is deployed',
  pushes: 3,
  jobs: 2,
  async play({ stage, view, signal }) {
    const push = (message: string, { revision, ms, isSuperseded }: PushOfThree) => {
      const made = stage.push(stage.places.finance, {
        message,
        files: { [MODEL]: writeModel(revision) },
        script: () => writeShortJob(ms),
        expected: isSuperseded ? { conclusion: 'skipped', title: /^Superseded by [0-9a-f]{7}$/ } : DEPLOYED,
      });
      view.showPush(made);
      return made;
    };
    const first = push('Add a column', { revision: 1, ms: 7000 });
    await waitForRun(stage, first, { status: 'in_progress', signal });
    const second = push('Rename the column', { revision: 2, ms: 2500, isSuperseded: true });
    await waitForRun(stage, second, { status: 'queued', signal });
    await sleep(700, undefined, { signal });
    const third = push('Rename it everywhere', { revision: 3, ms: 2500 });
    for (const one of [first, second, third]) await waitForRun(stage, one, { status: 'completed', signal });
  },
};

interface PushOfThree {
  readonly revision: number;
  readonly ms: number;
  readonly isSuperseded?: boolean;
}
