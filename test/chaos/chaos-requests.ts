import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { SandboxCommitComment, SandboxIssueComment } from '../../sandbox/github/comment-model.ts';
import { isAboutRuns } from './chaos-pipelines.ts';
import type { ChaosRepository, ChaosWorld } from './chaos-world.ts';

export const PROJECT_CHECK = 'Meltano Deploy project';
export const REQUIRED_CHECK = 'Meltano Deploy';

/** Who asks: `boss` may write, `guest` may triage, `stranger` has no role. */
const PEOPLE = ['boss', 'boss', 'boss', 'guest', 'stranger'] as const;
/** `mia` and `max` are there only at gates. */
export type Person = (typeof PEOPLE)[number] | 'mia' | 'max';

const LINES = [
  '/redeploy',
  '/redeploy',
  'Once more, please.\r\n\r\n/REDEPLOY\r\n',
  '/meltano withdraw',
  '/meltano status',
  '/meltano logs --lines 5',
  '/meltano why',
  '/meltano help',
  '/meltano redploy',
  '/redeploy nobody-has-this-name',
];
/** The share of commands that are sent twice at once. */
const SHARE_TWICE = 0.15;

/** Of all suites and runs that are re-run, the suites. */
const SHARE_SUITES = 0.3;

type AnyComment = SandboxIssueComment | SandboxCommitComment;

/** The place of a command: its own issue or pull request, or a commit without another command. */
export type ChaosPlace =
  | { readonly kind: 'issue' | 'open pull request' | 'merged pull request'; readonly number: number }
  | { readonly kind: 'commit'; readonly sha: string };

export interface ChaosCommand {
  readonly repository: ChaosRepository;
  readonly place: ChaosPlace;
  readonly comment: AnyComment;
  /** The same command once more, at once. */
  readonly repeat: AnyComment | null;
  readonly by: Person;
  readonly line: string;
}

export interface ChaosPress {
  readonly repository: ChaosRepository;
  /** The check run whose button was pressed, or that was re-run, alone or with its suite. */
  readonly old: SandboxCheckRun;
  readonly by: Person;
}

/** What people ask for during the storm; each run is re-run once. */
export class ChaosRequests {
  readonly commands: ChaosCommand[] = [];
  readonly presses: ChaosPress[] = [];
  readonly #world: ChaosWorld;
  readonly #pressed = new Set<number>();
  readonly #commented = new Set<string>();

  constructor(world: ChaosWorld) {
    this.#world = world;
    for (const { fullName } of world.repositories) {
      world.sandbox.github.people.setRole(fullName, { login: 'boss', role: 'write' });
      world.sandbox.github.people.setRole(fullName, { login: 'guest', role: 'triage' });
    }
  }

  command(): void {
    const { github } = this.#world.sandbox;
    const repository = this.#world.pick(this.#world.repositories);
    const isPublic = !github.repositories.get(repository.fullName).private;
    const wanted = this.#world.pick(PEOPLE);
    // A stranger can't even see a private repository.
    const by = wanted === 'stranger' && !isPublic ? 'guest' : wanted;
    const body = this.#world.pick(LINES);
    const place = this.#choosePlace(repository);
    const say = () => this.#say(repository.fullName, place, { body, author: by });
    const comment = say();
    const repeat = this.#world.random() < SHARE_TWICE ? say() : null;
    this.commands.push({ repository, place, comment, repeat, by, line: body.trim() });
  }

  #choosePlace({ fullName }: ChaosRepository): ChaosPlace {
    const { github } = this.#world.sandbox;
    const kind = this.#world.pick([
      'issue',
      'issue',
      'open pull',
      'merged pull',
      'commit',
      'commit',
    ] as const);
    const sha = this.#world.pick(github.branches.commits(fullName)).sha;
    if (kind === 'commit' && !this.#commented.has(sha)) {
      this.#commented.add(sha);
      return { kind, sha };
    }
    if (kind === 'open pull' || kind === 'merged pull') {
      const number = this.#world.openPull(fullName);
      if (kind === 'open pull') return { kind: 'open pull request', number };
      this.#world.merge(fullName, number);
      return { kind: 'merged pull request', number };
    }
    const { number } = github.conversations.openIssue({ repository: fullName, author: 'boss' });
    return { kind: 'issue', number };
  }

  #say(repository: string, place: ChaosPlace, what: { body: string; author: string }): AnyComment {
    const { conversations } = this.#world.sandbox.github;
    if (place.kind === 'commit') {
      return conversations.commentOnCommit({ repository, sha: place.sha, ...what }).comment;
    }
    return conversations.comment({ repository, number: place.number, ...what }).comment;
  }

  press(): void {
    const { pushes, repositories } = this.#world;
    if (pushes.length === 0) return;
    const pushed = this.#world.pick(pushes);
    const repository = repositories.find((one) => one.fullName === pushed.repository);
    if (!repository) return;
    const by = this.#world.random() < 0.85 ? 'boss' : 'guest';
    if (this.#world.random() < SHARE_SUITES) this.#rerunSuite(repository, pushed.after, by);
    else this.#rerunOne(repository, by);
  }

  #rerunOne(repository: ChaosRepository, by: Person): void {
    const { github } = this.#world.sandbox;
    const runs = github.checks
      .runs(repository.fullName)
      .filter((run) => run.status === 'completed' && run.actions.length > 0 && !this.#pressed.has(run.id))
      // Of what a gate ended there may be one more run, once it opens; of the required check there are none.
      .filter((run) => repository.rules === null || run.actions.every((one) => one.identifier === 'redeploy'))
      .filter(({ name }) => name !== REQUIRED_CHECK);
    if (runs.length === 0) return;
    const old = this.#world.pick(runs);
    this.#pressed.add(old.id);
    if (this.#world.random() < 0.5) github.checks.press(old.id, 'redeploy', by);
    else github.checks.rerequest(old.id, by);
    this.presses.push({ repository, old, by });
  }

  /** Of a commit that all is over on: which of its runs are the newest doesn't change any more. */
  #rerunSuite(repository: ChaosRepository, sha: string, by: Person): void {
    const { github } = this.#world.sandbox;
    const { fullName } = repository;
    const runs = github.checks.runs(fullName, sha);
    const isOver = runs.every((run) => run.status === 'completed' && !this.#pressed.has(run.id));
    if (!isOver || repository.rules !== null || github.branches.head(fullName) === sha) return;
    const newest = new Map(
      runs.toSorted((a, b) => a.id - b.id).map((run) => [run.externalId?.split('/')[0], run]),
    );
    // A re-run of the project check, or of runs after a deployment, deploys nothing.
    const olds = [...newest.values()].filter(
      (run) => run.conclusion !== 'skipped' && run.name !== PROJECT_CHECK && !isAboutRuns(run),
    );
    if (olds.length === 0) return;
    for (const run of runs) this.#pressed.add(run.id);
    github.checks.rerequestSuite(fullName, sha, by);
    this.presses.push(...olds.map((old) => ({ repository, old, by })));
  }
}
