import type { Act } from './act.ts';
import { writeShortJob } from './job-scripts.ts';
import { PIPELINE } from './page/example-project.ts';
import { FAILING_PIPELINE_FILE, TRIGGERED_PIPELINE_FILE } from './places.ts';
import { DEPLOYED } from './push-acts.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

export const playFailedPipeline: Act = {
  title: 'A deployment is complete, but a pipeline of the workspace fails',
  pushes: 1,
  jobs: 1,
  async play({ stage, view, signal }) {
    const push = stage.push(stage.places.sales, {
      message: 'Load ads from Facebook',
      files: { [FAILING_PIPELINE_FILE]: PIPELINE.replace('Google Ads', 'facebook') },
      script: () => writeShortJob(2500),
      expected: {
        conclusion: 'failure',
        title: /^Deployed, but 1 of 3 pipelines failed: facebook$/,
        annotation: { path: FAILING_PIPELINE_FILE, line: 1, message: /facebook failed/ },
      },
    });
    view.showPush(push);
    await waitForRun(stage, push, { status: 'completed', signal });
  },
};

export const playTriggeredRun: Act = {
  title: 'A deployment starts a pipeline, and another check run follows its run',
  pushes: 1,
  jobs: 1,
  async play({ stage, view, signal }) {
    const { support } = stage.places;
    const { github } = stage.sandbox;
    const push = stage.push(support, {
      message: 'Load tickets after each deployment',
      files: { [TRIGGERED_PIPELINE_FILE]: PIPELINE.replace('Google Ads', 'tickets') },
      script: () => writeShortJob(2500),
      expected: { ...DEPLOYED, title: /^Deployed in \d+ s: 1 pipeline ready$/ },
    });
    view.showPush(push);
    await waitForRun(stage, push, { status: 'completed', signal });
    const find = () => stage.runsOn(push).find(({ name }) => name.endsWith(': runs after deployment'));
    const isOver = () => {
      signal.throwIfAborted();
      return find()?.status === 'completed';
    };
    stage.checks.push({
      what: 'The run that a deployment started has a check run of its own',
      judge: () => {
        const run = find();
        if (run?.conclusion !== 'success') return `its conclusion is ${run?.conclusion}`;
        return run.output.text?.includes('PIPELINE_RUN of tickets') ? null : 'its log is missing';
      },
    });
    await github.waitFor(isOver, 'the end of the run of tickets', STEP_LIMIT_MS);
    view.showAnswer('The run of tickets', 'has ended');
  },
};
