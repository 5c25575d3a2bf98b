import type { SandboxIssueComment } from '../../sandbox/github/conversation-model.ts';
import type { SandboxCheckRun } from '../../sandbox/github/model.ts';
import type { ChaosRepository, ChaosWorld } from './chaos-world.ts';

/** Who asks: `boss` may write, `guest` may triage, `stranger` has no role. */
const PEOPLE = ['boss', 'boss', 'boss', 'guest', 'stranger'] as const;
type Person = (typeof PEOPLE)[number];

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
/** Of all commands, those that are sent twice at once. */
const SHARE_TWICE = 0.15;

export interface ChaosCommand {
  readonly repository: ChaosRepository;
  readonly number: number;
  readonly comment: SandboxIssueComment;
  /** The same command once more, at once. */
  readonly repeat: SandboxIssueComment | null;
  readonly by: Person;
  readonly line: string;
}

export interface ChaosPress {
  readonly repository: ChaosRepository;
  /** The check run whose button was pressed, or that was re-run. */
  readonly old: SandboxCheckRun;
  readonly by: Person;
}

/** What people ask for during the storm; each command in an issue of its own, each run pressed once. */
export class ChaosRequests {
  readonly commands: ChaosCommand[] = [];
  readonly presses: ChaosPress[] = [];
  readonly #world: ChaosWorld;
  readonly #pressed = new Set<number>();

  constructor(world: ChaosWorld) {
    this.#world = world;
    for (const { fullName } of world.repositories) {
      world.sandbox.github.setRole(fullName, { login: 'boss', role: 'write' });
      world.sandbox.github.setRole(fullName, { login: 'guest', role: 'triage' });
    }
  }

  command(): void {
    const { github } = this.#world.sandbox;
    const repository = this.#world.pick(this.#world.repositories);
    const isPublic = !github.repository(repository.fullName).private;
    const wanted = this.#world.pick(PEOPLE);
    // A stranger can't even see a private repository.
    const by = wanted === 'stranger' && !isPublic ? 'guest' : wanted;
    const body = this.#world.pick(LINES);
    const { number } = github.conversations.openIssue({ repository: repository.fullName, author: 'boss' });
    const say = () =>
      github.conversations.comment({ repository: repository.fullName, number, body, author: by }).comment;
    const comment = say();
    const repeat = this.#world.random() < SHARE_TWICE ? say() : null;
    this.commands.push({ repository, number, comment, repeat, by, line: body.trim() });
  }

  press(): void {
    const { github } = this.#world.sandbox;
    const { pushes, repositories } = this.#world;
    if (pushes.length === 0) return;
    const pushed = this.#world.pick(pushes);
    const repository = repositories.find((one) => one.fullName === pushed.repository);
    if (!repository) return;
    const runs = github
      .checkRuns(repository.fullName)
      .filter((run) => run.status === 'completed' && run.actions.length > 0 && !this.#pressed.has(run.id));
    const old = runs.at(-1);
    if (!old) return;
    this.#pressed.add(old.id);
    const by = this.#world.random() < 0.85 ? 'boss' : 'guest';
    if (this.#world.random() < 0.5) github.pressAction(old.id, 'redeploy', by);
    else github.rerequest(old.id, by);
    this.presses.push({ repository, old, by });
  }
}
