import { accountJson, installationJson, nodeId, organizationJson } from './account-json.ts';
import { checkRunJson, suiteBase, suiteDetails } from './check-json.ts';
import type { SandboxCheckRun, SandboxCheckSuite } from './check-model.ts';
import { emailOf } from './commit-json.ts';
import { diffCommits } from './git-history.ts';
import {
  isoTime,
  NO_COMMIT,
  type SandboxAccount,
  type SandboxCommit,
  type SandboxInstallation,
  type SandboxRepository,
} from './model.ts';
import { pageUrl, repositoryJson } from './repository-json.ts';
import { installationFor, type SandboxContext } from './sandbox-context.ts';
import { type Payload, webhookExample } from './webhook-examples.ts';

export interface PushFacts {
  branch: string;
  before: string;
  after: string;
  forced: boolean;
  /** The branch that a new branch starts from. */
  baseRef: string | null;
  /** The new commits of this branch, oldest first. */
  commits: SandboxCommit[];
  sender: SandboxAccount;
}

const MAX_LISTED_COMMITS = 2048;

/** Fields that a repository doesn't have in webhooks. */
const ANSWERS_ONLY = ['permissions', 'subscribers_count', 'network_count'];

/** The common fields of repository events, merged into GitHub's example of the event. */
export function repositoryEvent(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { event: string; action?: string; sender: SandboxAccount; fields?: Payload },
): Payload {
  const { event, action, sender, fields = {} } = input;
  const { repository: described, ...example } = webhookExample(event, action);
  const owner = context.state.account(repository.owner);
  const installation = installationFor(context, repository);
  return {
    ...without(example, 'organization', 'installation', 'changes'),
    ...(action === undefined ? {} : { action }),
    ...fields,
    repository: {
      ...asPayload(described),
      ...without(repositoryJson(context, repository), ...ANSWERS_ONLY),
    },
    ...(owner.type === 'Organization' ? { organization: organizationJson(context, owner) } : {}),
    ...(installation ? { installation: installationStub(installation) } : {}),
    sender: accountJson(context, sender),
  };
}

export function pushPayload(
  context: SandboxContext,
  repository: SandboxRepository,
  facts: PushFacts,
): Payload {
  const { branch, before, after, forced, baseRef, commits, sender } = facts;
  const created = before === NO_COMMIT;
  const deleted = after === NO_COMMIT;
  const html = pageUrl(context, repository);
  const head = repository.commits.get(after);
  const listed = commits.slice(-MAX_LISTED_COMMITS);
  const compared = created ? branch : `${before.slice(0, 12)}...${after.slice(0, 12)}`;
  const payload = repositoryEvent(context, repository, {
    event: 'push',
    sender,
    fields: {
      ref: `refs/heads/${branch}`,
      before,
      after,
      created,
      deleted,
      forced,
      base_ref: baseRef === null ? null : `refs/heads/${baseRef}`,
      compare: `${html}/compare/${compared}`,
      commits: listed.map((commit) => pushedCommit(context, repository, commit)),
      head_commit: head ? pushedCommit(context, repository, head) : null,
      pusher: { name: sender.login, email: emailOf(sender) },
    },
  });
  const { repository: json } = payload;
  return { ...payload, repository: pushedRepository(context, repository, json) };
}

export function checkRunPayload(
  context: SandboxContext,
  repository: SandboxRepository,
  input: {
    run: SandboxCheckRun;
    suite: SandboxCheckSuite;
    action: string;
    sender: SandboxAccount;
    actionIdentifier?: string;
  },
): Payload {
  const { run, suite, action, sender, actionIdentifier } = input;
  const { check_run: example } = webhookExample('check_run', action);
  return repositoryEvent(context, repository, {
    event: 'check_run',
    action,
    sender,
    fields: {
      check_run: {
        ...without(asPayload(example), 'deployment'),
        ...checkRunJson(context, repository, run),
        check_suite: suiteBase(context, repository, suite),
      },
      ...(actionIdentifier === undefined ? {} : { requested_action: { identifier: actionIdentifier } }),
    },
  });
}

export function checkSuitePayload(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { suite: SandboxCheckSuite; action: string; sender: SandboxAccount },
): Payload {
  const { suite, action, sender } = input;
  const { check_suite: example } = webhookExample('check_suite', action);
  const suiteJson = {
    ...asPayload(example),
    ...suiteBase(context, repository, suite),
    ...suiteDetails(context, repository, suite),
  };
  return repositoryEvent(context, repository, {
    event: 'check_suite',
    action,
    sender,
    fields: { check_suite: suiteJson },
  });
}

export function installationPayload(
  context: SandboxContext,
  installation: SandboxInstallation,
  input: { event?: string; action: string; sender: SandboxAccount; repositories?: SandboxRepository[] },
): Payload {
  const { event = 'installation', action, sender, repositories = [] } = input;
  const example = without(webhookExample(event, action), 'organization', 'repositories');
  const listed = repositories.map((repository) => ({
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: repository.private,
  }));
  const lists =
    event === 'installation'
      ? { repositories: listed }
      : {
          repository_selection: 'all',
          repositories_added: action === 'added' ? listed : [],
          repositories_removed: action === 'removed' ? listed : [],
        };
  return {
    ...example,
    action,
    installation: installationJson(context, installation),
    ...lists,
    requester: null,
    sender: accountJson(context, sender),
  };
}

function pushedCommit(
  context: SandboxContext,
  repository: SandboxRepository,
  commit: SandboxCommit,
): Payload {
  const { sha, treeSha, message, author, committerName, date, parent } = commit;
  const from = parent === null ? null : (repository.commits.get(parent) ?? null);
  const person = { name: author.login, email: emailOf(author), username: author.login };
  const added: string[] = [];
  const removed: string[] = [];
  const modified: string[] = [];
  for (const { status, filename, previousFilename } of diffCommits(from, commit)) {
    if (status === 'modified') modified.push(filename);
    else if (status === 'removed') removed.push(filename);
    else added.push(filename);
    if (previousFilename !== undefined) removed.push(previousFilename);
  }
  return {
    id: sha,
    tree_id: treeSha,
    distinct: true,
    message,
    timestamp: isoTime(date),
    url: `${pageUrl(context, repository)}/commit/${sha}`,
    author: person,
    committer: {
      ...person,
      name: committerName,
    },
    added,
    removed,
    modified,
  };
}

/** In push events two times are in seconds, and the owner has a name. */
function pushedRepository(context: SandboxContext, repository: SandboxRepository, json: unknown): Payload {
  const owner = context.state.account(repository.owner);
  return {
    ...asPayload(json),
    url: pageUrl(context, repository),
    created_at: Math.floor(repository.createdAt / 1000),
    pushed_at: Math.floor(repository.pushedAt / 1000),
    owner: { name: owner.login, email: emailOf(owner), ...accountJson(context, owner) },
    stargazers: 0,
    master_branch: repository.defaultBranch,
  };
}

function installationStub({ id }: SandboxInstallation): object {
  return { id, node_id: Buffer.from(`023:IntegrationInstallation${id}`).toString('base64') };
}

function without(payload: object, ...keys: string[]): Payload {
  return Object.fromEntries(Object.entries(payload).filter(([key]) => !keys.includes(key)));
}

function asPayload(value: unknown): Payload {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
