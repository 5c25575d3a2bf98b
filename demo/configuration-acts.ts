import type { Act, ActContext } from './act.ts';
import { describeState } from './format.ts';
import { writeShortJob } from './job-scripts.ts';
import { writeModel } from './page/example-project.ts';
import { CONFIGURATION_FILE } from './places.ts';
import { DEPLOYED } from './push-acts.ts';
import type { DemoPush } from './stage.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

const MISSPELLED = 'deploy:\n  path_ignore: ["**/*.md", ".github/**"]\n  unmatched: skipped\n';

export const playRepositoryFile: Act = {
  title: 'A mistake in .github/meltano-deploy.yml gets an annotation',
  pushes: 2,
  jobs: 1,
  async play(context) {
    const { stage, view, signal } = context;
    const { analytics } = stage.places;
    const bad = stage.push(analytics, {
      message: 'Ignore documentation',
      files: { [CONFIGURATION_FILE]: MISSPELLED, 'transform/models/orders.sql': writeModel(4) },
      script: () => writeShortJob(4000),
      expected: {
        ...DEPLOYED,
        fileMistake: { path: CONFIGURATION_FILE, line: 2, message: /path_ignore.*paths_ignore/ },
      },
    });
    view.showPush(bad);
    await showFileCheck(context, bad);
    await waitForRun(stage, bad, { status: 'completed', signal });
    const filtered = stage.push(analytics, {
      message: 'Fix the file, describe orders',
      files: {
        [CONFIGURATION_FILE]: MISSPELLED.replace('path_ignore', 'paths_ignore'),
        'README.md': '# Analytics\n\nOrders and customers.\n',
      },
      script: () => writeShortJob(2500),
      expected: { conclusion: 'skipped', title: /^Skipped: no changed file passes the path filters$/ },
    });
    view.showPush(filtered);
    await waitForRun(stage, filtered, { status: 'completed', signal });
  },
};

/** Shows the check run about the file and its annotations. */
async function showFileCheck({ stage, view, signal }: ActContext, push: DemoPush): Promise<void> {
  const find = () => {
    signal.throwIfAborted();
    return stage.fileCheckOf(push);
  };
  const run = await stage.sandbox.github.waitFor(find, 'the check run about the file', STEP_LIMIT_MS);
  view.showAnswer(run.name, describeState(run));
  for (const { start_line: line, message } of run.annotations) view.showAnswer(`line ${line}`, message);
}

export const playPublicRepository: Act = {
  title: 'A public repository: the log is hidden, and only Weather is deployed',
  pushes: 1,
  jobs: 1,
  async play({ stage, view, signal }) {
    const push = stage.push(stage.places.openData, {
      message: 'Add rain to the weather',
      files: { 'weather/transform/models/rain.sql': writeModel(1) },
      script: () => writeShortJob(5000),
      expected: DEPLOYED,
    });
    stage.checks.push({
      what: 'The log of a public repository is hidden',
      judge: () => {
        const [job] = stage.jobsOf(push);
        const line = /3 plugins are already installed/.exec(job?.logText ?? '')?.[0];
        if (line === undefined) return 'there was no log';
        return JSON.stringify(stage.runsOn(push).map(({ history }) => history)).includes(line)
          ? 'the check run shows it'
          : null;
      },
    });
    view.showPush(push);
    await waitForRun(stage, push, { status: 'completed', signal });
  },
};

export const playGitHubDeployments: Act = {
  title: 'github_deployments: true also creates a GitHub Deployment',
  pushes: 1,
  jobs: 1,
  async play({ stage, view, signal }) {
    const { metrics } = stage.places;
    const push = stage.push(metrics, {
      message: 'Count visitors by day',
      files: { 'transform/models/visitors.sql': writeModel(1) },
      script: () => writeShortJob(4000),
      expected: DEPLOYED,
    });
    const { github } = stage.sandbox;
    const find = () =>
      github.repositories.deployments(metrics.repository).find(({ sha }) => sha === push.sha);
    const states = () => find()?.statuses.map(({ state }) => state) ?? [];
    stage.checks.push({
      what: 'The GitHub Deployment to "production" succeeded',
      judge: () =>
        find()?.environment === 'production' &&
        states().at(-1) === 'success' &&
        states().includes('in_progress')
          ? null
          : `the environment is ${find()?.environment}, the states are: ${states().join(', ')}`,
    });
    view.showPush(push);
    let shown = 0;
    const isOver = () => {
      signal.throwIfAborted();
      if (states().length > shown) view.showAnswer('Environment production', states().join(', '));
      shown = states().length;
      return states().at(-1) === 'success';
    };
    await github.waitFor(isOver, 'the GitHub Deployment to succeed', STEP_LIMIT_MS);
    await waitForRun(stage, push, { status: 'completed', signal });
  },
};
