import type { Octokit } from '@octokit/rest';
import { readRepositoryConfiguration } from '../../config/repository-configuration-file.ts';
import type { Repository } from '../../domain/deployment.ts';
import { parseExternalId } from '../../domain/external-id.ts';
import { findLooseValues } from '../../domain/find-loose-values.ts';
import { trackedBranch } from '../../domain/match-workspaces.ts';
import { type AccountPolicy, completeConfiguration } from '../../domain/repository-configuration.ts';
import { isRequiredCheckId } from '../../domain/required-check.ts';
import type { Workspace } from '../../domain/workspace.ts';
import { createConfigurationFiles } from '../../github/configuration-files.ts';
import { createInstallationReader } from '../../github/installation-reader.ts';
import { REQUIRED_CHECK } from '../../reporting/render/render-commit-run.ts';
import { checkWanted } from './check-wanted.ts';
import { describeError, readStatus, TooManyRequests } from './connect-github.ts';
import { type Finding, findingsOf } from './finding.ts';

const { ok, wrong, note } = findingsOf('repositories');

export interface RepositoryLook {
  readonly octokit: Octokit;
  readonly repository: Repository;
  /** The repository's workspaces, with the branch and directory of their mappings. */
  readonly workspaces: readonly Workspace[];
  readonly appId: number;
  /** What the operator sets for the repository. */
  readonly policy: AccountPolicy;
}

interface Head {
  readonly sha: string;
  readonly runs: readonly {
    readonly externalId: string;
    readonly conclusion: string | null;
    readonly title: string;
  }[];
}

/** Checks a repository's configuration, and the last deployment of each workspace. */
export async function checkRepository(look: RepositoryLook): Promise<Finding[]> {
  const name = fullName(look.repository);
  const findings = await orSay(() => checkConfiguration(look), `${name}: its configuration can't be read`);
  const heads = new Map<string, Promise<Head | null>>();
  for (const workspace of look.workspaces) {
    const branch = trackedBranch(workspace, look.repository);
    const head = heads.get(branch) ?? readHead(look, branch);
    heads.set(branch, head);
    const about = `${name} → ${workspace.name || workspace.id}`;
    findings.push(
      ...(await orSay(
        async () => checkWorkspace(look, { workspace, branch, about, head: await head }),
        `${about}: can't be read`,
      )),
    );
  }
  return [...findings, describeOptOut(look)];
}

/** Turns an error into a finding, so the next check can continue. Only `TooManyRequests` ends the doctor's checks. */
async function orSay(check: () => Promise<Finding[]>, message: string): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof TooManyRequests || (error as Error).cause instanceof TooManyRequests) throw error;
    return [wrong(`${message}: ${describeError(error)}`, 'Try again later')];
  }
}

async function checkConfiguration(look: RepositoryLook): Promise<Finding[]> {
  const { octokit, repository, workspaces, policy } = look;
  const files = createConfigurationFiles({
    getOctokit: async () => octokit,
    sleep: async () => {},
    mayAsk: () => true,
  });
  const file = await files.read(repository, repository.defaultBranch, null);
  const name = fullName(repository);
  if (file.kind === 'no_commit')
    return [wrong(`${name}: it has no commit on ${repository.defaultBranch}`, 'Push one')];
  if (file.kind === 'none') return [ok(`${name}: no configuration file, so the defaults apply`)];
  const advice =
    'Correct it on the default branch. Until then the app uses the last valid file, or holds pushes if there is none';
  if (file.kind === 'unusable') return [wrong(`${name}: ${file.problem.replace(/\.$/, '')}`, advice)];
  if (file.kind === 'unchanged') return [];
  const read = readRepositoryConfiguration(file.text, {
    workspaces: workspaces.map((one) => ({ ...one, branch: trackedBranch(one, repository) })),
  });
  if (read.ok) {
    const configuration = completeConfiguration(read.configuration, policy);
    const loose = findLooseValues(configuration, workspaces);
    return [
      ok(`${name}: ${file.file} is valid`),
      ...(configuration.gate ? await checkRequired(look) : []),
      ...(await checkWanted(look, configuration)),
      ...loose.map(({ line, column, message }) =>
        note(`${name}: ${file.file}:${line}:${column}: ${message.replace(/\.$/, '')}`, 'This limit holds'),
      ),
    ];
  }
  return read.problems.map(({ line, column, message }) =>
    wrong(`${name}: ${file.file}:${line}:${column}: ${message.replace(/\.$/, '')}`, advice),
  );
}

