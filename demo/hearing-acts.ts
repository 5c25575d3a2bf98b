import type { SandboxIssue } from '../sandbox/github/model.ts';
import type { Act, ActContext } from './act.ts';
import { writeResetJob, writeShortJob, writeUnknownModuleJob } from './job-scripts.ts';
import { MELTANO_YML, writeModel } from './page/example-project.ts';
import { DEPLOYED } from './push-acts.ts';
import { SETUP_CHECK } from './stage.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

export const playSetup: Act = {
  title: 'The App is added to a repository: a check run names its workspaces',
  pushes: 0,
  jobs: 0,
  async play({ stage, view, signal }) {
    const { github, meltano } = stage.sandbox;
    const fullName = 'globex/suppliers';
    const repositoryUrl = stage.sandbox.repositoryUrl(fullName);
    meltano.addWorkspace({ name: 'Suppliers', repositoryUrl, repositoryBranch: 'main' });
    meltano.addWorkspace({ name: 'Suppliers (staging)', repositoryUrl, repositoryBranch: 'develop' });
    github.repositories.add({
      fullName,
      private: true,
      files: { 'meltano.yml': MELTANO_YML },
      deliver: true,
    });
    const find = () => {
      signal.throwIfAborted();
      return github.checks.runs(fullName).find(({ name }) => name === SETUP_CHECK);
    };
    const run = await github.waitFor(find, 'the setup check run', STEP_LIMIT_MS);
    view.showAnswer(fullName, run.output.title ?? '');
    stage.checks.push({
      what: 'A repository that the App was added to has one setup check run, and nothing was deployed',
      judge: () => {
        const runs = github.checks.runs(fullName);
        if (runs.length !== 1) return `it has ${runs.length} check runs`;
        return run.output.title?.startsWith('2 workspaces deploy from here: ') ? null : run.output.title;
      },
    });
  },
};

export const playIssue: Act = {
  title: 'A broken workspace has an issue that says what to do, until it is repaired',
  pushes: 2,
  jobs: 2,
  async play(context) {
    const { stage, view, signal } = context;
    const { billing } = stage.places;
    const broken = stage.push(billing, {
      message: 'Load returns',
      files: { 'transform/models/returns.sql': writeModel(1) },
      script: writeUnknownModuleJob,
      expected: { conclusion: 'failure', title: /^Failed after \d+ s: .*pkg_resources/ },
    });
    view.showPush(broken);
    await waitForIssue(context, ({ closedAt }) => closedAt === null);
    const fix = stage.push(billing, {
      message: 'Pin setuptools',
      files: { 'meltano.yml': `${MELTANO_YML}\n` },
      script: () => writeShortJob(2000),
      expected: DEPLOYED,
    });
    view.showPush(fix);
    const issue = await waitForIssue(context, ({ closedAt }) => closedAt !== null);
    await waitForRun(stage, fix, { status: 'completed', signal });
    stage.checks.push({
      what: 'The failure has one issue with what to do, which the repair closed',
      judge: () => {
        const count = stage.sandbox.github.conversations.ownIssues(billing.repository).length;
        if (count !== 1) return `there are ${count} issues`;
        if (issue.stateReason !== 'completed') return `it was closed as ${issue.stateReason}`;
        const [run] = stage.runsOf(broken);
        return run?.output.summary?.includes('**What to do:**') ? null : 'the check run says nothing to do';
      },
    });
  },
};

async function waitForIssue(
  { stage, view, signal }: ActContext,
  holds: (issue: SandboxIssue) => boolean,
): Promise<SandboxIssue> {
  const { github } = stage.sandbox;
  const find = () => {
    signal.throwIfAborted();
    return github.conversations.ownIssues(stage.places.billing.repository).find(holds);
  };
  const issue = await github.waitFor(find, 'the issue about the failure', STEP_LIMIT_MS);
  const advice = /\*\*What to do:\*\* .*/.exec(issue.body ?? '')?.[0].replace(/[*`]/g, '');
  view.showAnswer(`issue #${issue.number}`, issue.closedAt === null ? issue.title : 'closed');
  if (advice) view.showAnswer(`issue #${issue.number}, advice`, advice);
  return issue;
}

export const playSecondTry: Act = {
  title: 'A connection resets, retry: {transient: 1}: one more job, same check run',
  pushes: 1,
  jobs: 2,
  async play({ stage, view, signal }) {
    let jobs = 0;
    const push = stage.push(stage.places.returns, {
      message: 'Return orders',
      files: { 'transform/models/orders.sql': writeModel(2) },
      script: () => {
        jobs += 1;
        return jobs === 1 ? writeResetJob() : writeShortJob(2500);
      },
      expected: { conclusion: 'success', title: /^Deployed in \d+ s on the 2nd try$/ },
    });
    view.showPush(push);
    await waitForRun(stage, push, { status: 'completed', signal });
    stage.checks.push({
      what: 'The check run said why the first job failed, and that the app tries again',
      judge: () => {
        const titles = stage.runsOf(push).flatMap(({ history }) => history.map(({ output }) => output.title));
        const isSaid = titles.some((title) =>
          /^1st try: connection to the package index reset .*; trying again$/.test(title ?? ''),
        );
        return isSaid ? null : `its titles were: ${titles.join('; ')}`;
      },
    });
  },
};
