import type {
  CheckConclusion,
  CheckStatus,
  ForeignApp,
  SandboxCheckRun,
  SandboxCheckSuite,
} from './check-model.ts';
import type { SandboxContext } from './sandbox-context.ts';

export interface SuiteState {
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  /** The newest run of each name. */
  latest: SandboxCheckRun[];
}

/** Worst first. A suite has the worst conclusion of its runs. */
const BY_WEIGHT: readonly CheckConclusion[] = [
  'failure',
  'startup_failure',
  'timed_out',
  'cancelled',
  'action_required',
  'success',
  'neutral',
  'skipped',
  'stale',
];

/** Finds or creates the suite of a commit. */
export function openSuite(
  context: SandboxContext,
  input: {
    repositoryId: number;
    headSha: string;
    headBranch: string | null;
    before: string | null;
    app?: ForeignApp | null;
    key?: string;
  },
): { suite: SandboxCheckSuite; opened: boolean } {
  const { state } = context;
  const { app = null, key = '' } = input;
  const known = state
    .suitesOf(input.repositoryId, input.headSha)
    .find((one) => one.app?.id === app?.id && one.key === key);
  if (known) return { suite: known, opened: false };
  const now = Date.now();
  const suite = {
    ...input,
    app,
    key,
    id: state.nextId('suite'),
    createdAt: now,
    updatedAt: now,
    rerequested: false,
  };
  state.suites.set(suite.id, suite);
  return { suite, opened: true };
}

/** Derives the state of a suite from its runs, or from a requested re-run. */
export function readSuiteState(context: SandboxContext, suite: SandboxCheckSuite): SuiteState {
  const runs = context.state
    .runsOf(suite.repositoryId, suite.headSha)
    .filter((run) => run.suiteId === suite.id);
  const latest = latestByName(runs);
  if (suite.rerequested || latest.length === 0) return { status: 'queued', conclusion: null, latest };
  const open = latest.filter(({ status }) => status !== 'completed');
  if (open.length > 0) {
    const started = latest.some(({ status }) => status !== 'queued');
    return { status: started ? 'in_progress' : 'queued', conclusion: null, latest };
  }
  const conclusion = BY_WEIGHT.find((one) => latest.some((run) => run.conclusion === one)) ?? null;
  return { status: 'completed', conclusion, latest };
}

/** The newest of each name in each suite, newest first. */
export function latestByName(runs: readonly SandboxCheckRun[]): SandboxCheckRun[] {
  const latest = new Map<string, SandboxCheckRun>();
  for (const run of runs.toSorted((a, b) => b.id - a.id)) {
    const key = `${run.suiteId}/${run.name}`;
    if (!latest.has(key)) latest.set(key, run);
  }
  return [...latest.values()];
}
