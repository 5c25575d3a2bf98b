import type { CheckAnnotation, ConfigurationVerdict, WouldDeploy } from '../../domain/commit-run.ts';
import type { ConfigurationProblem } from '../../domain/configuration-in-use.ts';
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

const OPERATOR_LIMITS =
  "**The operator of this app limits what the file may set.** These values are looser, so the operator's limits hold instead:";
/** A check run takes this many annotations at once. */
const MOST_NOTICES = 50;

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
  const summary = [
    `**${linkFile(view, { file, sha: view.sha })} can't be used.** ${explainEffect(verdict)}`,
    listProblems(problems),
  ];
  return {
    title: formatTitle(start),
    summary: cutBytes(summary.join('\n\n'), OUTPUT_BYTES),
    annotations: problems.map((one) => annotate(file, one, 'failure')),
  };
}

function listProblems(problems: readonly ConfigurationProblem[]): string {
  return problems
    .map((one) => `- Line ${one.line}, column ${one.column}: ${formatCode(one.message)}`)
    .join('\n');
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

function annotate(
  path: string,
  problem: ConfigurationProblem,
  level: CheckAnnotation['annotation_level'],
): CheckAnnotation {
  const { line, column, endLine = line, message } = problem;
  return {
    path,
    start_line: line,
    end_line: endLine,
    // Allowed only if both lines are the same.
    ...(endLine === line ? { start_column: column, end_column: column } : {}),
    annotation_level: level,
    message: cleanInlineText(message),
  };
}

function renderGood(view: VerdictView, verdict: Good): CheckRunFields['output'] {
  const { file, workspaces, loose = [], isInForce = false } = verdict;
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
  const effect = isInForce ? 'It applies' : 'On the default branch it would apply';
  const summary = [
    ...(loose.length === 0 ? [] : [`${OPERATOR_LIMITS}\n\n${listProblems(loose)}`]),
    `${lead} ${effect} to the workspaces of this repository as follows:`,
    rows.map(formatTableRow).join('\n'),
  ];
  return {
    title: formatTitle(titleGood(verdict)),
    summary: cutBytes(summary.join('\n\n'), OUTPUT_BYTES),
    ...(file !== null &&
      loose.length > 0 && {
        annotations: loose.slice(0, MOST_NOTICES).map((one) => annotate(file, one, 'notice')),
      }),
  };
}

function titleGood({ workspaces, loose }: Good): string {
  const [first, another] = loose ?? [];
  if (first && !another) return `Line ${first.line}: ${first.message.replace(/\.$/, '')}`;
  if (loose && first) return `The operator's limits hold for ${formatCount(loose.length)} values`;
  const deployed = workspaces.filter((one) => one.onPush).length;
  return `Pushes would deploy ${formatCount(deployed)} of ${formatCount(workspaces.length)} workspaces`;
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
