import type { ApprovalReader } from '../domain/approval.ts';
import type { CommandReads } from '../domain/command-reads.ts';
import type { CommitRunReader } from '../domain/commit-run.ts';
import { type ConfigurationInUse, cautiousSettings } from '../domain/configuration-in-use.ts';
import type { ChangedPaths, Refusal, WhyFinding } from '../domain/conversation.ts';
import type { PushEvent } from '../domain/delivery.ts';
import type { Repository } from '../domain/deployment.ts';
import { toRef } from '../domain/git-ref.ts';
import type { LockReader } from '../domain/lock.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { filterOf, type PathFilter } from '../domain/path-filter.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { matchWord } from '../domain/refer-to-workspace.ts';
import { listFeltCommandLimits, listFeltLimits } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { JudgedChange } from '../planning/changed-paths.ts';
import { judgePushed, type PlanningPorts, type PushToPlan, planPush } from '../planning/plan-push.ts';
import type { PushTrees } from '../planning/push-trees.ts';
import type { RecentDeployments } from './command-store.ts';
import { explainGates } from './explain-gates.ts';
import type { HeadReads } from './reads-of-one-command.ts';
import { COMMIT, nameWorkspace, nameWorkspaces } from './select-workspaces.ts';

const NO_COMMIT = '0'.repeat(40);
/** How many changed paths to name. */
const MOST_NAMED = 5;
const DEPLOYS: readonly ReasonCode[] = ['push', 'found_by_sweep'];
/** Verdicts that depend on the changes. */
const BY_CHANGES: readonly ReasonCode[] = [...DEPLOYS, 'paths_unchanged', 'paths_unmatched'];

export interface WhyRequest {
  readonly account: string;
  readonly deliveryId: string;
  readonly receivedAt: number;
  readonly repository: Repository;
  readonly workspaces: readonly Workspace[];
  readonly inUse: ConfigurationInUse;
  /** A workspace, the start of a commit's SHA, or neither. */
  readonly target: string | null;
}

export interface WhyPorts {
  readonly reads: HeadReads & { readonly resolveCommit: CommandReads['resolveCommit'] };
  readonly planning: PlanningPorts;
  readonly store: CommitRunReader & RecentDeployments & LockReader & ApprovalReader;
}

export type WhyResult =
  | { readonly ok: true; readonly findings: readonly WhyFinding[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Applies the planning rules, for each workspace, to a push of the commit (by default the tracked branch's head), without
 * any effect. Throws if GitHub can't answer now.
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
  const explained: Explained[] = [];
  const trees = ports.planning.openTrees(repository);
  const planning = shareReads(ports.planning, trees);
  const asked = named.length > 0 ? named : workspaces;
  const branches = asked.map((one) => trackedBranch(one, repository));
  const heads = await ports.reads.readHeads(repository, branches);
  for (const workspace of asked) {
    const branch = trackedBranch(workspace, repository);
    const head = heads.get(branch) ?? null;
    const question = { workspace, branch, head, sha: sha ?? head };
    explained.push(await explainOne(request, question, { planning, store: ports.store }));
  }
  // Reads for the verdicts come first, because naming the changes may take too many reads.
  const findings: WhyFinding[] = [];
  for (const { finding, filter } of explained) {
    findings.push({ ...finding, changed: filter && (await nameChanges(finding, filter, trees)) });
  }
  return { ok: true, findings };
}

interface Explained {
  readonly finding: WhyFinding;
  /** Null if the changes don't matter. */
  readonly filter: PathFilter | null;
}

/** Null if the changes are unknown or nothing was compared. */
async function nameChanges(
  { since, sha }: WhyFinding,
  filter: PathFilter,
  trees: PushTrees,
): Promise<ChangedPaths | null> {
  if (since === null || sha === null) return null;
  const paths = await trees.listChanges(since, sha, filter);
  return 'kind' in paths ? null : { paths: paths.slice(0, MOST_NAMED), count: paths.length };
}

/** Reads for several workspaces are sent to GitHub only once. */
function shareReads(planning: PlanningPorts, trees: PushTrees): PlanningPorts {
  const messages = new Map<string, Promise<string>>();
  return {
    ...planning,
    readMessage: (repository, sha) => getOrAdd(messages, sha, () => planning.readMessage(repository, sha)),
    openTrees: () => trees,
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
  /** The commit in question. */
  readonly sha: string | null;
}

async function explainOne(
  request: WhyRequest,
  { workspace, branch, head, sha }: Question,
  { planning, store }: Omit<WhyPorts, 'reads'>,
): Promise<Explained> {
  const { repository, inUse, account } = request;
  const shown = { workspace: nameWorkspace(workspace, repository), sha, isHead: sha === head };
  if (sha === null) return undecided({ ...shown, reason: 'branch_deleted', since: null });
  if (inUse.kind === 'held') {
    const problem = inUse.bad.problems[0]?.message ?? null;
    const source = inUse.bad;
    return undecided({ ...shown, reason: 'configuration_held', since: null, problem, source });
  }
  const asDeployed = { account, workspaceId: workspace.id, repositoryId: repository.id };
  const known = await planning.store.findPlannedPush(asDeployed, sha);
  const event: PushEvent = {
    kind: 'push',
    account: repository.owner,
    repository,
    ref: toRef(branch),
    before: known?.before ?? NO_COMMIT,
    after: sha,
    deleted: false,
    forced: false,
    pushedAt: known?.pushedAt ?? null,
    sender: '',
    senderIsBot: false,
  };
  const push: PushToPlan = {
    account,
    deliveryId: request.deliveryId,
    receivedAt: request.receivedAt,
    event,
    workspaces: [workspace],
    configuration: inUse,
    overtaken: false,
  };
  const [planned] = await planPush(push, planning);
  const reason = planned?.reason ?? 'branch_not_tracked';
  const settings = cautiousSettings(inUse, workspace);
  const { error, ...gates } = await explainGates(
    settings,
    { ...asDeployed, sha, now: request.receivedAt },
    store,
  );
  const isHeld = error !== null && DEPLOYS.includes(reason);
  const filter = BY_CHANGES.includes(reason) ? filterOf(settings, workspace.directory) : null;
  const change =
    filter && (await judgePushed(push, { workspace, filter }, planning, planning.openTrees(repository)));
  return {
    finding: {
      ...shown,
      reason: isHeld ? 'project_error' : reason,
      problem: isHeld ? error : (planned?.problem ?? null),
      source: inUse.source,
      isFiltered: settings.paths !== null || settings.pathsIgnore.length > 0,
      limits: [
        ...listFeltLimits(inUse.configuration, workspace),
        ...listFeltCommandLimits(inUse.configuration),
      ],
      ...showChange(change),
      ...gates,
    },
    filter,
  };
}

function undecided(finding: WhyFinding): Explained {
  return { finding, filter: null };
}

function showChange(change: JudgedChange | null) {
  return {
    since: change?.since ?? null,
    isSinceDeployed: change?.isSinceDeployed ?? false,
    uncompared: change?.cause ?? null,
  };
}
