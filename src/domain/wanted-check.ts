import { matchesWildcard } from './matches-wildcard.ts';

/** A check of another App that a deployment waits for (`wait_for`). */
export interface WantedCheck {
  /** As the Checks API names it. `*` stands for any characters. */
  readonly name: string;
  /** The slug of the App that must have made it; null for any. */
  readonly app: string | null;
  /** Conclusions that count as `success` does. */
  readonly accept: readonly AcceptedConclusion[];
}

export const ACCEPTED_CONCLUSIONS = ['neutral', 'skipped'] as const;

type AcceptedConclusion = (typeof ACCEPTED_CONCLUSIONS)[number];

/** A check run of a commit. */
export interface SeenCheck {
  readonly id: number;
  readonly name: string;
  readonly suiteId: number | null;
  readonly app: { readonly id: number; readonly slug: string } | null;
  /** GitHub's name of the conclusion; null while it isn't completed. */
  readonly conclusion: string | null;
  /** Epoch milliseconds; null if unknown. */
  readonly completedAt: number | null;
}

/** The check runs of a commit that other Apps made: for each suite, the newest of each name. */
export interface CommitChecks {
  readonly runs: readonly SeenCheck[];
  /** The suites that aren't completed; null if they were not read. */
  readonly openSuites: ReadonlySet<number> | null;
}

export type ChecksVerdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly name: string; readonly conclusion: string }
  /** `missing`: no run matches. Else one that matches is still open, or its suite is. */
  | { readonly kind: 'pending'; readonly waiting: readonly PendingCheck[] };

export interface PendingCheck {
  readonly name: string;
  readonly isMissing: boolean;
}

/** Whether wanted checks have patterns, whose suites have to be read, too. */
export function isPattern({ name }: Pick<WantedCheck, 'name'>): boolean {
  return name.includes('*');
}

/** Judges all wanted checks. A check that failed decides, even if others are pending. */
export function judgeChecks(wanted: readonly WantedCheck[], checks: CommitChecks): ChecksVerdict {
  const waiting: PendingCheck[] = [];
  for (const one of wanted) {
    const verdict = judgeCheck(one, checks);
    if (verdict.kind === 'failed') return verdict;
    if (verdict.kind === 'pending') waiting.push(...verdict.waiting);
  }
  return waiting.length > 0 ? { kind: 'pending', waiting } : { kind: 'passed' };
}

function judgeCheck(wanted: WantedCheck, { runs, openSuites }: CommitChecks): ChecksVerdict {
  const matching = runs.filter((run) => isMeant(wanted, run));
  if (matching.length === 0) {
    return { kind: 'pending', waiting: [{ name: wanted.name, isMissing: true }] };
  }
  const newest = chooseNewest(matching);
  const accepted: readonly string[] = ['success', ...wanted.accept];
  const failed = newest.find(({ conclusion }) => conclusion !== null && !accepted.includes(conclusion));
  if (failed?.conclusion) return { kind: 'failed', name: failed.name, conclusion: failed.conclusion };
  const open = newest.filter(({ conclusion }) => conclusion === null);
  if (open.length > 0) {
    return { kind: 'pending', waiting: open.map(({ name }) => ({ name, isMissing: false })) };
  }
  const isOpen = matching.some(({ suiteId }) => suiteId !== null && (openSuites?.has(suiteId) ?? true));
  if (isPattern(wanted) && isOpen) {
    return { kind: 'pending', waiting: [{ name: wanted.name, isMissing: false }] };
  }
  return { kind: 'passed' };
}

function isMeant({ name, app }: WantedCheck, run: SeenCheck): boolean {
  return (
    matchesWildcard(name, run.name) && (app === null || run.app?.slug.toLowerCase() === app.toLowerCase())
  );
}

/** The newest run of each App and name: several suites of a commit can have the same one. */
function chooseNewest(runs: readonly SeenCheck[]): SeenCheck[] {
  const newest = new Map<string, SeenCheck>();
  for (const run of runs) {
    const key = `${run.app?.id ?? ''}/${run.name}`;
    const known = newest.get(key);
    if (!known || known.id < run.id) newest.set(key, run);
  }
  return [...newest.values()];
}
