import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckConclusion } from '../../sandbox/github/check-model.ts';
import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import type { GateRules } from './gate-rules.ts';

/** GitHub sends no event about this share of changes. */
const SHARE_LOST = 0.15;

interface ForeignRun {
  readonly id: number;
  readonly sha: string;
  readonly app: string;
  readonly suite: string;
  readonly name: string;
  /** What became of it, and when; null: it was begun, or re-run in place. */
  readonly changes: { readonly at: number; readonly conclusion: CheckConclusion | null }[];
}

interface Job {
  readonly app: string;
  readonly suite: string;
  readonly name: string;
  /** Conclusions that pass. */
  readonly good: readonly CheckConclusion[];
}

const ACTIONS = 'github-actions';
const JOBS: Readonly<Record<string, readonly Job[]>> = {
  test: [{ app: ACTIONS, suite: 'tests', name: 'test', good: ['success'] }],
  'ci / *': [
    { app: ACTIONS, suite: 'ci', name: 'ci / lint', good: ['success'] },
    { app: ACTIONS, suite: 'ci', name: 'ci / unit', good: ['success'] },
  ],
  scan: [{ app: 'scanner', suite: '', name: 'scan', good: ['success', 'neutral'] }],
};
const BAD = ['failure', 'failure', 'cancelled', 'timed_out', 'skipped'] as const;

/** How the checks of a commit go, with their shares. */
const COURSES = [
  { course: 'pass', share: 0.5 },
  { course: 'pass late', share: 0.1 },
  { course: 'fail', share: 0.1 },
  { course: 're-run in place', share: 0.1 },
  { course: 're-run anew', share: 0.08 },
  { course: 'fail afterwards', share: 0.06 },
  { course: 'renamed', share: 0.03 },
  { course: 'never', share: 0.03 },
] as const;

/** What other Apps report about commits during the storm, and what is true about it at any time. */
export class ForeignChecks {
  readonly #github: GitHubSandbox;
  readonly #random: () => number;
  readonly #runs: ForeignRun[] = [];
  readonly #plays: Promise<void>[] = [];

  constructor(github: GitHubSandbox, random: () => number) {
    this.#github = github;
    this.#random = random;
  }

  /** `mayBeMissing`: false once a check that never comes would last longer than the storm. */
  begin(repository: string, sha: string, rules: GateRules, mayBeMissing: boolean): void {
    for (const { name } of rules.wanted) {
      for (const job of JOBS[name] ?? []) {
        this.#plays.push(this.#play(repository, sha, job, mayBeMissing));
      }
    }
  }

