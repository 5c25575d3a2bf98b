import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { ChaosRequests, Person } from './chaos-requests.ts';
import type { ChaosRepository, ChaosWorld, GatedRepository } from './chaos-world.ts';

/** A person's approval of a commit; `sha` is null in a comment. */
interface Approval {
  readonly repository: string;
  readonly sha: string | null;
  readonly by: Person;
  readonly at: number;
}

/** A lock of a whole repository, from the app's reply on until somebody asks to remove it. */
interface Lock {
  readonly repository: string;
  readonly issue: number;
  readonly until: number;
  unlockedAt: number | null;
}

interface Force {
  readonly repository: string;
  readonly by: Person;
  readonly at: number;
}

/** `mia` and `max` may maintain the repositories, `boss` may only write. */
const PEOPLE: readonly Person[] = ['mia', 'mia', 'max', 'boss'];
export const MAINTAINERS: readonly Person[] = ['mia', 'max'];

/** The title of a deployment that checks ended. */
const ENDED_BY_CHECKS = /" failed on |" never reported; |" is still running after |did not show the checks/;

/** What people do at gates during the storm. After it they open them all. */
export class ChaosGates {
  readonly approvals: Approval[] = [];
  readonly locks: Lock[] = [];
  readonly forces: Force[] = [];
  readonly #world: ChaosWorld;
  readonly #requests: ChaosRequests;
  readonly #pressed = new Set<number>();
  readonly #passed = new Set<string>();

  constructor(world: ChaosWorld, requests: ChaosRequests) {
    this.#world = world;
    this.#requests = requests;
    for (const { fullName } of world.gated) {
      for (const login of MAINTAINERS) {
        world.sandbox.github.people.setRole(fullName, { login, role: 'maintain' });
      }
    }
  }

  act(): void {
    const repository = this.#world.pick(this.#world.gated);
    const by = this.#world.pick(PEOPLE);
    const dice = this.#world.random();
    if (dice < 0.1) this.#force(repository, by);
    else if (dice < 0.25) this.#pressDeploy(repository, by);
    else if (repository.rules.isLocked && dice < 0.6) this.#lock(repository);
    else if (repository.rules.isApproved && dice < 0.9) this.#approve(repository, by);
    for (const lock of this.locks) if (Date.now() >= lock.until) this.#unlock(lock);
  }

  /** Opens all gates that still hold, or ended, the newest deployment of a branch. */
  async openAll(): Promise<void> {
    await this.#world.checks.end();
    for (const lock of this.locks) this.#unlock(lock);
    for (const repository of this.#world.gated) {
      const { fullName, rules, workspaces } = repository;
      const head = this.#world.sandbox.github.branches.head(fullName);
      for (const workspace of workspaces) {
        const [run] = findDeciding(this.#world, repository, workspace.id, head).lasting;
        if (run?.status !== 'completed') continue;
        if (hasAction(run, 'approve')) this.#press(repository, run, 'approve', 'max');
        if (!ENDED_BY_CHECKS.test(run.output.title ?? '') || this.#passed.has(head)) continue;
        this.#passed.add(head);
        this.#world.checks.pass(fullName, head, rules);
      }
    }
  }

  /** One JSON line for each check run of the repositories with gates: for who looks for the cause of a fault. */
  listRuns(): string[] {
    const { checks } = this.#world.sandbox.github;
    return this.#world.gated.flatMap(({ fullName }) =>
      checks.runs(fullName).map(({ id, headSha, name, conclusion, externalId, output, history }) => {
        const titles = history.map((one) => [one.at, one.status, one.output.title]);
        return JSON.stringify({ fullName, id, headSha, name, conclusion, externalId, ...output, titles });
      }),
    );
  }

  #force(repository: GatedRepository, by: Person): void {
    this.forces.push({ repository: repository.fullName, by, at: Date.now() });
    // With several workspaces, a name is needed in an issue.
    const names = repository.workspaces.map(({ name }) => `"${name}"`).join(' ');
    this.#say(repository, by, `/redeploy ${names} --force`);
  }

