import type { Repository } from '../domain/deployment.ts';
import type { IssueApi, ShownIssue } from '../reporting/failure-issue.ts';
import { isOwn, type OwnApp } from './conversations.ts';
import { locate } from './github-call.ts';
import type { InstallationOctokit } from './octokit.ts';
import { createQueuedCall, type QueuedCallOptions } from './queued-call.ts';

/** How many pages of the app's own issues are searched for a marker. */
const MOST_PAGES = 3;

export interface IssueApiOptions extends QueuedCallOptions {
  readonly ownApp: OwnApp;
}

type IssueJson = Awaited<ReturnType<InstallationOctokit['rest']['issues']['get']>>['data'];

/** Reads and writes issues. Tries each request once, when the limits have room for it. */
export function createIssueApi({ ownApp, ...options }: IssueApiOptions): IssueApi {
  const send = createQueuedCall(options);

  return {
    find: (repository, marker) =>
      send('read', repository, async (octokit) => {
        const pages = octokit.paginate.iterator(octokit.rest.issues.listForRepo, {
          ...locate(repository),
          state: 'all',
          creator: await ownApp.readBotLogin(),
          per_page: 100,
        });
        const found: ShownIssue[] = [];
        let count = 0;
        for await (const { data } of pages) {
          for (const one of data) {
            const isMarked = one.pull_request === undefined && one.body?.includes(marker);
            if (isMarked && (await isOwn(one, ownApp))) found.push(toShownIssue(one));
          }
          count += 1;
          if (count === MOST_PAGES) break;
        }
        return found.sort((a, b) => a.number - b.number);
      }),

    async read(repository, number) {
      const result = await send('read', repository, async (octokit) => {
        const { data } = await octokit.rest.issues.get({ ...locate(repository), issue_number: number });
        // GitHub redirects to the repository that an issue was transferred to.
        const isHere = data.number === number && (await isOf(octokit, data, repository));
        return isHere ? toShownIssue(data) : null;
      });
      const isGone = !result.ok && result.failure.kind === 'rejected' && isGoneStatus(result.failure.status);
      return isGone ? { ok: true, value: null } : result;
    },

    create: (repository, { title, body, labels, assignees }) =>
      send('write', repository, async (octokit) => {
        const { data } = await octokit.rest.issues.create({
          ...locate(repository),
          title,
          body,
          ...(labels.length === 0 ? {} : { labels: [...labels] }),
          ...(assignees.length === 0 ? {} : { assignees: [...assignees] }),
        });
        return toShownIssue(data);
      }),

    edit: (repository, number, { reason, assignees, ...change }) =>
      send('write', repository, async (octokit) => {
        await octokit.rest.issues.update({
          ...locate(repository),
          issue_number: number,
          ...change,
          ...(reason === undefined ? {} : { state_reason: reason }),
          ...(assignees === undefined ? {} : { assignees: [...assignees] }),
        });
        return null;
      }),

    async isAssignable(repository, login) {
      const result = await send('read', repository, async (octokit) => {
        await octokit.rest.issues.checkUserCanBeAssigned({ ...locate(repository), assignee: login });
        return true;
      });
      const isNo = !result.ok && result.failure.kind === 'rejected';
      return isNo ? { ok: true, value: false } : result;
    },
  };
}

function isGoneStatus(status: number): boolean {
  return status === 404 || status === 410 || status === 301;
}

/** Identified by the id, because a name may be an old or a new one. */
async function isOf(
  octokit: InstallationOctokit,
  issue: IssueJson,
  { id, owner: knownOwner, name }: Repository,
): Promise<boolean> {
  const [, owner = '', repo = ''] = /\/repos\/([^/]+)\/([^/]+)$/.exec(issue.repository_url) ?? [];
  if (`${owner}/${repo}`.toLowerCase() === `${knownOwner}/${name}`.toLowerCase()) return true;
  const { data } = await octokit.rest.repos.get({ owner, repo });
  return data.id === id;
}

function toShownIssue(issue: {
  readonly number: number;
  readonly state: string;
  readonly closed_at: string | null;
  readonly body?: string | null | undefined;
}): ShownIssue {
  return {
    number: issue.number,
    isOpen: issue.state === 'open',
    closedAt: issue.closed_at === null ? null : Date.parse(issue.closed_at),
    body: issue.body ?? '',
  };
}
