import type { Place } from '../../../src/domain/conversation.ts';
import type { ConversationApi } from '../../../src/domain/conversation-api.ts';
import type { GitHubFailure, GitHubResult } from '../../../src/domain/github-result.ts';

/** A conversation in memory; each call can be made to fail, before or after its effect. */
export class FakeConversation implements ConversationApi {
  readonly calls: string[] = [];
  readonly replies = new Map<number, string>();
  /** The merged pull request that brought the commit. */
  pullRequest: number | null = 7;
  readonly places: Place[] = [];
  reactions: string[] = [];
  readonly #failures = new Map<string, { failure: GitHubFailure; isDone: boolean }[]>();

  fail(call: string, failure: GitHubFailure, { isDone = false, times = 1 } = {}): void {
    const known = this.#failures.get(call) ?? [];
    this.#failures.set(call, [...known, ...Array.from({ length: times }, () => ({ failure, isDone }))]);
  }

  async #do<T>(call: string, act: () => T): Promise<GitHubResult<T>> {
    this.calls.push(call);
    const failing = this.#failures.get(call.split(' ')[0] ?? '')?.shift();
    if (!failing || failing.isDone) {
      const value = act();
      if (!failing) return { ok: true, value };
    }
    return { ok: false, failure: failing.failure };
  }

  react = (_: unknown, __: number, reaction: string) =>
    this.#do(`react ${reaction}`, () => {
      if (!this.reactions.includes(reaction)) this.reactions.push(reaction);
      return 1;
    });
  removeReaction = () =>
    this.#do('removeReaction', () => {
      this.reactions = this.reactions.filter((one) => one !== 'eyes');
      return null;
    });
  createReply = (_: unknown, place: Place, body: string) =>
    this.#do('createReply', () => {
      this.places.push(place);
      this.replies.set(this.replies.size + 1, body);
      return this.replies.size;
    });
  editReply = (_: unknown, id: number, body: string) =>
    this.#do('editReply', () => {
      this.replies.set(id, body);
      return null;
    });
  removeReply = (_: unknown, id: number) =>
    this.#do('removeReply', () => {
      this.replies.delete(id);
      return null;
    });
  findReplies = (_: unknown, __: Place, { marker }: { marker: string }) =>
    this.#do('findReplies', () =>
      [...this.replies].filter(([, body]) => body.includes(marker)).map(([id]) => id),
    );
  findMergedPullRequest = () => this.#do('findMergedPullRequest', () => this.pullRequest);
}
