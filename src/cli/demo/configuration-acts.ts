import { writeModel } from '../../../sandbox/page/example-project.ts';
import type { DemoView } from './demo-view.ts';
import { describeState } from './format.ts';
import { writeShortJob } from './job-scripts.ts';
import type { DemoPush, Stage } from './stage.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

const FILE = '.github/meltano-deploy.yml';
const MISSPELLED = 'deploy:\n  path_ignore: ["**/*.md", ".github/**"]\n  unmatched: skipped\n';

export async function playBadFile(stage: Stage, view: DemoView, signal: AbortSignal): Promise<void> {
  view.openAct(`6 of 7: ${FILE} has a mistake. It is marked where it stands, and deploying goes on.`);
  const push = stage.push({
    message: 'Leave out documentation',
    files: { [FILE]: MISSPELLED, 'transform/models/orders.sql': writeModel(4) },
    script: () => writeShortJob(2500),
    expected: {
      conclusion: 'success',
      title: /^Deployed in \d+ s$/,
      annotation: { path: FILE, line: 2, message: /path_ignore.*paths_ignore/ },
    },
  });
  view.showPush(push);
  await showFileCheck(stage, view, push, signal);
  await waitForRun(stage, push, { status: 'completed', signal });
}

export async function playPathFilter(stage: Stage, view: DemoView, signal: AbortSignal): Promise<void> {
  view.openAct('7 of 7: the file is mended, and its path filter holds: documentation deploys nothing.');
  const push = stage.push({
    message: 'Mend the file, and say more in README.md',
    files: {
      [FILE]: MISSPELLED.replace('path_ignore', 'paths_ignore'),
      'README.md': '# Analytics\n\nOrders and customers.\n',
    },
    script: () => writeShortJob(2500),
    expected: { conclusion: 'skipped', title: /^Skipped: no changed file passes the path filters$/ },
  });
  view.showPush(push);
  await waitForRun(stage, push, { status: 'completed', signal });
}

/** What GitHub shows of the file: the check run about it, and its annotations on the lines. */
async function showFileCheck(
  stage: Stage,
  view: DemoView,
  push: DemoPush,
  signal: AbortSignal,
): Promise<void> {
  const find = () => {
    signal.throwIfAborted();
    return stage.fileCheckOf(push);
  };
  const run = await stage.sandbox.github.waitFor(find, 'the check run about the file', STEP_LIMIT_MS);
  view.showAnswer(run.name, describeState(run));
  for (const { path, start_line: line, message } of run.annotations) {
    view.showAnswer(`${path}, line ${line}`, message);
  }
}
