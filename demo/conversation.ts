import type { GitHubSandbox } from '../sandbox/github/github-sandbox.ts';
import type { Place } from './places.ts';

/** An issue with one comment of octocat's. */
export interface Conversation {
  /** Below the simulated GitHub's address. */
  readonly path: string;
  /** The app's reactions on the comment, as they are now. */
  reactions(): string[];
  /** The app's comments below it. */
  replies(): string[];
}

export function openConversation(
  { conversations }: GitHubSandbox,
  { repository }: Pick<Place, 'repository'>,
  { title, text, body }: { title: string; text: string; body: string },
): Conversation {
  const { number } = conversations.openIssue({ repository, title, body: text, author: 'ana' });
  const { comment } = conversations.comment({ repository, number, body });
  const all = () => conversations.comments(repository, number);
  return {
    path: `/${repository}/issues/${number}`,
    reactions: () => (all().find((one) => one.id === comment.id)?.reactions ?? []).map((one) => one.content),
    replies: () =>
      all()
        .filter((one) => one.viaApp)
        .map((one) => one.body),
  };
}
