import type { CheckRunAnnotation, SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import type { SandboxRepository } from '../../sandbox/github/model.ts';
import { describeState } from '../format.ts';
import { type Html, html } from './html.ts';
import { renderPersonSelect } from './people.ts';
import { renderMarkdown } from './render-markdown.ts';
import { pathOf, renderCrumbs, renderIcon, renderSha, renderTime } from './render-parts.ts';

export function renderCheckRun(
  github: GitHubSandbox,
  repository: SandboxRepository,
  run: SandboxCheckRun,
): Html {
  const { title, summary, text } = run.output;
  return html`${renderCrumbs(repository, renderSha(repository, run.headSha))}
<h1>${run.name}</h1>
<section class="card"${run.status !== 'completed' && html` data-follow`}>
<div class="row state">${renderIcon(run)}<span>${title ?? describeState(run)}</span></div>
<div class="row muted"><span>${describeState(run)}</span>${renderTimes(run)}
${run.detailsUrl && html`<span><a href="${run.detailsUrl}" rel="noreferrer">Details</a></span>`}
<span class="end">${renderForms(github, repository, run)}</span></div>
${summary !== null && html`<div class="body">${renderMarkdown(summary)}</div>`}
${text !== null && html`<div class="body">${renderMarkdown(text)}</div>`}
</section>
${run.annotations.length > 0 && html`<section class="card"><h2>Annotations</h2>${run.annotations.map(renderAnnotation)}</section>`}
${renderHistory(run)}`;
}

function renderTimes({ startedAt, completedAt }: SandboxCheckRun): Html[] {
  const [start, end] = [startedAt, completedAt].map((time) =>
    time === null ? Number.NaN : Date.parse(time),
  );
  if (start === undefined || end === undefined || Number.isNaN(start)) return [];
  const seconds = Math.round((end - start) / 1000);
  return [
    html`<span>started ${renderTime(start)}</span>`,
    ...(Number.isNaN(end)
      ? []
      : [html`<span>completed ${renderTime(end)}</span><span>took ${seconds} s</span>`]),
  ];
}

/** GitHub shows these buttons on completed runs. */
function renderForms(
  github: GitHubSandbox,
  repository: SandboxRepository,
  run: SandboxCheckRun,
): Html | null {
  if (run.status !== 'completed') return null;
  const path = pathOf(repository, 'runs', String(run.id));
  const actions = run.actions.map(
    ({ label, description, identifier }, index) =>
      html`<button name="identifier" value="${identifier}" id="action-${index}" title="${description}">${label}</button>`,
  );
  return html`<form method="post" action="${path}/action">${renderPersonSelect(github, repository)}
${actions}<button formaction="${path}/rerequest" id="rerequest">Re-run</button></form>`;
}

function renderAnnotation(annotation: CheckRunAnnotation): Html {
  const { path, start_line, end_line, start_column, annotation_level, title, message } = annotation;
  const lines = start_line === end_line ? `${start_line}` : `${start_line}-${end_line}`;
  const column = start_column === undefined ? '' : `:${start_column}`;
  return html`<div class="row"><code>${path}:${lines}${column}</code> <span class="muted">${annotation_level}</span>
<span>${title !== undefined && html`<b>${title}</b> `}${message}</span></div>`;
}

function renderHistory({ history, createdAt }: SandboxCheckRun): Html {
  const rows = history.map(
    (version) => html`<tr><td>+${((version.at - createdAt) / 1000).toFixed(1)} s</td>
<td>${renderIcon(version)} ${describeState(version)}</td><td>${version.output.title ?? ''}</td></tr>`,
  );
  return html`<section class="card"><h2>History</h2><div><table class="history">
<tr><th>Written</th><th>State</th><th>Title</th></tr>${rows}</table></div></section>`;
}
