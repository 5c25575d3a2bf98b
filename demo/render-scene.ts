import { styleText } from 'node:util';
import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import type { ShownCommit } from './demo-view.ts';
import { chooseLook, describeState, formatSeconds, readLogLines, shortenSha } from './format.ts';

type Style = Parameters<typeof styleText>[0];
/** A styled part of a line. The text is plain, so that the line can be cut to the width of the terminal. */
export type Piece = readonly [style: Style | null, text: string];

const LOG_LINES = 6;

export interface ShownAct {
  readonly title: string;
  commits: readonly ShownCommit[];
  /** By their subject: a comment, a file or the app. */
  readonly answers: Map<string, string>;
}

export interface ShownScene {
  readonly acts: readonly ShownAct[];
  /** The newest check run of each commit. */
  readonly runs: ReadonlyMap<string, SandboxCheckRun>;
  /** The commit whose log is shown. */
  readonly logOf: string | null;
  readonly elapsed: number;
  /** The height of the block. If it is too small, the log is cut first, then the oldest lines. */
  readonly rows: number;
}

/** The lines of a scene, before they are cut to the width of the terminal. */
export function renderScene({ acts, runs, logOf, elapsed, rows }: ShownScene): Piece[][] {
  const lines = acts.flatMap((act) => renderAct(act, runs));
  const time: Piece[] = [['gray', `  ${formatSeconds(elapsed)}`]];
  const room = Math.min(LOG_LINES, rows - lines.length - 2);
  const log = room > 0 ? readLogLines(runs.get(logOf ?? '')?.output.text ?? null).slice(-room) : [];
  const shown =
    log.length === 0 || logOf === null
      ? []
      : [
          [['gray', `  ── log of ${shortenSha(logOf)}, as the check run shows it`]] satisfies Piece[],
          ...log.map((line): Piece[] => [['gray', `  │ ${line}`]]),
        ];
  const all = [...lines, ...shown, time];
  return Number.isFinite(rows) ? all.slice(-rows) : all;
}

function renderAct({ title, commits, answers }: ShownAct, runs: ShownScene['runs']): Piece[][] {
  return [
    [['bold', title]],
    ...commits.flatMap((commit) => renderCommit(commit, runs.get(commit.sha))),
    ...[...answers].map(([about, answer]): Piece[] => [
      ['cyan', `    ${about}`],
      [null, `  ${answer}`],
    ]),
  ];
}

function renderCommit({ sha, message }: ShownCommit, run: SandboxCheckRun | undefined): Piece[][] {
  const commit: Piece[] = [
    ['cyan', `    ${shortenSha(sha)}`],
    [null, `  ${message}`],
  ];
  if (run === undefined) return [commit, [['gray', '      no check run yet']]];
  const { icon, colour } = chooseLook(run);
  const state: Piece[] = [
    [colour, `      ${icon} ${describeState(run)}`],
    ['bold', `  ${run.output.title ?? ''}`],
  ];
  return [commit, state];
}

export function fitLine(pieces: readonly Piece[], width: number, stream: NodeJS.WriteStream): string {
  let room = width;
  return pieces
    .map(([style, text]) => {
      const characters = [...text];
      const shown =
        characters.length <= room
          ? text
          : `${characters.slice(0, Math.max(0, room - 1)).join('')}${room > 0 ? '…' : ''}`;
      room -= Math.min(room, characters.length);
      return style === null ? shown : styleText(style, shown, { stream });
    })
    .join('');
}
