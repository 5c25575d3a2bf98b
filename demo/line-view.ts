import type { DemoView } from './demo-view.ts';
import { describeState, formatSeconds, readLogLines, shortenSha } from './format.ts';

/** For files and pipes: appends a line for each change, with the time and the number of the act. */
export function createLineView(output: NodeJS.WritableStream): DemoView {
  const start = Date.now();
  const seen = new Map<number, { state: string; title: string | null; lines: number }>();
  const actOf = new Map<string, string>();
  const write = (text: string) => void output.write(`${text}\n`);
  const stamp = (act: string) => `${formatSeconds(Date.now() - start).padStart(8)}  ${act}`;
  return {
    say: write,
    openScene(title, acts) {
      write(`\n${title}:`);
      for (const act of acts) write(act);
      write('');
      return acts.map((text) => {
        const act = `[${text.trimStart().split(' ', 1).join('')}]`.padEnd(4);
        const tell = (sha: string, what: string, message: string) => {
          actOf.set(sha, act);
          write(`${stamp(act)} ${shortenSha(sha)}  ${what.padEnd(11)}  ${message}`);
        };
        return {
          showPush: ({ sha, message }) => tell(sha, 'pushed', message),
          showRequest: ({ sha, message }) => tell(sha, 'requested', message),
          showAnswer: (about, answer) => write(`${stamp(act)} ${about}: ${answer}`),
        };
      });
    },
    showRun(run) {
      const before = seen.get(run.id);
      const now = { state: describeState(run), title: run.output.title };
      const lines = readLogLines(run.output.text);
      const act = actOf.get(run.headSha) ?? '    ';
      if (before?.state !== now.state || before.title !== now.title) {
        write(`${stamp(act)} ${shortenSha(run.headSha)}  ${now.state.padEnd(11)}  ${now.title ?? ''}`);
      }
      for (const line of lines.slice(before?.lines ?? 0))
        write(`${' '.repeat(10)}${act} ${' '.repeat(9)}| ${line}`);
      seen.set(run.id, { ...now, lines: lines.length });
    },
    closeScene: () => undefined,
  };
}
