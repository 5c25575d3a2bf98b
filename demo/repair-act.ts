import type { Act, ActContext } from './act.ts';
import { plainHeadline } from './format.ts';
import { writeBrokenJob, writeShortJob } from './job-scripts.ts';
import { BROKEN_MELTANO_YML, MELTANO_YML } from './page/example-project.ts';
import { DEPLOYED } from './push-acts.ts';
import { STEP_LIMIT_MS, waitForRun } from './wait-for-run.ts';

const MESSAGE = 'Load invoices since January';

export const playRepair: Act = {
  title: 'A merged pull request fails: a comment says so, also after the repair',
  pushes: 2,
  jobs: 2,
  async play(context) {
    const { stage, view, signal } = context;
    const { finance } = stage.places;
    const { repository } = finance;
    const { github } = stage.sandbox;
    const files = { 'meltano.yml': BROKEN_MELTANO_YML };
    github.branches.push({ repository, branch: 'since-january', from: 'main', files, message: MESSAGE });
    const { request } = github.conversations.openPull({
      repository,
      head: 'since-january',
      title: MESSAGE,
      author: 'ana',
      body: 'Older invoices are in the archive.',
    });
    const { number } = request;
    const merged = stage.track(finance, github.conversations.merge(repository, number).after, {
      message: `${MESSAGE} (#${number})`,
      script: writeBrokenJob,
      expected: { conclusion: 'failure', title: /^Failed after \d+ s: .*meltano\.yml:12/ },
    });
    view.showPush(merged);
    await waitForComment(context, { number, begin: '**Failed' });
    const fix = stage.push(finance, {
      message: 'Fix the date',
      files: { 'meltano.yml': MELTANO_YML },
      script: () => writeShortJob(2000),
      expected: DEPLOYED,
    });
    view.showPush(fix);
    await waitForComment(context, { number, begin: '**Repaired' });
    await waitForRun(stage, fix, { status: 'completed', signal });
    stage.checks.push({
      what: 'The merged pull request has one comment, which was edited after the repair',
      judge: () => {
        const comments = commentsOf(context, number);
        if (comments.length !== 1) return `it has ${comments.length} comments`;
        return comments[0]?.edits.some((before) => before.startsWith('**Failed'))
          ? null
          : 'it was not edited';
      },
    });
  },
};

function commentsOf({ stage }: ActContext, number: number) {
  const { conversations } = stage.sandbox.github;
  return conversations.comments(stage.places.finance.repository, number).filter((one) => one.viaApp);
}

async function waitForComment(
  context: ActContext,
  { number, begin }: { number: number; begin: string },
): Promise<void> {
  const find = () => {
    context.signal.throwIfAborted();
    return commentsOf(context, number).find(({ body }) => body.startsWith(begin));
  };
  const what = `the comment on pull request ${number} to begin with ${begin}`;
  const { body } = await context.stage.sandbox.github.waitFor(find, what, STEP_LIMIT_MS);
  context.view.showAnswer(`comment on #${number}`, plainHeadline(body));
}
