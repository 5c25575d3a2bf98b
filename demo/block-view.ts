import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { styleText } from 'node:util';
import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';
import type { ActView, DemoView } from './demo-view.ts';
import { fitLine, renderScene, type ShownAct } from './render-scene.ts';

const TICK_MS = 200;

/** For terminals: redraws the check runs of a scene in place. */
export function createBlockView(output: NodeJS.WriteStream): DemoView {
  let acts: ShownAct[] = [];
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
    // Lines that scrolled off the screen can't be redrawn.
    const rows = timer === null ? Number.POSITIVE_INFINITY : (output.rows || 24) - 1;
    const lines = renderScene({ acts, runs, logOf, elapsed: Date.now() - openedAt, rows });
    for (const line of lines) output.write(`${fitLine(line, width, output)}\n`);
    drawn = lines.length;
    output.uncork();
  }

  function openAct(title: string): ActView {
    const act: ShownAct = { title, commits: [], answers: new Map() };
    acts.push(act);
    const show: ActView['showPush'] = ({ sha, message }) => {
      act.commits = [...act.commits.filter((one) => one.sha !== sha), { sha, message }];
      draw();
    };
    return {
      showPush: show,
      showRequest: show,
      showAnswer(about, answer) {
        act.answers.set(about, answer);
        if (timer !== null) draw();
      },
    };
  }

  return {
    say: (text) => void output.write(`${text}\n`),
    openScene(title, titles) {
      output.write(`\n${styleText(['bold', 'underline'], title, { stream: output })}\n`);
      [acts, runs, logOf, drawn] = [[], new Map(), null, 0];
      openedAt = Date.now();
      timer = setInterval(draw, TICK_MS).unref();
      return titles.map(openAct);
    },
    showRun(run) {
      runs.set(run.headSha, run);
      // Shows one log at a time: the next one after its run has ended.
      const isFree = logOf === null || runs.get(logOf)?.status === 'completed';
      if (run.output.text !== null && isFree) logOf = run.headSha;
      if (timer !== null) draw();
    },
    closeScene() {
      if (timer === null) return;
      clearInterval(timer);
      timer = null;
      draw();
    },
  };
}
