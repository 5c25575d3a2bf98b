import type { components } from '@octokit/openapi-types';
import { accountJson, apiUrl, nodeId } from './account-json.ts';
import { isoTime, type SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export function repositoryUrl(context: SandboxContext, repository: SandboxRepository): string {
  return `${apiUrl(context)}/repos/${repository.fullName}`;
}

export function pageUrl(context: SandboxContext, repository: SandboxRepository): string {
  return `${context.origin()}/${repository.fullName}`;
}

/** The repository in all answers and payloads. */
export function repositoryJson(context: SandboxContext, repository: SandboxRepository) {
  const { id, name, fullName, archived, defaultBranch } = repository;
  return {
    id,
    node_id: nodeId('Repository', id),
    name,
    full_name: fullName,
    private: repository.private,
    owner: accountJson(context, context.state.account(repository.owner)),
    description: null,
    fork: repository.source !== null,
    ...repositoryUrls(context, repository),
    created_at: isoTime(repository.createdAt),
    updated_at: isoTime(repository.updatedAt),
    pushed_at: isoTime(repository.pushedAt),
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: repository.hasIssues,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: defaultBranch,
    subscribers_count: 0,
    network_count: 0,
    permissions: { admin: false, maintain: false, push: false, triage: false, pull: false },
  } satisfies Schemas['full-repository'] & Schemas['repository'] & Schemas['minimal-repository'];
}

function repositoryUrls(context: SandboxContext, repository: SandboxRepository) {
  const url = repositoryUrl(context, repository);
  const html = pageUrl(context, repository);
  const { host } = new URL(context.origin());
  return {
    html_url: html,
    url,
    forks_url: `${url}/forks`,
    keys_url: `${url}/keys{/key_id}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    teams_url: `${url}/teams`,
    hooks_url: `${url}/hooks`,
    issue_events_url: `${url}/issues/events{/number}`,
    events_url: `${url}/events`,
    assignees_url: `${url}/assignees{/user}`,
    branches_url: `${url}/branches{/branch}`,
    tags_url: `${url}/tags`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    statuses_url: `${url}/statuses/{sha}`,
    languages_url: `${url}/languages`,
    stargazers_url: `${url}/stargazers`,
    contributors_url: `${url}/contributors`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    commits_url: `${url}/commits{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    comments_url: `${url}/comments{/number}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    contents_url: `${url}/contents/{+path}`,
    compare_url: `${url}/compare/{base}
head`,
    merges_url: `${url}/merges`,
    archive_url: `${url}/{archive_format}{/ref}`,
    downloads_url: `${url}/downloads`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    labels_url: `${url}/labels{/name}`,
    releases_url: `${url}/releases{/id}`,
    deployments_url: `${url}/deployments`,
    git_url: `git://${host}/${repository.fullName}.git`,
    ssh_url: `git@${host}:${repository.fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
  };
}
