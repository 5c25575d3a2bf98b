import type { Place } from '../domain/conversation.ts';
import type { ConversationApi } from '../domain/conversation-api.ts';
import type { Repository } from '../domain/deployment.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import { locate } from './github-call.ts';
import type { InstallationOctokit, OctokitSource } from './octokit.ts';
import { createQueuedCall, type QueuedCallOptions } from './queued-call.ts';

/** The search for a reply starts this much earlier, because clocks differ a little. */
const SKEW_MS = 60_000;

interface Authored {
  readonly user: { readonly login: string; readonly type: string } | null;
  /** GitHub sends this for comments on issues and pull requests, but not for comments on commits. */
  readonly performed_via_github_app?: { readonly id: number } | null;
}

interface ShownComment extends Authored {
  readonly id: number;
  readonly body?: string | undefined;
}

export interface ConversationApiOptions extends QueuedCallOptions {
  readonly ownApp: OwnApp;
  readonly githubClock: RemoteClock;
}

/** Comments and reactions. Sends each request once, when the installation's queue allows it. */
export function createConversationApi({
  ownApp,
  githubClock,
  ...options
}: ConversationApiOptions): ConversationApi {
  const send = createQueuedCall(options);

  return {
    react: (repository, commentId, content) =>
      send('write', repository, async (octokit) => {
        const at = { ...locate(repository), comment_id: commentId };
        const { data } = await octokit.rest.reactions.createForIssueComment({ ...at, content });
        return data.id;
      }),

    removeReaction: (repository, commentId, reactionId) =>
      send('write', repository, async (octokit) => {
        const at = { ...locate(repository), comment_id: commentId, reaction_id: reactionId };
        await octokit.rest.reactions.deleteForIssueComment(at);
        return null;
      }),

    createReply: (repository, place, body) =>
      send('write', repository, async (octokit) => {
        const at = locate(repository);
        const { data } =
          place.kind === 'commit'
            ? await octokit.rest.repos.createCommitComment({ ...at, commit_sha: place.sha, body })
            : await octokit.rest.issues.createComment({ ...at, issue_number: place.number, body });
        return data.id;
      }),

    editReply: (repository, replyId, body) =>
      send('write', repository, async (octokit) => {
        await octokit.rest.issues.updateComment({ ...locate(repository), comment_id: replyId, body });
        return null;
      }),

    removeReply: (repository, replyId) =>
      send('write', repository, async (octokit) => {
        await octokit.rest.issues.deleteComment({ ...locate(repository), comment_id: replyId });
        return null;
      }),

    findReplies: (repository, place, { marker, since }) =>
      send('read', repository, async (octokit) => {
        const from = githubClock.toRemote(since) - SKEW_MS;
        const comments = await listComments(octokit, repository, place, from);
        const found: number[] = [];
        // Anyone can write the marker, but only an app comments as a bot.
        for (const one of comments) {
          if (one.body?.includes(marker) && (await isOwn(one, ownApp))) found.push(one.id);
        }
        return found.sort((a, b) => a - b);
      }),

    findMergedPullRequest: (repository, { sha, branch }) =>
      send('read', repository, async (octokit) => {
        const { data } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
          ...locate(repository),
          commit_sha: sha,
          per_page: 100,
        });
        const merged = data.filter((one) => one.merged_at !== null && one.base.ref === branch);
        const exact = merged.find((one) => one.merge_commit_sha === sha);
        return (exact ?? merged[0])?.number ?? null;
      }),
  };
}

/** Another app may quote a reply together with its marker. */
export async function isOwn(
  { user, performed_via_github_app: app }: Authored,
  ownApp: OwnApp,
): Promise<boolean> {
  if (user?.type !== 'Bot') return false;
  return app ? app.id === ownApp.id : user.login === (await ownApp.readBotLogin());
}

function listComments(
  octokit: InstallationOctokit,
  repository: Repository,
  place: Place,
  since: number,
): Promise<ShownComment[]> {
  const at = { ...locate(repository), per_page: 100 };
  return place.kind === 'commit'
    ? octokit.paginate(octokit.rest.repos.listCommentsForCommit, { ...at, commit_sha: place.sha })
    : octokit.paginate(octokit.rest.issues.listComments, {
        ...at,
        issue_number: place.number,
        since: new Date(since).toISOString(),
      });
}

/** How the app recognises its own comments. */
export interface OwnApp {
  readonly id: number;
  /** The author of the app's comments. Throws if GitHub can't answer now. */
  readonly readBotLogin: () => Promise<string>;
}

/** Asks GitHub for the login only once, when it is first needed. */
export function createOwnApp(id: number, getAppOctokit: OctokitSource['getForApp']): OwnApp {
  let asked: Promise<string> | null = null;

  async function ask(): Promise<string> {
    const { data } = await (await getAppOctokit()).rest.apps.getAuthenticated();
    if (!data?.slug) throw new Error('GitHub does not show the name of this app.');
    return `${data.slug}[bot]`;
  }

  return {
    id,
    readBotLogin() {
      asked ??= ask();
      asked.catch(() => {
        asked = null;
      });
      return asked;
    },
  };
}
