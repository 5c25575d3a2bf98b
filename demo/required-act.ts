import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import { REQUIRED_CHECK } from '../src/reporting/render/render-commit-run.ts';
import type { Act, ActContext } from './act.ts';
import { describeState } from './format.ts';
import { writeShortJob } from './job-scripts.ts';
import { writeModel } from './page/example-project.ts';
import { DEPLOYED } from './push-acts.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

const NOTHING = 'Nothing to deploy, because no workspace tracks this branch';

export const playRequiredCheck: Act = {
  title: 'One check that a ruleset can require is on every head',
  pushes: 1,
  jobs: 1,
  async play(context) {
    const { stage, view, signal } = context;
    const { platform } = stage.places;
    const { repository } = platform;
    const { branches, checks } = stage.sandbox.github;
    const message = 'Add the customers model';
    const files = { 'transform/models/customers.sql': writeModel(1) };
    const { after } = branches.push({ repository, branch: 'customers', from: 'main', files, message });
    await showRequired(context, after, NOTHING);
    // A merge without a commit of its own.
    branches.reset({ repository, branch: 'main', sha: after });
    const merged = stage.track(platform, after, {
      message,
      script: () => writeShortJob(2500),
      expected: DEPLOYED,
    });
    view.showPush(merged);
    await waitForRun(stage, merged, { status: 'completed', signal });
    await showRequired(context, after, '1 workspace deployed');
    stage.checks.push({
      what: 'The required check',
      judge() {
        const runs = checks.runs(repository, after).filter(({ name }) => name === REQUIRED_CHECK);
        const isGood = runs.length === 2 && runs.every(({ conclusion }) => conclusion === 'success');
        return isGood ? null : `there are ${runs.length} check runs: ${runs.map(describeState).join(', ')}`;
      },
    });
  },
};

async function showRequired({ stage, view, signal }: ActContext, sha: string, title: string): Promise<void> {
  const { repository } = stage.places.platform;
  const find = (): SandboxCheckRun | undefined => {
    signal.throwIfAborted();
    const runs = stage.sandbox.github.checks.runs(repository, sha);
    return runs.findLast(({ name, output }) => name === REQUIRED_CHECK && output.title === title);
  };
  const run = await stage.sandbox.github.waitFor(find, `the required check "${title}"`, STEP_LIMIT_MS);
  view.showAnswer(`${REQUIRED_CHECK} of ${sha.slice(0, 7)}`, run.output.title ?? '');
}
