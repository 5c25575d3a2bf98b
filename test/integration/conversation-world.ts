import type { SandboxIssueComment } from '../../sandbox/github/comment-model.ts';
import { inWorld, type PushOptions, REPOSITORY, World, type WorldOptions } from './world.ts';

/** A world with comments. `ana` may write, `tom` may triage, `ray` may read, `eve` has no role. */
export class ConversationWorld {
  readonly world: World;

  static async open(options: WorldOptions = {}): Promise<ConversationWorld> {
    return new ConversationWorld(await World.open(options));
  }

  constructor(world: World) {
    this.world = world;
    world.github.people.setRole(REPOSITORY, { login: 'ana', role: 'write' });
    world.github.people.setRole(REPOSITORY, { login: 'tom', role: 'triage' });
    world.github.people.setRole(REPOSITORY, { login: 'ray', role: 'read' });
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

  deployPush(options: PushOptions = {}): Promise<string> {
    return this.world.deployPush(options);
  }
}

/** `inWorld` for a world with comments. */
export function inConversation(
  play: (it: ConversationWorld) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  return inWorld((world) => play(new ConversationWorld(world)), options);
}
