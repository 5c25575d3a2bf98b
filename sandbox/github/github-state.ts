import type { SandboxCheckRun, SandboxCheckSuite } from './check-model.ts';
import type { SandboxCommitComment, SandboxIssueComment } from './comment-model.ts';
import type { SandboxDeployment } from './deployments.ts';
import type { AccountType, SandboxAccount, SandboxInstallation, SandboxRepository } from './model.ts';

const FIRST_IDS = {
  account: 583_230,
  installation: 61_482_000,
  repository: 912_500_000,
  suite: 41_300_000_000,
  run: 46_700_000_000,
  delivery: 158_300_000_000,
  issue: 3_100_000_000,
  pull: 2_400_000_000,
  issueComment: 2_900_000_000,
  commitComment: 160_000_000,
  reaction: 290_000_000,
  deployment: 2_600_000_000,
  deploymentStatus: 5_300_000_000,
  commit: 0,
};

/**
 * Ids of installations are unique in the process, because Octokit shares its requests for tokens among all apps of a
 * process.
 */
let lastInstallation: number = FIRST_IDS.installation;

/** The data of the simulated GitHub, and its id counters. */
export class GitHubState {
  readonly accounts = new Map<string, SandboxAccount>();
  readonly installations = new Map<number, SandboxInstallation>();
  readonly repositories = new Map<number, SandboxRepository>();
  readonly suites = new Map<number, SandboxCheckSuite>();
  readonly runs = new Map<number, SandboxCheckRun>();
  readonly issueComments = new Map<number, SandboxIssueComment>();
  readonly commitComments = new Map<number, SandboxCommitComment>();
  readonly deployments = new Map<number, SandboxDeployment>();
  /** Repository ids by former full name in lower case. */
  readonly #aliases = new Map<string, number>();
  /** The number of reads that don't find an object yet, by the sha of a commit or the id of a check run or comment. */
  readonly #hidden = new Map<string | number, number>();
  /** How many lists don't contain a new check run. */
  checkRunLag = 0;
  readonly #counters = new Map<string, number>();

  /** Ids are as large as GitHub's, so that code with 32-bit ids fails here too. */
  nextId(kind: keyof typeof FIRST_IDS): number {
    const last = kind === 'installation' ? lastInstallation : (this.#counters.get(kind) ?? FIRST_IDS[kind]);
    const next = last + 1;
    if (kind === 'installation') lastInstallation = next;
    this.#counters.set(kind, next);
    return next;
  }

  /** True if this id was ever used. */
  wasIssued(kind: keyof typeof FIRST_IDS, id: number): boolean {
    return id > FIRST_IDS[kind] && id <= (this.#counters.get(kind) ?? 0);
  }

  /** Creates the account if needed, or changes its type. */
  account(login: string, type?: AccountType): SandboxAccount {
    const key = login.toLowerCase();
    const known = this.accounts.get(key);
    if (known && (type === undefined || type === known.type)) return known;
    const guess = login.endsWith('[bot]') ? 'Bot' : 'User';
    const account = { id: known?.id ?? this.nextId('account'), login, type: type ?? guess };
    this.accounts.set(key, account);
    return account;
  }

  /** The installation on an account, even if it is suspended. */
  installationOf(account: string): SandboxInstallation | null {
    const key = account.toLowerCase();
    for (const installation of this.installations.values()) {
      if (!installation.removed && installation.account.toLowerCase() === key) return installation;
    }
    return null;
  }

  addRepository(repository: SandboxRepository): void {
    this.repositories.set(repository.id, repository);
    this.#aliases.delete(repository.fullName.toLowerCase());
  }

  /** By its present name, unless it is deleted. */
  findRepository(fullName: string): SandboxRepository | null {
    const key = fullName.toLowerCase();
    for (const repository of this.repositories.values()) {
      if (!repository.deleted && repository.fullName.toLowerCase() === key) return repository;
    }
    return null;
  }

  /** The repository that had this name before. */
  findMovedRepository(fullName: string): SandboxRepository | null {
    const id = this.#aliases.get(fullName.toLowerCase());
    const repository = id === undefined ? undefined : this.repositories.get(id);
    return repository && !repository.deleted ? repository : null;
  }

  /** By its present or a former name. Throws if there is none: that is a mistake in the test. */
  requireRepository(fullName: string): SandboxRepository {
    const found = this.findRepository(fullName) ?? this.findMovedRepository(fullName);
    if (!found) throw new Error(`There is no repository ${fullName}`);
    return found;
  }

  wasRepository(fullName: string): boolean {
    const key = fullName.toLowerCase();
    return this.repositories.values().some(({ fullName: name }) => name.toLowerCase() === key);
  }

  moveRepository(repository: SandboxRepository, to: { owner?: string; name?: string }): void {
    const target = `${to.owner ?? repository.owner}/${to.name ?? repository.name}`;
    if (this.findRepository(target)) throw new Error(`${target} already exists`);
    this.#aliases.set(repository.fullName.toLowerCase(), repository.id);
    this.#aliases.delete(target.toLowerCase());
    repository.owner = to.owner ?? repository.owner;
    repository.name = to.name ?? repository.name;
  }

  hide(key: string | number, reads: number): void {
    this.#hidden.set(key, reads);
  }

  /** True if this read doesn't find the object. Each call counts as a read. */
  misses(key: string | number): boolean {
    const left = this.#hidden.get(key) ?? 0;
    if (left <= 0) return false;
    this.#hidden.set(key, left - 1);
    return true;
  }

  /** The suite of the app under test. */
  suiteOf(repositoryId: number, sha: string): SandboxCheckSuite | null {
    return this.suitesOf(repositoryId, sha).find(({ app }) => app === null) ?? null;
  }

  /** Of all Apps, oldest first. */
  suitesOf(repositoryId: number, sha: string): SandboxCheckSuite[] {
    return [...this.suites.values()].filter(
      (suite) => suite.repositoryId === repositoryId && suite.headSha === sha,
    );
  }

  /** Oldest first. */
  commentsOf(repositoryId: number, issueNumber: number): SandboxIssueComment[] {
    return [...this.issueComments.values()].filter(
      (one) => one.repositoryId === repositoryId && one.issueNumber === issueNumber,
    );
  }

  /** Of all Apps, oldest first. */
  runsOf(repositoryId: number, sha?: string): SandboxCheckRun[] {
    return [...this.runs.values()].filter(
      (run) => run.repositoryId === repositoryId && (sha === undefined || run.headSha === sha),
    );
  }
}
