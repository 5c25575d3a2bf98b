import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import type { SandboxJob } from '../sandbox/meltano/sandbox-job.ts';
import type { DemoView } from './demo-view.ts';
import { chooseLook, describeState, formatSeconds, shortenSha } from './format.ts';
import { judgeChecks } from './judge-demo.ts';
import type { Stage } from './stage.ts';
import { ACTS } from './tour.ts';

const LOG_LINES = 10;

/** Shows the table of results and the problems. */
export async function tellResults(
  stage: Stage,
  view: DemoView,
  {
    problems,
    logFile,
    keep,
    ms,
  }: { problems: readonly string[]; logFile: string; keep: boolean; ms: number },
): Promise<void> {
  if (stage.pushes.length > 0) view.say(`\n${renderResults(stage, process.stdout)}`);
  if (problems.length > 0) {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    const last = log.trimEnd().split('\n').slice(-LOG_LINES);
    view.say(`\nThe demo failed:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    view.say(`\nThe app's log is ${logFile}. Its last lines:\n${last.map((line) => `  ${line}`).join('\n')}`);
    return;
  }
  view.say(`\n${ACTS.length} acts in ${formatSeconds(ms)}. Everything went as expected.`);
  if (keep) return;
  view.say('To explore it in a browser and push yourself: npm run demo -- --keep');
  view.say('To install it on your own repositories: README.md');
}

const HEAD = ['Push', '', 'Check run', 'Queued', 'Concluded'];

/** A row for each push, with the title of its check run below. */
function renderResults(stage: Stage, stream: NodeJS.WriteStream): string {
  const rows = stage.pushes.map((push) => {
    const [run] = stage.runsOf(push);
    const cells = [
      shortenSha(push.sha),
      push.message,
      run === undefined ? 'none' : describeState(run),
      run === undefined ? '' : formatSeconds(run.createdAt - push.at),
      measureConclusion(run, stage.jobsOf(push)[0]),
    ];
    const colour = run === undefined ? 'red' : chooseLook(run).colour;
    return { cells, colour, title: run?.output.title ?? '' } as const;
  });
  const widths = HEAD.map((head, index) =>
    Math.max(head.length, ...rows.map(({ cells }) => cells[index]?.length ?? 0)),
  );
  const pad = (cells: readonly string[]) => cells.map((cell, index) => cell.padEnd(widths[index] ?? 0));
  const lines = rows.flatMap(({ cells, colour, title }) => {
    const fitted = pad(cells).map((cell, index) =>
      index === 2 ? styleText(colour, cell, { stream }) : cell,
    );
    return [fitted.join('  ').trimEnd(), `         ${title}`];
  });
  return [
    styleText('bold', pad(HEAD).join('  ').trimEnd(), { stream }),
    ...lines,
    '',
    'Queued: time from the push to the check run.',
    'Concluded: time from the end of the job on Meltano Cloud to the conclusion of the check run.',
    '',
    ...judgeChecks(stage).map(({ what, problem }) =>
      problem === null
        ? `${styleText('green', '✓', { stream })} ${what}`
        : `${styleText('red', '✗', { stream })} ${what}: no, ${problem}`,
    ),
  ].join('\n');
}

function measureConclusion(run: SandboxCheckRun | undefined, job: SandboxJob | undefined): string {
  const concluded = run?.history.find(({ status }) => status === 'completed')?.at;
  if (concluded === undefined) return '';
  // The job may be that of a check run which followed this one.
  if (job === undefined || (job.endedAt ?? concluded) > concluded) return 'no job';
  return job.endedAt === null ? '' : formatSeconds(concluded - job.endedAt);
}
