import { formatDuration } from '../../reporting/render/format-numbers.ts';
import type { DeploymentRun } from './read-check-runs.ts';

/** Prints each change since its last call in one line, with the time since the start. */
export function createProgress(
  write: (line: string) => void,
  now: () => number,
): (runs: readonly DeploymentRun[], problem: string | null) => void {
  const start = now();
  const told = new Map<string, string>();
  return (runs, problem) => {
    const words = [
      ...runs.map(({ name, title }) => [name, title] as const),
      ['GitHub', problem ?? ''] as const,
    ];
    for (const [name, text] of words) {
      if ((told.get(name) ?? '') === text) continue;
      told.set(name, text);
      if (text !== '') write(`${formatDuration(now() - start)}  ${name}: ${text}`);
    }
  };
}
