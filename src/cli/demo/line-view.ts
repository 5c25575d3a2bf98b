import type { DemoView } from './demo-view.ts';
import { describeState, formatSeconds, shortenSha } from './format.ts';
import { readLogLines } from './log-lines.ts';

/** For files and pipes: nothing is ever written over. */
export function createLineView(output: NodeJS.WritableStream): DemoView {
  const start = Date.now();
  const seen = new Map<number, { state: string; title: string | null; lines: number }>();
  const write = (text: string) => void output.write(`${text}\n`);
  const stamp = () => formatSeconds(Date.now() - start).padStart(8);
  return {
    say: write,
    openAct: (title) => write(`\nAct ${title}`),
    showPush: ({ sha, message }) => write(`${stamp()}  ${shortenSha(sha)}  pushed       ${message}`),
    showComment: ({ sha, message }) => write(`${stamp()}  ${shortenSha(sha)}  comment      ${message}`),
    showRun(run) {
      const before = seen.get(run.id);
      const now = { state: describeState(run), title: run.output.title };
      const lines = readLogLines(run.output.text);
      if (before?.state !== now.state || before.title !== now.title) {
        write(`${stamp()}  ${shortenSha(run.headSha)}  ${now.state.padEnd(11)}  ${now.title ?? ''}`);
      }
      for (const line of lines.slice(before?.lines ?? 0)) write(`${' '.repeat(19)}| ${line}`);
      seen.set(run.id, { ...now, lines: lines.length });
    },
    showAnswer: (about, answer) => write(`${stamp()}  ${about}: ${answer}`),
    closeAct: () => undefined,
  };
}
