import type { CheckAnnotation, ConfigurationVerdict, WouldDeploy } from '../../domain/commit-run.ts';
import type { Repository } from '../../domain/deployment.ts';
import { chooseLogMode } from '../../domain/log-setting.ts';
import { cutBytes, OUTPUT_BYTES } from '../../domain/truncate-bytes.ts';
import { cleanInlineText } from '../../logs/clean-log-line.ts';
import type { CheckRunFields } from './check-run-view.ts';
import { formatCode, formatTableRow } from './escape-markdown.ts';
import { formatCount } from './format-numbers.ts';
import { linkFile } from './github-links.ts';
import { formatTitle } from './render-title.ts';

interface VerdictView {
  readonly repository: Repository;
  readonly githubUrl: string;
  readonly sha: string;
}

type Bad = Extract<ConfigurationVerdict, { kind: 'bad' }>;
type Good = Extract<ConfigurationVerdict, { kind: 'good' }>;

/** The output of the check run about a configuration file. Pure. */
export function renderConfigurationVerdict(
  view: VerdictView,
  verdict: ConfigurationVerdict,
): CheckRunFields['output'] {
  return verdict.kind === 'bad' ? renderBad(view, verdict) : renderGood(view, verdict);
}

function renderBad(view: VerdictView, verdict: Bad): CheckRunFields['output'] {
  const { file, problems } = verdict;
  const [first] = problems;
  const count = problems.length === 1 ? '1 mistake' : `${formatCount(problems.length)} mistakes`;
  const start = first ? `${count}: line ${first.line}: ${first.message}` : count;
  const rows = problems.map((one) => `- Line ${one.line}, column ${one.column}: ${formatCode(one.message)}`);
  const summary = [
    `**${linkFile(view, { file, sha: view.sha })} can't be used.** ${explainEffect(verdict)}`,
    rows.join('\n'),
  ];
  return {
    title: formatTitle(start),
    summary: cutBytes(summary.join('\n\n'), OUTPUT_BYTES),
    annotations: problems.map((one) => annotate(file, one)),
  };
}

function explainEffect({ effect }: Bad): string {
  switch (effect) {
    case 'held':
      return 'There is no earlier valid version, so **pushes are held**. The push that repairs the file is deployed.';
    case 'last_good':
      return 'The last valid version stays in force. Later changes take effect once the file is repaired.';
    case 'proposed':
      return 'On the default branch it would be ignored.';
  }
}

function annotate(path: string, problem: Bad['problems'][number]): CheckAnnotation {
  const { line, column, endLine = line, message } = problem;
  return {
    path,
    start_line: line,
    end_line: endLine,
    // Allowed only if both lines are the same.
    ...(endLine === line ? { start_column: column, end_column: column } : {}),
    annotation_level: 'failure',
    message: cleanInlineText(message),
  };
}

function renderGood(view: VerdictView, { file, workspaces }: Good): CheckRunFields['output'] {
  const deployed = workspaces.filter((one) => one.onPush).length;
  const lead =
    file === null
      ? 'Without a file, the defaults apply.'
      : `${linkFile(view, { file, sha: view.sha })} is valid.`;
  const rows = [
    ['Workspace', 'Branch', 'A push deploys', 'Environment', 'Log'],
    ['---', '---', '---', '---', '---'],
    ...workspaces.map((one) => [
      formatCode(one.name) || formatCode(one.id),
      formatCode(one.branch),
      describePushes(one),
      formatCode(one.environment ?? ''),
      chooseLogMode(one, view.repository.private),
    ]),
  ];
  const summary = [
    `${lead} On the default branch it would apply to the workspaces of this repository as follows:`,
    rows.map(formatTableRow).join('\n'),
  ];
  return {
    title: `Pushes would deploy ${formatCount(deployed)} of ${formatCount(workspaces.length)} workspaces`,
    summary: cutBytes(summary.join('\n\n'), OUTPUT_BYTES),
  };
}

function describePushes({ onPush, blocks, paths, directory, pathsIgnore }: WouldDeploy): string {
  if (!onPush) return 'no: `on_push` is false';
  const folder = directory === null ? 'always' : `when ${formatCode(directory)} changes`;
  const counts = paths === null ? folder : `when ${listGlobs(paths)} changes`;
  const except = pathsIgnore.length === 0 ? '' : `, except ${listGlobs(pathsIgnore)}`;
  return `${counts}${except}${blocks ? ', unless its project has an error' : ''}`;
}

/** More globs would make the table unreadable. */
const MOST_GLOBS = 10;

function listGlobs(globs: readonly string[]): string {
  const shown = globs.slice(0, MOST_GLOBS).map((glob) => formatCode(glob));
  return globs.length > MOST_GLOBS ? `${shown.join(', ')}, …` : shown.join(', ');
}
