import type { Octokit } from '@octokit/rest';
import type { Repository } from '../../domain/deployment.ts';
import { trackedBranch } from '../../domain/match-workspaces.ts';
import { type RepositoryConfiguration, settingsOf } from '../../domain/repository-configuration.ts';
import { judgeChecks, type SeenCheck, type WantedCheck } from '../../domain/wanted-check.ts';
import type { Workspace } from '../../domain/workspace.ts';
import { readStatus } from './connect-github.ts';
import { type Finding, findingsOf } from './finding.ts';

const { ok, wrong, note } = findingsOf('repositories');

const MOST_NAMED = 10;
const ADVICE =
  'Correct wait_for: it takes the names of the list of checks, for GitHub Actions those of the jobs. A deployment waits for a missing check until wait_for_timeout has passed';

interface Look {
  readonly octokit: Octokit;
  readonly repository: Repository;
  readonly workspaces: readonly Workspace[];
  readonly appId: number;
}

/** Checks that the names in `wait_for` are those of checks on the heads of the branches. */
export async function checkWanted(look: Look, configuration: RepositoryConfiguration): Promise<Finding[]> {
  const findings: Finding[] = [];
  const seen = new Map<string, Promise<SeenCheck[] | null>>();
  for (const workspace of look.workspaces) {
    const { waitFor } = settingsOf(configuration, workspace);
    if (waitFor.length === 0) continue;
    const branch = trackedBranch(workspace, look.repository);
    const read = seen.get(branch) ?? readForeign(look, branch);
    seen.set(branch, read);
    const runs = await read;
    // Without the branch, the check of the workspace says so.
    if (runs) findings.push(judge(look, workspace, { waitFor, branch, runs }));
  }
  return findings;
}

function judge(
  { repository }: Look,
  workspace: Workspace,
  { waitFor, branch, runs }: { waitFor: readonly WantedCheck[]; branch: string; runs: readonly SeenCheck[] },
): Finding {
  const about = `${repository.owner}/${repository.name} → ${workspace.name || workspace.id}: wait_for`;
  const verdict = judgeChecks(waitFor, { runs, openSuites: null });
  const waiting = verdict.kind === 'pending' ? verdict.waiting : [];
  const missing = waiting.filter(({ isMissing }) => isMissing).map(({ name }) => `"${name}"`);
  if (missing.length === 0) return ok(`${about}: the head of ${branch} has these checks`);
  const message = `${about}: the head of ${branch} has no check ${missing.join(', ')}`;
  if (runs.length === 0) return note(`${message}, and no others`, ADVICE);
  const names = [...new Set(runs.map(({ name }) => name))];
  const more = names.length > MOST_NAMED ? ' …' : '';
  return wrong(`${message}; there are: ${names.slice(0, MOST_NAMED).join(', ')}${more}`, ADVICE);
}

/** The check runs of other Apps on the head of a branch; null if there is no such branch. */
async function readForeign(
  { octokit, repository, appId }: Look,
  branch: string,
): Promise<SeenCheck[] | null> {
  const { owner, name: repo } = repository;
  try {
    const asked = { owner, repo, ref: `heads/${branch}`, filter: 'latest', per_page: 100 } as const;
    const runs = await octokit.paginate(octokit.rest.checks.listForRef, asked);
    return runs
      .filter(({ app }) => app?.id !== appId)
      .map(({ id, name, app }) => ({
        id,
        name,
        suiteId: null,
        app: app ? { id: app.id, slug: app.slug ?? '' } : null,
        // Whether they passed doesn't matter here.
        conclusion: null,
        completedAt: null,
      }));
  } catch (error) {
    if ([404, 422].includes(readStatus(error) ?? 0)) return null;
    throw error;
  }
}
