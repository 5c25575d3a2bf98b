import { readFile } from 'node:fs/promises';
import type { DemoView } from './demo-view.ts';
import { formatSeconds } from './format.ts';
import { renderResults } from './result-table.ts';
import type { Stage } from './stage.ts';
import { ACTS } from './tour.ts';

const LOG_LINES = 10;

/** The table of what happened, and whether all of it was expected. */
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
    view.say(`\nThe app's log is ${logFile}; it ends with:\n${last.map((line) => `  ${line}`).join('\n')}`);
    return;
  }
  view.say(`\n${ACTS.length} acts in ${formatSeconds(ms)}: everything came as expected.`);
  if (keep) return;
  view.say('To look around in the browser and push by yourself: npm run demo -- --keep');
  view.say('To install it on your own repositories: README.md');
}
