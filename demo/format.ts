import { stripVTControlCharacters } from 'node:util';
import type { CheckConclusion, CheckStatus } from '../sandbox/github/check-model.ts';

export interface RunState {
  readonly status: CheckStatus;
  readonly conclusion: CheckConclusion | null;
}

export function shortenSha(sha: string): string {
  return sha.slice(0, 7);
}

/** The conclusion or else the status: `success`, `in progress`. */
export function describeState({ status, conclusion }: RunState): string {
  return (conclusion ?? status).replaceAll('_', ' ');
}

export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export interface StateLook {
  readonly icon: string;
  readonly colour: 'yellow' | 'green' | 'red' | 'gray';
}

export function chooseLook({ status, conclusion }: RunState): StateLook {
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

/** The log in a check run: the lines in the code blocks of its text. */
export function readLogLines(text: string | null): string[] {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of (text ?? '').split('\n')) {
    if (fence === null) fence = /^`{3,}$/.exec(line)?.[0] ?? null;
    else if (line === fence) fence = null;
    else lines.push(stripVTControlCharacters(line));
  }
  return lines;
}