  #approve(repository: GatedRepository, by: Person): void {
    if (this.#world.random() < 0.5) {
      const head = this.#world.sandbox.github.branches.head(repository.fullName);
      const runs = this.#world.sandbox.github.checks.runs(repository.fullName, head);
      const waiting = runs.findLast((run) => run.status === 'completed' && hasAction(run, 'approve'));
      if (waiting) this.#press(repository, waiting, 'approve', by);
      return;
    }
    this.approvals.push({ repository: repository.fullName, sha: null, by, at: Date.now() });
    this.#say(repository, by, '/meltano approve');
  }

  /** The button of a deployment that a gate ended. */
  #pressDeploy(repository: GatedRepository, by: Person): void {
    const runs = this.#world.sandbox.github.checks.runs(repository.fullName);
    const ended = runs.filter((run) => run.status === 'completed' && hasAction(run, 'deploy'));
    const run = ended.at(-1);
    if (run) this.#press(repository, run, 'deploy', by);
  }

  #press(
    { fullName }: ChaosRepository,
    run: SandboxCheckRun,
    action: 'approve' | 'deploy',
    by: Person,
  ): void {
    if (this.#pressed.has(run.id)) return;
    // Who has no role, or has pushed the commits, changes nothing: another one may press again.
    if (by === 'max') this.#pressed.add(run.id);
    const at = Date.now();
    if (action === 'approve') this.approvals.push({ repository: fullName, sha: run.headSha, by, at });
    else this.forces.push({ repository: fullName, by, at });
    this.#world.sandbox.github.checks.press(run.id, action, by);
  }

  /** One lock at a time: which of two comes first is unknown in a storm. */
  #lock(repository: GatedRepository): void {
    if (this.locks.some((one) => one.repository === repository.fullName && one.unlockedAt === null)) return;
    const issue = this.#say(repository, 'mia', '/meltano lock the books are being closed');
    const until = Date.now() + 3_000 + this.#world.random() * 20_000;
    this.locks.push({ repository: repository.fullName, issue, until, unlockedAt: null });
  }

  #unlock(lock: Lock): void {
    if (lock.unlockedAt !== null || this.lockedAt(lock) === null) return;
    const repository = this.#world.gated.find(({ fullName }) => fullName === lock.repository);
    if (!repository) return;
    lock.unlockedAt = Date.now();
    this.#say(repository, 'max', '/meltano unlock');
  }

  /** When the app said that it locked; null if it hasn't yet. */
  lockedAt({ repository, issue }: Lock): number | null {
    const all = this.#world.sandbox.github.conversations.comments(repository, issue);
    return all.find((one) => one.viaApp && one.body.startsWith('**Locked**'))?.createdAt ?? null;
  }

  #say(repository: ChaosRepository, by: Person, line: string): number {
    const { conversations } = this.#world.sandbox.github;
    const { number } = conversations.openIssue({ repository: repository.fullName, author: by });
    const { comment } = conversations.comment({
      repository: repository.fullName,
      number,
      body: line,
      author: by,
    });
    const place = { kind: 'issue', number } as const;
    this.#requests.commands.push({ repository, place, comment, repeat: null, by, line });
    return number;
  }
}

function hasAction({ actions }: SandboxCheckRun, identifier: string): boolean {
  return actions.some((one) => one.identifier === identifier);
}

/**
 * The check runs that may decide about a workspace and a commit, newest first: those that nothing has followed or replaced,
 * and the newest one that a deployment of another commit has replaced. Which is the newest deployment isn't known for sure:
 * the creation of a check run may have failed for a while.
 */
export function findDeciding(
  { sandbox }: ChaosWorld,
  { fullName }: ChaosRepository,
  workspaceId: string,
  sha: string,
): { lasting: SandboxCheckRun[]; replaced: SandboxCheckRun | null } {
  const runs = sandbox.github.checks.runs(fullName, sha);
  const own = runs.filter((run) => run.externalId.startsWith(`${workspaceId}/`));
  const followed = new Set(own.map(findFollowed));
  const last = own
    .filter(
      ({ htmlUrl, output }) =>
        !followed.has(htmlUrl) && !output.summary?.includes('**The gate has opened.**'),
    )
    .toSorted((a, b) => b.id - a.id);
  const replacedBy = ({ output }: SandboxCheckRun) => /^Superseded by (\w{7})$/.exec(output.title ?? '')?.[1];
  return {
    lasting: last.filter((run) => replacedBy(run) === undefined),
    replaced: last.find((run) => !sha.startsWith(replacedBy(run) ?? sha)) ?? null,
  };
}

/** The address of the check run that this one redeploys. */
export function findFollowed({ output }: SandboxCheckRun): string | null {
  return /\| Redeployment of \| \[`\w+`\]\((.*?)\)/.exec(output.summary ?? '')?.[1] ?? null;
}
