import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import type { Act, ActContext } from './act.ts';
import { describeState } from './format.ts';
import { writeShortJob } from './job-scripts.ts';
import { PIPELINE, PIPELINE_FILE } from './page/example-project.ts';
import { DEPLOYED } from './push-acts.ts';
import type { DemoPush } from './stage.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

const MISSPELLED = PIPELINE.replace('0 0 6 * * *', '0 30 5 * * MON-FRI').replace(
  'data_components',
  'data_component',
);
/** A page of Meltano Cloud writes the file anew, without what it doesn't know. */
const BY_MELTANO_CLOUD = PIPELINE.replace('0 0 6 * * *', '0 30 5 * * MON-FRI').replace(
  'triggered_by: deploy\n',
  '',
);

export const playProjectCheck: Act = {
  title: 'A misspelled key gets an annotation, and a plan says what changes',
  pushes: 2,
  jobs: 2,
  async play(context) {
    const { stage, view, signal } = context;
    const { marketing } = stage.places;
    const wrong = stage.push(marketing, {
      message: 'Run earlier, on working days',
      files: { [PIPELINE_FILE]: MISSPELLED },
      script: () => writeShortJob(2500),
      expected: {
        ...DEPLOYED,
        projectMistake: { path: PIPELINE_FILE, line: 4, message: /did you mean data_components/ },
        plan: /Pipeline `Google Ads` changed: schedule .* → .*05:30/,
      },
    });
    view.showPush(wrong);
    await showProjectCheck(context, wrong);
    await waitForRun(stage, wrong, { status: 'completed', signal });
    const message = 'Change pipelines';
    const { after } = stage.sandbox.github.branches.push({
      repository: marketing.repository,
      files: { [PIPELINE_FILE]: BY_MELTANO_CLOUD },
      committerName: 'ana@example.com',
      message,
    });
    const rewritten = stage.track(marketing, after, {
      message,
      script: () => writeShortJob(2500),
      expected: {
        ...DEPLOYED,
        plan: /⚠ Meltano Cloud removed or changed `data_component`, `triggered_by`.*git checkout/,
      },
    });
    view.showPush(rewritten);
    await showProjectCheck(context, rewritten);
    await waitForRun(stage, rewritten, { status: 'completed', signal });
  },
};

/** Shows the check run about the project, its annotations, and the first lines of its plan. */
async function showProjectCheck({ stage, view, signal }: ActContext, push: DemoPush): Promise<void> {
  const find = () => {
    signal.throwIfAborted();
    return stage.projectCheckOf(push);
  };
  const run = await stage.sandbox.github.waitFor(find, 'the check run about the project', STEP_LIMIT_MS);
  const sha = push.sha.slice(0, 7);
  view.showAnswer(`Project check of ${sha}`, describeState(run));
  for (const { path, start_line: line, message } of run.annotations)
    view.showAnswer(`${path}, line ${line}`, message);
  view.showAnswer(`Plan of ${sha}`, readPlan(run));
}

function readPlan({ output }: SandboxCheckRun): string {
  const [first = ''] = /^- (.*)$/m.exec(output.summary ?? '')?.slice(1) ?? [];
  return first.replaceAll('`', '');
}
