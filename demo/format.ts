import type { CheckRunFields } from '../sandbox/github/check-model.ts';

type State = Pick<CheckRunFields, 'status' | 'conclusion'>;

export function shortenSha(sha: string): string {
  return sha.slice(0, 7);
}

/** `in progress`, `success`: the conclusion where there is one. */
export function describeState({ status, conclusion }: State): string {
  return (conclusion ?? status).replaceAll('_', ' ');
}

export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export interface StateLook {
  readonly icon: string;
  readonly colour: 'yellow' | 'green' | 'red' | 'gray';
}

export function chooseLook({ status, conclusion }: State): StateLook {
  switch (conclusion ?? status) {
    case 'queued':
      return { icon: '○', colour: 'yellow' };
    case 'in_progress':
      return { icon: '●', colour: 'yellow' };
    case 'success':
      return { icon: '✓', colour: 'green' };
    case 'failure':
    case 'timed_out':
    case 'action_required':
      return { icon: '✗', colour: 'red' };
    default:
      return { icon: '–', colour: 'gray' };
  }
}

/** The first line of a comment, without its Markdown. */
export function plainHeadline(markdown: string): string {
  return (markdown.split('\n', 1)[0] ?? '').replace(/\]\([^)]*\)|[`*[]/g, '');
}
