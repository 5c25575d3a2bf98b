import { foldName } from '../../domain/fold-name.ts';
import { nameCheckRun } from '../../reporting/render/name-check-run.ts';
import type { DeploymentRun, ReadRuns } from './read-check-runs.ts';

/** Between two reads, in milliseconds: often at first, since many deployments are short. */
const EARLY_POLL_MS = 2_000;
const POLL_MS = 10_000;
const EARLY_MS = 120_000;
/** After the first check run of a commit, those of its other workspaces follow within this time. */
const FOLLOW_MS = 5_000;

export interface WaitOptions {
  /** Names or ids; empty: all workspaces. */
  readonly workspaces: readonly string[];
  readonly appearMs: number;
  readonly timeoutMs: number;
}

export interface WaitPorts {
  readonly read: () => Promise<ReadRuns>;
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Called after each read with the awaited deployments. */
  readonly onProgress: (runs: readonly DeploymentRun[], problem: string | null) => void;
}

export interface WaitResult {
  /** 0: all ended well. 1: one did not. 2: nothing can be said. */
  readonly exitCode: 0 | 1 | 2;
  readonly runs: readonly DeploymentRun[];
  /** Why nothing can be said. */
  readonly problem: string | null;
}

const GOOD: ReadonlySet<string | null> = new Set(['success', 'neutral', 'skipped']);

/** Waits until the deployments of a commit have ended. */
export async function waitForDeployments(options: WaitOptions, ports: WaitPorts): Promise<WaitResult> {
  const { read, now, sleep, onProgress } = ports;
  const start = now();
  let seen: Seen = { runs: [], firstSeen: null, problem: null, mayAnswerAfter: 0 };
  for (;;) {
    const answer = await read();
    if (answer.kind === 'final') return { exitCode: 2, runs: seen.runs, problem: answer.problem };
    seen = note(seen, answer, { options, now: now() });
    onProgress(seen.runs, seen.problem);
    const elapsed = now() - start;
    const result = judge(seen, options, { now: now(), elapsed });
    if (result !== null) return result;
    const pause = Math.max(elapsed < EARLY_MS ? EARLY_POLL_MS : POLL_MS, seen.mayAnswerAfter);
    await sleep(Math.min(pause, options.timeoutMs - elapsed));
  }
}

interface Seen {
  readonly runs: readonly DeploymentRun[];
  readonly firstSeen: number | null;
  /** Why the last read failed. */
  readonly problem: string | null;
  readonly mayAnswerAfter: number;
}

function note(
  seen: Seen,
  answer: Exclude<ReadRuns, { kind: 'final' }>,
  { options, now }: { readonly options: WaitOptions; readonly now: number },
): Seen {
  if (answer.kind === 'again') return { ...seen, problem: answer.problem, mayAnswerAfter: answer.afterMs };
  const runs = choose(answer.runs, options.workspaces);
  const firstSeen = seen.firstSeen ?? (runs.length > 0 ? now : null);
  return { runs, firstSeen, problem: null, mayAnswerAfter: 0 };
}

/** Null: wait on. */
function judge(
  { runs, firstSeen, problem }: Seen,
  { workspaces, appearMs, timeoutMs }: WaitOptions,
  { now, elapsed }: { readonly now: number; readonly elapsed: number },
): WaitResult | null {
  const missing = listMissing(runs, workspaces);
  if (problem === null && missing.length === 0 && runs.every(({ conclusion }) => conclusion !== null)) {
    const hasFollowed = firstSeen !== null && now - firstSeen >= Math.min(FOLLOW_MS, appearMs);
    const isGood = runs.every(({ conclusion }) => GOOD.has(conclusion));
    if (hasFollowed) return { exitCode: isGood ? 0 : 1, runs, problem: null };
  }
  if (problem === null && missing.length > 0 && elapsed >= appearMs) {
    return { exitCode: 2, runs, problem: `No deployment appeared: ${missing.join(', ')}` };
  }
  if (elapsed < timeoutMs) return null;
  return { exitCode: 2, runs, problem: problem ?? 'The deployments have not ended in time' };
}

function choose(runs: readonly DeploymentRun[], workspaces: readonly string[]): readonly DeploymentRun[] {
  return workspaces.length === 0 ? runs : runs.filter((run) => workspaces.some((word) => isOf(run, word)));
}

/** The words for which there is no check run; with no words, one for all. */
function listMissing(runs: readonly DeploymentRun[], workspaces: readonly string[]): string[] {
  if (workspaces.length === 0) return runs.length === 0 ? ['this commit has no check run of one'] : [];
  return workspaces.filter((word) => !runs.some((run) => isOf(run, word)));
}

/** True if `word` is the workspace's name or id, or at least the first 8 characters of its id. */
function isOf({ workspaceId, name }: DeploymentRun, word: string): boolean {
  const wanted = foldName(word);
  const asNamed = [true, false].map((duplicate) =>
    nameCheckRun({ workspaceId, workspaceName: word, duplicate }),
  );
  const isId = wanted.length >= 8 && foldName(workspaceId).startsWith(wanted);
  return isId || asNamed.some((one) => foldName(one) === foldName(name));
}
