import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** The machine of the measurement. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly commit: string | null;
  readonly startedAt: string;
  /** The load average of the minute before the first benchmark. Above 0.5, the machine wasn't idle. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    processor: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    commit: readCommit(),
    startedAt: new Date().toISOString(),
    loadBefore: loadavg()[0] ?? 0,
  };
}

function readCommit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return null;
  }
}

/** One line under each table. */
export function renderMachine(machine: Machine): string {
  const { processor, cores, memoryGb, system, node, commit, startedAt } = machine;
  const day = startedAt.slice(0, 10);
  return `${processor}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}; ${day}${commit ? `, commit ${commit}` : ''}.`;
}
