import { needsComparison } from '../domain/apply-configuration.ts';
import { type ConfigurationInUse, cautiousSettings } from '../domain/configuration-in-use.ts';
import type { CommandReads, Refusal, WhyFinding } from '../domain/conversation.ts';
import type { PushEvent } from '../domain/delivery.ts';
import type { Repository } from '../domain/deployment.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { type PlanningPorts, planPush } from '../domain/plan-push.ts';
import type { Comparison } from '../domain/ports.ts';
import { matchWord } from '../domain/refer-to-workspace.ts';
import { COMMIT, nameWorkspace, nameWorkspaces } from '../domain/select-workspaces.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { HeadReads } from './reads-of-one-command.ts';

const NO_COMMIT = '0'.repeat(40);

export interface WhyRequest {
  readonly account: string;
  readonly deliveryId: string;
  readonly receivedAt: number;
  readonly repository: Repository;
  readonly workspaces: readonly Workspace[];
  readonly inUse: ConfigurationInUse;
  /** A workspace, the beginning of a commit, or neither. */
  readonly target: string | null;
}

export interface WhyPorts {
  readonly reads: HeadReads & Pick<CommandReads, 'resolveCommit'>;
  readonly planning: PlanningPorts;
}

export type WhyResult =
  | { readonly ok: true; readonly findings: readonly WhyFinding[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * What the planning rules would say, for each workspace, about a push of the commit (or of the tracked branch's head).
 * Nothing is done. Throws when GitHub can't answer now.
 */
export async function explainPlan(request: WhyRequest, ports: WhyPorts): Promise<WhyResult> {
  const { target, workspaces, repository } = request;
  const named = target === null ? [] : matchWord(workspaces, target);
  if (named.length > 1) {
    const candidates = nameWorkspaces(named, repository);
    return { ok: false, refusal: { code: 'ambiguous_workspace', word: target ?? '', candidates } };
  }
  const sha =
    target !== null && named.length === 0 && COMMIT.test(target)
      ? await ports.reads.resolveCommit(repository, target)
      : null;
  if (target !== null && named.length === 0 && sha === null) {
    const candidates = nameWorkspaces(workspaces, repository);
    return { ok: false, refusal: { code: 'unknown_workspace', word: target, candidates } };
  }
  const findings: WhyFinding[] = [];
  const planning = shareReads(ports.planning);
  const asked = named.length > 0 ? named : workspaces;
  const branches = asked.map((one) => trackedBranch(one, repository));
  const heads = await ports.reads.readHeads(repository, branches);
  for (const workspace of asked) {
    const branch = trackedBranch(workspace, repository);
    const head = heads.get(branch) ?? null;
    findings.push(await explainOne(request, { workspace, branch, head, sha: sha ?? head }, planning));
  }
  return { ok: true, findings };
}

/** What several workspaces need of GitHub is asked for once. */
function shareReads(planning: PlanningPorts): PlanningPorts {
  const messages = new Map<string, Promise<string>>();
  const comparisons = new Map<string, Promise<Comparison>>();
  return {
    ...planning,
    readMessage: (repository, sha) => getOrAdd(messages, sha, () => planning.readMessage(repository, sha)),
    comparer: {
      compare: (repository, base, head) =>
        getOrAdd(comparisons, `${base}...${head}`, () => planning.comparer.compare(repository, base, head)),
    },
  };
}

function getOrAdd<T>(known: Map<string, T>, key: string, read: () => T): T {
  const value = known.get(key) ?? read();
  known.set(key, value);
  return value;
}

interface Question {
  readonly workspace: Workspace;
  readonly branch: string;
  readonly head: string | null;
  /** The commit that is asked about. */
  readonly sha: string | null;
}

async function explainOne(
  request: WhyRequest,
  { workspace, branch, head, sha }: Question,
  planning: PlanningPorts,
): Promise<WhyFinding> {
  const { repository, inUse } = request;
  const shown = { workspace: nameWorkspace(workspace, repository), sha, isHead: sha === head };
  if (sha === null) return { ...shown, reason: 'branch_deleted', since: null };
  if (inUse.kind === 'held') {
    const problem = inUse.bad.problems[0]?.message ?? null;
    return { ...shown, reason: 'configuration_held', since: null, problem, source: inUse.bad };
  }
  const event: PushEvent = {
    ...{ kind: 'push', account: repository.owner, repository, ref: `refs/heads/${branch}` },
    ...{ before: NO_COMMIT, after: sha, deleted: false, forced: false },
    ...{ pushedAt: null, sender: '', senderIsBot: false },
  };
  const { account, deliveryId, receivedAt } = request;
  const push = { account, deliveryId, receivedAt, event, workspaces: [workspace], overtaken: false };
  const [planned] = await planPush({ ...push, configuration: inUse }, planning);
  const { paths, pathsIgnore, ...settings } = cautiousSettings(inUse, workspace);
  const isFiltered = paths !== null || pathsIgnore.length > 0;
  const isCompared = needsComparison({ ...settings, paths, pathsIgnore }, workspace.directory);
  const asDeployed = { account, workspaceId: workspace.id, repositoryId: repository.id };
  return {
    ...shown,
    reason: planned?.reason ?? 'branch_not_tracked',
    since: isCompared ? await planning.store.findLastSuccess(asDeployed) : null,
    ...{ problem: planned?.problem ?? null, source: inUse.source, isFiltered },
  };
}
