import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { isoTime, type SandboxRepository } from '../../sandbox/github/model.ts';
import { describeState, type RunState } from '../format.ts';
import { type Html, html, trustMarkup } from './html.ts';

const DISC = '<circle cx="8" cy="8" r="8" fill="currentColor"/>';
const draw = (path: string) =>
  `${DISC}<path d="${path}" fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>`;
const RING = '<circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" stroke-width="1.6"/>';
const DOT = '<circle cx="8" cy="8" r="3.6" fill="currentColor"/>';

const LOOKS: Record<string, { colour: string; icon: string }> = {
  queued: { colour: 'amber', icon: RING },
  in_progress: { colour: 'amber', icon: RING + DOT },
  success: { colour: 'green', icon: draw('M4.6 8.3 7 10.7l4.4-5') },
  failure: { colour: 'red', icon: draw('M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2') },
  timed_out: { colour: 'red', icon: draw('M8 4.5V8l2.4 1.6') },
  action_required: { colour: 'red', icon: draw('M8 4.4v4.2M8 11.4v.1') },
};
const OTHER = { colour: 'grey', icon: draw('M4.8 8h6.4') };

export function renderIcon(state: RunState): Html {
  const { colour, icon } = LOOKS[state.conclusion ?? state.status] ?? OTHER;
  const label = describeState(state);
  return html`<svg class="${colour}" viewBox="0 0 16 16" role="img" aria-label="${label}"><title>${label}</title>${trustMarkup(icon)}</svg>`;
}

/** The script of the page shows it as an age. */
export function renderTime(at: number): Html {
  const iso = isoTime(at);
  return html`<time datetime="${iso}">${iso.replace('T', ' ').replace('Z', ' UTC')}</time>`;
}

/** A path below a repository, such as `…/commit/<sha>`. */
export function pathOf({ owner, name }: SandboxRepository, ...rest: string[]): string {
  return `/${[owner, name, ...rest].map(encodeURIComponent).join('/')}`;
}

export function renderSha(repository: SandboxRepository, sha: string): Html {
  return html`<a class="sha" href="${pathOf(repository, 'commit', sha)}">${sha.slice(0, 7)}</a>`;
}

export function renderChecks(repository: SandboxRepository, runs: readonly SandboxCheckRun[]): Html | null {
  if (runs.length === 0) return null;
  const items = runs.map((run) => {
    const href = pathOf(repository, 'runs', String(run.id));
    const title = run.output.title ?? describeState(run);
    return html`<li>${renderIcon(run)}<span><a href="${href}">${run.name}</a> <span class="title">${title}</span></span></li>`;
  });
  return html`<ul class="checks">${items}</ul>`;
}

/** Links to the owner and the repository of a page. */
export function renderCrumbs(repository: SandboxRepository, ...more: (Html | string)[]): Html {
  const { owner, fullName } = repository;
  const name = html`<a href="/${encodeURIComponent(owner)}">${owner}</a> / <a href="${pathOf(repository)}">${fullName.slice(owner.length + 1)}</a>`;
  return html`<p class="crumbs">${name}${more.map((part) => html` / ${part}`)}</p>`;
}
