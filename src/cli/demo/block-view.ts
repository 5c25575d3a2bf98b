import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { styleText } from 'node:util';
import type { SandboxCheckRun } from '../../../sandbox/github/model.ts';
import type { DemoView } from './demo-view.ts';
import { chooseLook, describeState, formatSeconds, shortenSha } from './format.ts';
import { readLogLines } from './log-lines.ts';
import type { DemoPush } from './stage.ts';

const LOG_LINES = 6;
/** How often the time that has passed is drawn again (milliseconds). */
const TICK_MS = 200;

type ShownPush = Pick<DemoPush, 'sha' | 'message'>;
type Style = Parameters<typeof styleText>[0];
/** A line is pieces of plain text with their style, so that it can be cut to the width of the terminal. */
type Piece = readonly [style: Style | null, text: string];

/** For terminals: the check runs of an act in a block that is drawn again in place. */
export function createBlockView(output: NodeJS.WriteStream): DemoView {
  let pushes: ShownPush[] = [];
  const answers = new Map<string, string>();
  let runs = new Map<string, SandboxCheckRun>();
  let logOf: string | null = null;
  let openedAt = 0;
  let drawn = 0;
  let timer: NodeJS.Timeout | null = null;

  function draw(): void {
    output.cork();
    if (drawn > 0) moveCursor(output, 0, -drawn);
    cursorTo(output, 0);
    clearScreenDown(output);
    const width = (output.columns || 80) - 1;
    const lines = renderBlock({
      pushes,
      runs,
      answers,
      logOf,
      elapsed: Date.now() - openedAt,
      live: timer !== null,
    });
    for (const line of lines) output.write(`${fitLine(line, width, output)}\n`);
    drawn = lines.length;
    output.uncork();
  }

  function show(push: ShownPush): void {
    pushes.push(push);
    draw();
  }

  return {
    say: (text) => void output.write(`${text}\n`),
    openAct(title) {
      output.write(`\n${styleText('bold', `Act ${title}`, { stream: output })}\n\n`);
      [pushes, runs, logOf, drawn] = [[], new Map(), null, 0];
      answers.clear();
      openedAt = Date.now();
      timer = setInterval(draw, TICK_MS).unref();
    },
    showPush: show,
    showComment: show,
    showAnswer(about, answer) {
      answers.set(about, answer);
      if (timer !== null) draw();
    },
    showRun(run) {
      runs.set(run.headSha, run);
      if (run.output.text !== null) logOf = run.headSha;
      if (timer !== null) draw();
    },
    closeAct() {
      if (timer === null) return;
      clearInterval(timer);
      timer = null;
      draw();
    },
  };
}

interface Block {
  readonly pushes: readonly ShownPush[];
  /** By what they are about. */
  readonly answers: ReadonlyMap<string, string>;
  readonly runs: ReadonlyMap<string, SandboxCheckRun>;
  readonly logOf: string | null;
  readonly elapsed: number;
  /** While it changes it keeps its height. */
  readonly live: boolean;
}

function renderBlock({ pushes, runs, answers, logOf, elapsed, live }: Block): Piece[][] {
  const lines = pushes.flatMap((push) => renderPush(push, runs.get(push.sha)));
  const log = readLogLines(runs.get(logOf ?? '')?.output.text ?? null).slice(-LOG_LINES);
  const rest = live ? Array.from({ length: LOG_LINES - log.length }, () => '') : [];
  return [
    ...lines,
    ...[...answers].map(([about, answer]): Piece[] => [[null, `    ${about}: ${answer}`]]),
    [
      [
        'gray',
        `  ── log of ${logOf === null ? 'the deployment' : shortenSha(logOf)}, as the check run shows it`,
      ],
    ],
    ...[...log, ...rest].map((line): Piece[] => [['gray', `  │ ${line}`]]),
    [['gray', `  ${formatSeconds(elapsed)}`]],
  ];
}

function renderPush({ sha, message }: ShownPush, run: SandboxCheckRun | undefined): Piece[][] {
  const push: Piece[] = [
    ['cyan', `  ${shortenSha(sha)}`],
    [null, `  ${message}`],
  ];
  if (run === undefined) return [push, [['gray', '    no check run yet']]];
  const { icon, colour } = chooseLook(run);
  const state: Piece[] = [
    [colour, `    ${icon} ${run.name}`],
    [null, `  ${describeState(run)}: `],
    ['bold', run.output.title ?? ''],
  ];
  return [push, state];
}

function fitLine(pieces: readonly Piece[], width: number, stream: NodeJS.WriteStream): string {
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
