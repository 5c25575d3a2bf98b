import type { Place, Reaction } from './conversation.ts';
import type { Repository } from './deployment.ts';
import type { GitHubResult } from './github-result.ts';

/** Writes to a conversation. Tries each request once. */
export interface ConversationApi {
  /** Adds a reaction to the comment, or finds the existing one. Returns its id. */
  react(repository: Repository, commentId: number, reaction: Reaction): Promise<GitHubResult<number>>;
  removeReaction(repository: Repository, commentId: number, reactionId: number): Promise<GitHubResult<null>>;
  createReply(repository: Repository, place: Place, body: string): Promise<GitHubResult<number>>;
  editReply(repository: Repository, replyId: number, body: string): Promise<GitHubResult<null>>;
  /** Doesn't work on a commit, which takes the permission contents: write. */
  removeReply(repository: Repository, replyId: number): Promise<GitHubResult<null>>;
  /** Finds the app's comments with `marker` that were written at about `since` (epoch milliseconds) or later, oldest first. */
  findReplies(
    repository: Repository,
    place: Place,
    sought: { readonly marker: string; readonly since: number },
  ): Promise<GitHubResult<readonly number[]>>;
  /** Finds the merged pull request that brought the commit to the branch; null if there is none. */
  findMergedPullRequest(
    repository: Repository,
    commit: { readonly sha: string; readonly branch: string },
  ): Promise<GitHubResult<number | null>>;
}