  /** Once all checks that began have come to their end. */
  async end(): Promise<void> {
    await Promise.all(this.#plays);
  }

  async #play(repository: string, sha: string, job: Job, mayBeMissing: boolean): Promise<void> {
    const course = this.#chooseCourse();
    const say = (conclusion: CheckConclusion | null, other: Partial<Job> = {}) =>
      this.#report(repository, sha, { ...job, ...other }, conclusion);
    const pause = (ms: number) => sleep(ms * (0.3 + this.#random()));
    const good = this.#pick(job.good);
    const bad = this.#pick(BAD);
    if (course === 'pass late') await sleep(10_000 + this.#random() * 20_000);
    if (course === 'never' && mayBeMissing) return;
    if (course === 'renamed' && mayBeMissing) {
      say('success', { name: `${job.name.replaceAll(' / ', '-')}-2` });
      return;
    }
    // Of the same name, but of an App that isn't asked.
    if (job.app !== ACTIONS) say('success', { app: 'another-app' });
    await pause(2_000);
    const run = say(null);
    await pause(5_000);
    switch (course) {
      case 'fail':
        say(bad);
        return;
      case 're-run in place':
        say(bad);
        await pause(6_000);
        this.#reset(run);
        await pause(4_000);
        say(good);
        return;
      case 're-run anew':
        say(bad);
        await pause(6_000);
        say(good, { suite: `${job.suite} again` });
        return;
      case 'fail afterwards':
        say(good);
        await pause(4_000);
        say(bad, { suite: `${job.suite} again` });
        return;
      default:
        say(good);
    }
  }

  /** Lets all wanted checks of a commit pass, and GitHub say so. */
  pass(repository: string, sha: string, rules: GateRules): void {
    for (const { name } of rules.wanted) {
      for (const job of JOBS[name] ?? []) {
        for (const run of this.#runs.filter((one) => one.sha === sha && one.name === job.name)) {
          if (run.changes.at(-1)?.conclusion === null) this.#report(repository, sha, run, 'success', true);
        }
        this.#report(repository, sha, { ...job, suite: 'last' }, 'success', true);
      }
    }
  }

  #chooseCourse() {
    let left = this.#random();
    return COURSES.find(({ share }) => {
      left -= share;
      return left < 0;
    })?.course;
  }

  #report(
    repository: string,
    sha: string,
    { app, suite, name }: Omit<Job, 'good'>,
    conclusion: CheckConclusion | null,
    deliver = this.#random() >= SHARE_LOST,
  ): ForeignRun {
    const { id } = this.#github.checks.report(repository, sha, { app, suite, name, conclusion, deliver });
    const known = this.#runs.find((one) => one.id === id);
    const run = known ?? { id, sha, app, suite, name, changes: [] };
    if (!known) this.#runs.push(run);
    run.changes.push({ at: Date.now(), conclusion });
    return run;
  }

  #reset(run: ForeignRun): void {
    this.#github.checks.reset(run.id);
    run.changes.push({ at: Date.now(), conclusion: null });
  }

  #pick<T>(choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.#random() * choices.length)];
    if (chosen === undefined) throw new Error('There is nothing to choose from.');
    return chosen;
  }

  /** Whether the checks that a repository waits for had passed on a commit at some time from `from` to `to`. */
  hadPassed({ wanted }: GateRules, sha: string, from: number, to: number): boolean {
    const runs = this.#runs.filter((run) => run.sha === sha);
    const changes = runs.flatMap((run) => run.changes.map(({ at }) => at));
    const moments = [from, ...changes.filter((at) => at > from && at <= to)];
    return moments.some((at) => wanted.every((one) => isPassed(one, runs, at)));
  }
}

interface Wanted {
  readonly name: string;
  readonly app?: string;
  readonly accept?: readonly string[];
}

/** `runs`: of one commit. */
function isPassed({ name, app, accept = [] }: Wanted, runs: readonly ForeignRun[], at: number): boolean {
  const begun = runs.filter((run) => run.changes.some((one) => one.at <= at));
  const prefix = name.endsWith('*') ? name.slice(0, -1) : null;
  const matching = begun
    .filter((run) => (prefix === null ? run.name === name : run.name.startsWith(prefix)))
    .filter((run) => app === undefined || run.app === app);
  const isOpen = (run: ForeignRun) => conclusionAt(run, at) === null;
  const isGood = (run: ForeignRun) => ['success', ...accept].includes(conclusionAt(run, at) ?? '');
  if (matching.length === 0) return false;
  if (!newestOf(matching, (run) => `${run.app} ${run.name}`).every(isGood)) return false;
  const suites = new Set(matching.map(suiteOf));
  const inSuites = begun.filter((run) => suites.has(suiteOf(run)));
  return prefix === null || !newestOf(inSuites, (run) => `${suiteOf(run)} ${run.name}`).some(isOpen);
}

function suiteOf({ app, suite }: ForeignRun): string {
  return `${app}/${suite}`;
}

function newestOf(runs: readonly ForeignRun[], keyOf: (run: ForeignRun) => string): ForeignRun[] {
  const newest = new Map<string, ForeignRun>();
  for (const run of runs.toSorted((a, b) => a.id - b.id)) newest.set(keyOf(run), run);
  return [...newest.values()];
}

function conclusionAt({ changes }: ForeignRun, at: number): CheckConclusion | null {
  return changes.findLast((one) => one.at <= at)?.conclusion ?? null;
}
