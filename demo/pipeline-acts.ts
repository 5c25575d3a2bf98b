import type { Act } from './act.ts';
import { writeShortJob } from './job-scripts.ts';
import { PIPELINE } from './page/example-project.ts';
import { FAILING_PIPELINE_FILE } from './places.ts';
import { waitForRun } from './wait-for-run.ts';

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