/** The required check on the head of the default branch. */
async function checkRequired(look: RepositoryLook): Promise<Finding[]> {
  const head = await readHead(look, look.repository.defaultBranch);
  const about = `${fullName(look.repository)}: checks.gate is true`;
  const run = head?.runs.find((one) => isRequiredCheckId(one.externalId));
  if (run) return [ok(`${about}: "${REQUIRED_CHECK}" on the head ${head?.sha.slice(0, 7)}: ${run.title}`)];
  const advice = `Push to the default branch. If a ruleset requires "${REQUIRED_CHECK}" already, nothing can be merged until then`;
  return [wrong(`${about}, but the head has no check run "${REQUIRED_CHECK}"`, advice)];
}

async function readHead(
  { octokit, repository, appId }: RepositoryLook,
  branch: string,
): Promise<Head | null> {
  const reader = createInstallationReader({
    getOctokit: async () => octokit,
    getAppOctokit: async () => octokit,
  });
  const sha = await reader.readHead(repository, branch);
  if (sha === null) return null;
  const { owner, name: repo } = repository;
  const listed = await octokit.paginate(octokit.rest.checks.listForRef, {
    owner,
    repo,
    ref: sha,
    app_id: appId,
    filter: 'all',
    per_page: 100,
  });
  const runs = listed.toSorted((a, b) => b.id - a.id);
  return {
    sha,
    runs: runs.map((run) => ({
      externalId: run.external_id ?? '',
      conclusion: run.status === 'completed' ? run.conclusion : null,
      title: run.output?.title ?? run.status,
    })),
  };
}

interface WorkspaceLook {
  readonly workspace: Workspace;
  readonly branch: string;
  readonly about: string;
  readonly head: Head | null;
}

async function checkWorkspace(
  look: RepositoryLook,
  { workspace, branch, about, head }: WorkspaceLook,
): Promise<Finding[]> {
  const { directory } = workspace;
  const place = `branch ${branch}, ${directory === null ? 'the root' : `directory ${directory}`}`;
  if (!head) {
    return [
      wrong(
        `${about}: ${place}: there is no such branch`,
        "Push the branch, or correct the workspace's branch in Meltano Cloud",
      ),
    ];
  }
  if (directory !== null && !(await hasDirectory(look, directory, head.sha))) {
    return [
      wrong(
        `${about}: ${place}: there is no such directory`,
        "Correct the workspace's directory in Meltano Cloud, or in the mapping of the accounts file",
      ),
    ];
  }
  const run = head.runs.find((one) => parseExternalId(one.externalId)?.workspaceId === workspace.id);
  const commit = `the head ${head.sha.slice(0, 7)}`;
  if (!run) {
    const why =
      'The commit may be older than the installation, or may not change the workspace. "/meltano why" in a comment explains it';
    return [note(`${about}: ${place}: ${commit} has no deployment`, why)];
  }
  const message = `${about}: ${place}: ${commit}: ${run.title}`;
  const advice = 'Its check run says what to do';
  // Such as an approval.
  if (run.conclusion === 'action_required') return [note(message, advice)];
  if (run.conclusion === 'failure' || run.conclusion === 'timed_out') return [wrong(message, advice)];
  return [ok(message)];
}

async function hasDirectory(
  { octokit, repository }: RepositoryLook,
  path: string,
  ref: string,
): Promise<boolean> {
  try {
    const { data } = await octokit.rest.repos.getContent({
      owner: repository.owner,
      repo: repository.name,
      path,
      ref,
    });
    return Array.isArray(data);
  } catch (error) {
    if (readStatus(error) === 404) return false;
    throw error;
  }
}

/** GitHub opens a check suite for the App on every push. If the push deploys nothing, the suite stays queued. */
function describeOptOut({ repository, appId }: RepositoryLook): Finding {
  const setting = `-F 'auto_trigger_checks[][app_id]=${appId}' -F 'auto_trigger_checks[][setting]=false'`;
  return note(
    `${fullName(repository)}: if something waits for empty check suites, an administrator can turn them off`,
    `gh api --method PATCH repos/${fullName(repository)}/check-suites/preferences ${setting}`,
  );
}

function fullName({ owner, name }: Repository): string {
  return `${owner}/${name}`;
}
