import { KNOWN_ERRORS } from '../../src/logs/known-errors/explain-error.ts';
import type { KnownError } from '../../src/logs/known-errors/known-error.ts';
import { formatCode, formatTableRow } from '../../src/reporting/render/escape-markdown.ts';
import { judgeKnownErrors } from './judge-known-errors.ts';
import { readCases } from './read-cases.ts';

const AGAIN = '_Transient: the same job probably succeeds when it runs again._';

/** The page `docs/known-errors.md`: what is known about each error, and how often it is right. */
export async function renderKnownErrorDocs(): Promise<string> {
  const parts = [await renderIntroduction()];
  for (const [tool, errors] of KNOWN_ERRORS) parts.push(renderTool(tool, errors));
  return `${parts.join('\n\n')}\n`;
}

async function renderIntroduction(): Promise<string> {
  const cases = readCases();
  const held = cases.filter((one) => one.isHeldOut);
  const { explained, right, known } = await judgeKnownErrors(held);
  const causes = new Set(held.flatMap(({ cause }) => cause ?? []));
  const count = [...KNOWN_ERRORS.values()].flat().length;
  return `# Known errors

<!-- Made by \`npm run generate\` from src/logs/known-errors/: edit the table there, not this page. -->

For ${count} errors the app knows the cause and what to do. It says so as **What to do** where it shows the first error of a failed job, also of a
pipeline's: in the [check run](check-runs.md#when-it-has-ended), in the issue about a failure, and in the replies to commands. If the log isn't shown, nothing is said about it.

After an error that is marked as transient, [a deployment can be tried again](check-runs.md#a-second-try).

Any other error gets no advice, since a wrong one costs more than none. An error is known by its own line, or the lines around it, after secrets have been
removed. Nothing from the log stands in the advice.

**How often it is right.** ${cases.length} logs, most of them from public issues, with names and addresses replaced, lie in \`test/unit/logs/known-errors/\`. By a digest of their source, ${held.length} of
them were kept apart and not used to write the table. In these, of ${causes.size} causes, ${explained} errors were explained, ${right} of them rightly (precision ${percent(right, explained)}); ${known} have a cause that
the table knows (recall ${percent(right, known)}). One person collected and labelled the logs, then wrote the table without changing it for them. A test fails if the precision falls.`;
}

function renderTool(tool: string, errors: readonly KnownError[]): string {
  const rows = errors.map(({ prints, cause, advice, transient }) =>
    formatTableRow([formatCode(prints), cause, transient ? `${advice} ${AGAIN}` : advice]),
  );
  return [
    `## ${tool}\n`,
    formatTableRow(['error', 'cause', 'what to do']),
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function percent(part: number, whole: number): string {
  return `${Math.floor((100 * part) / whole)} %`;
}
