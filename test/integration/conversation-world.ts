import type { SandboxIssueComment } from '../../sandbox/github/conversation-model.ts';
import { REPOSITORY, World, type WorldOptions } from './world.ts';

/** A world in which people write comments. `ana` may write, `tom` may triage, `ray` may read, `eve` is nobody. */
export class ConversationWorld {
  readonly world: World;

  static async open(options: WorldOptions = {}): Promise<ConversationWorld> {
    const world = await World.open(options);
    const { github } = world;
    github.setRole(REPOSITORY, { login: 'ana', role: 'write' });
    github.setRole(REPOSITORY, { login: 'tom', role: 'triage' });
    github.setRole(REPOSITORY, { login: 'ray', role: 'read' });
    return new ConversationWorld(world);
  }

  constructor(world: World) {
    this.world = world;
  }

  get talk() {
    return this.world.github.conversations;
  }

  openIssue(): number {
    return this.talk.openIssue({ repository: REPOSITORY, author: 'ana' }).number;
  }

  say(number: number, body: string, author = 'ana'): SandboxIssueComment {
    return this.talk.comment({ repository: REPOSITORY, number, body, author }).comment;
  }

  /** The app's comments. */
  replies(number: number): SandboxIssueComment[] {
    return this.talk.comments(REPOSITORY, number).filter((one) => one.viaApp);
  }

  /** The app's reactions on a comment. */
  reactions(comment: SandboxIssueComment): string[] {
    const { number } = this.talk.issue(REPOSITORY, comment.issueNumber);
    const now = this.talk.comments(REPOSITORY, number).find((one) => one.id === comment.id);
    return (now?.reactions ?? []).filter((one) => one.user.type === 'Bot').map((one) => one.content);
  }

  untilReaction(comment: SandboxIssueComment, wanted: string) {
    return this.world.until(
      () => this.reactions(comment).join() === wanted,
      `the reaction ${wanted}, not ${this.reactions(comment)}`,
    );
  }

  async untilReply(number: number, holds: RegExp): Promise<SandboxIssueComment> {
    return this.world.until(
      () => this.replies(number).find((one) => holds.test(one.body)),
      `a reply like ${holds}`,
    );
  }

  /** The requests of the app since `from`, by method and route without numbers. */
  requests(from: number): { method: string; path: string }[] {
    return this.world.github.service.exchanges
      .slice(from)
      .map(({ method, path }) => ({ method, path }))
      .filter(({ path }) => !path.includes('/app/') && !path.startsWith('/api/v3/installation'));
  }

  /** Pushes, and lets the deployment of it succeed. */
  async deployPush(): Promise<string> {
    const { after } = this.world.push();
    const count = this.world.meltano.jobsOf(this.world.workspace).length;
    const job = await this.world.job(count + 1);
    job.run();
    job.end('COMPLETE');
    await this.world.untilConcluded(after);
    return after;
  }
}

/** Tests that mostly wait run beside each other, each in a world of its own. */
export async function inConversation(
  play: (it: ConversationWorld) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  const it = await ConversationWorld.open(options);
  try {
    await play(it);
  } finally {
    await it.world.close();
  }
}
