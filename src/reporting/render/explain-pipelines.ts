import type { Deployment } from '../../domain/deployment.ts';
import type { ReadPipelines, ShownPipeline } from '../../domain/judge-pipelines.ts';
import type { CheckRunView } from './check-run-view.ts';
import { countOf } from './describe-pipelines.ts';
import { formatCode, formatLink, linkWords } from './escape-markdown.ts';
import { formatCount } from './format-numbers.ts';
import { formatFileUrl } from './github-links.ts';

/** How many pipelines one list has. */
const MOST_LISTED = 50;

/** Describes the states of the pipelines: paragraphs of Markdown. */
export function explainPipelines(view: CheckRunView): string[] {
  const { pipelines } = view.deployment;
  if (pipelines === null) return [];
  if (pipelines.kind === 'unread') {
    return [
      `The pipelines of the workspace could not be read (${formatCode(pipelines.problem)}), so this check run doesn't say whether they are ready.`,
    ];
  }
  return [
    ...explainFailed(view, pipelines),
    explainOthers(view, pipelines),
    explainUnlisted(pipelines),
  ].filter((text) => text !== '');
}

/** What the app waits for. */
export function explainSettling({ pipelines }: Deployment): string {
  const names = pipelines?.kind === 'read' ? pipelines.settingUp.map(({ name }) => formatCode(name)) : [];
  const which = names.length === 0 ? '' : ` (${cutList(names).join(', ')})`;
  return `The job is complete. Meltano Cloud sets up the pipelines${which}; the app waits up to 2 min for them.`;
}

function explainFailed(view: CheckRunView, { failed, counted }: ReadPipelines): string[] {
  if (failed.length === 0) return [];
  return [
    `**The workspace was deployed, but ${countOf(failed, counted)} failed:** Meltano Cloud could not process ${failed.length === 1 ? 'its' : 'their'} changes.`,
    cutList(failed.map((one) => `- ${describePipeline(view, one)}`)).join('\n'),
  ];
}

/** What to do about pipelines that failed: the last paragraph. */
export function adviseOnPipelines({ workspaceUrl }: CheckRunView): string {
  const page = formatLink('Meltano Cloud', workspaceUrl);
  return `To see the error, open the pipeline on ${page}. If its file or its plugins are wrong, correct them and push. If it is a setting or a credential, correct it on Meltano Cloud, then press Redeploy here, or write \`/redeploy\` in a comment.`;
}

function explainOthers(view: CheckRunView, { failedBefore, settingUp, unknown }: ReadPipelines): string {
  return [
    listUnder(view, 'Failing since before this deployment', failedBefore),
    listUnder(view, 'Still being set up when the app stopped waiting', settingUp),
    listUnder(view, 'Not ready', unknown),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

function listUnder(view: CheckRunView, head: string, pipelines: readonly ShownPipeline[]): string {
  if (pipelines.length === 0) return '';
  const lines = pipelines.map((one) => `- ${describePipeline(view, one)}`);
  return `${head} (view them on ${formatLink('Meltano Cloud', view.workspaceUrl)}):\n\n${cutList(lines).join('\n')}`;
}

function describePipeline(view: CheckRunView, { name, status, file, repositoryPath }: ShownPipeline): string {
  const { githubUrl, repository, deployment } = view;
  const url = file === null ? null : formatFileUrl({ githubUrl, repository }, { file, sha: deployment.sha });
  const path = formatCode(file ?? repositoryPath ?? '');
  const shown = url === null ? path : linkWords(path, url);
  return `${formatCode(name)}: ${formatCode(status)}${shown === '' ? '' : `, ${shown}`}`;
}

function explainUnlisted({ unlisted }: ReadPipelines): string {
  if (unlisted === 0) return '';
  return `Meltano Cloud counts ${formatCount(unlisted)} more ${unlisted === 1 ? 'pipeline' : 'pipelines'} than it lists: this check run doesn't cover ${unlisted === 1 ? 'it' : 'them'}.`;
}

function cutList(lines: readonly string[]): string[] {
  const more = lines.length - MOST_LISTED;
  return more > 0 ? [...lines.slice(0, MOST_LISTED), `… and ${formatCount(more)} more`] : [...lines];
}
