import type { components } from '@octokit/openapi-types';
import { accountJson, nodeId } from './account-json.ts';
import type { Comparison, FileChange } from './git-history.ts';
import { isoTime, type SandboxAccount, type SandboxCommit, type SandboxRepository } from './model.ts';
import { pageUrl, repositoryUrl } from './repository-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export function emailOf({ id, login }: SandboxAccount): string {
  return `${id}+${login}@users.noreply.example.com`;
}

export function commitJson(
  context: SandboxContext,
  repository: SandboxRepository,
  commit: SandboxCommit,
): Schemas['commit'] {
  const { sha, message, treeSha, author, committerName, date, parent, mergedParent } = commit;
  const url = repositoryUrl(context, repository);
  const html = pageUrl(context, repository);
  const person = { name: author.login, email: emailOf(author), date: isoTime(date) };
  const account = accountJson(context, author);
  return {
    sha,
    node_id: nodeId('Commit', sha),
    commit: {
      author: person,
      committer: {
        ...person,
        name: committerName,
      },
      message,
      tree: { sha: treeSha, url: `${url}/git/trees/${treeSha}` },
      url: `${url}/git/commits/${sha}`,
      comment_count: 0,
      verification: {
        verified: false,
        reason: 'unsigned',
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    url: `${url}/commits/${sha}`,
    html_url: `${html}/commit/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    author: account,
    committer: account,
    parents: [parent, mergedParent]
      .filter((one) => one !== null)
      .map((one) => ({ sha: one, url: `${url}/commits/${one}`, html_url: `${html}/commit/${one}` })),
  };
}

export function diffEntryJson(
  context: SandboxContext,
  repository: SandboxRepository,
  change: FileChange & { at: string },
): Schemas['diff-entry'] {
  const { filename, status, additions, deletions, blobSha, previousFilename, at } = change;
  const path = filename.split('/').map(encodeURIComponent).join('/');
  const html = pageUrl(context, repository);
  return {
    sha: blobSha,
    filename,
    status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${html}/blob/${at}/${path}`,
    raw_url: `${html}/raw/${at}/${path}`,
    contents_url: `${repositoryUrl(context, repository)}/contents/${path}?ref=${at}`,
    ...(previousFilename === undefined ? {} : { previous_filename: previousFilename }),
  };
}

export function comparisonJson(
  context: SandboxContext,
  repository: SandboxRepository,
  input: {
    base: SandboxCommit;
    head: SandboxCommit;
    comparison: Comparison;
    commits: SandboxCommit[];
    files: FileChange[];
  },
): Schemas['commit-comparison'] {
  const { base, head, comparison, commits, files } = input;
  const html = `${pageUrl(context, repository)}/compare/${base.sha}...${head.sha}`;
  return {
    url: `${repositoryUrl(context, repository)}/compare/${base.sha}...${head.sha}`,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitJson(context, repository, base),
    merge_base_commit: commitJson(context, repository, comparison.mergeBase),
    status: comparison.status,
    ahead_by: comparison.commits.length,
    behind_by: comparison.behindBy,
    total_commits: comparison.commits.length,
    commits: commits.map((commit) => commitJson(context, repository, commit)),
    files: files.map((file) => diffEntryJson(context, repository, { ...file, at: head.sha })),
  };
}
