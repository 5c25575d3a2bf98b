import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import { type ChaosGates, findDeciding, findFollowed, MAINTAINERS } from './chaos-gates.ts';
import type { ChaosWorld, GatedRepository } from './chaos-world.ts';
import { isPressed } from './check-requests.ts';
import { TIMEOUT_MS } from './gate-rules.ts';

/** Checks were read 2.1 s before the head of the branch, that 2 s before the start was sent; a slow machine adds to it. */
const READ_BEFORE_MS = 2_100 + 2_000 + 3_000;
/** For GitHub's limit of writes, and for a process that was killed. */
const LATE_MS = 120_000;

/** What the storm knows about gates. */
export interface GateStorm {
  readonly world: ChaosWorld;
  readonly gates: ChaosGates;
  /** How long this machine stood still from one time to another (milliseconds). */
  stalledMs(from: number, to: number): number;
}

/** A start, with what was true at its time. */
interface Start {
  readonly repository: GatedRepository;
  readonly workspace: SandboxWorkspace;
  readonly job: SandboxJob;
  /** The earliest time at which the app may have read what it was judged by. */
  readonly from: number;
}

/** What is not as it should be about gates, in words. */
export function checkGates(storm: GateStorm): string[] {
  return storm.world.gated.flatMap((repository) => [
    ...repository.workspaces.flatMap((workspace) => checkStarts(storm, repository, workspace)),
    ...checkWaits(storm, repository),
    ...checkEnds(storm, repository),
  ]);
}

/** True once all check runs have ended, and the newest commit of each branch is deployed that may be. */
export function areGatesOpen({ world }: GateStorm): boolean {
  return world.gated.every(
    (repository) =>
      world.sandbox.github.checks.runs(repository.fullName).every(({ status }) => status === 'completed') &&
      repository.workspaces.every((_, index) => findUndeployed(world, repository, index) === null),
  );
}

function checkStarts(storm: GateStorm, repository: GatedRepository, workspace: SandboxWorkspace): string[] {
  const { sandbox } = storm.world;
  const runs = sandbox.github.checks.runs(repository.fullName);
  return sandbox.meltano.jobsOf(workspace).flatMap((job) => {
    const from = job.created - READ_BEFORE_MS - storm.stalledMs(job.created - 30_000, job.created);
    const start = { repository, workspace, job, from };
    const heads = headsBetween(storm.world, repository, from, job.created);
    const closed = heads.map((sha) => listClosed(storm, start, sha));
    const run = runs.find((one) => one.externalId.split('/')[2] === job.id);
    const isForced = wasForced(storm, start, run);
    const isFine = closed.some((gates) => gates.every((gate) => isForced && gate !== 'approval'));
    const name = `${repository.fullName} (${workspace.name}): job ${job.id} of ${heads.map((sha) => sha.slice(0, 7))}`;
    const faults = isFine ? [] : [`${name} began while closed: ${closed.map((gates) => gates.join('+'))}`];
    const unsaid = run && !isForced ? checkDeployed(storm, start, run) : [];
    return [...faults, ...unsaid.map((fault) => `${name} ${fault}`)];
  });
}

/** The commits that were the head of the default branch at some time between two. */
function headsBetween(
  { sandbox, pushes }: ChaosWorld,
  { fullName }: GatedRepository,
  from: number,
  to: number,
): string[] {
  const own = pushes.filter(({ repository }) => repository === fullName);
  const begin = own[0]?.before ?? sandbox.github.branches.head(fullName);
  const before = own.findLast(({ at }) => at <= from)?.after ?? begin;
  return [before, ...own.filter(({ at }) => at > from && at <= to).map(({ after }) => after)];
}

type GateName = 'checks' | 'order' | 'approval' | 'lock' | 'freeze';

/** The gates that were closed for a commit all the time in which the app may have looked. */
function listClosed(storm: GateStorm, start: Start, sha: string): GateName[] {
  const { rules, workspaces, fullName } = start.repository;
  const { job, from, workspace } = start;
  const { world, gates } = storm;
  const [first] = workspaces;
  const closed: [GateName, boolean][] = [
    ['checks', !world.checks.hadPassed(rules, sha, from, job.created)],
    [
      'order',
      rules.isOrdered && first !== undefined && workspace !== first && !hasDeployed(world, start, sha),
    ],
    ['approval', rules.isApproved && workspace === workspaces.at(-1) && !wasApproved(storm, start, sha)],
    ['lock', gates.locks.some((lock) => lock.repository === fullName && isLocked(storm, lock, start))],
    ['freeze', rules.freeze !== null && rules.freeze.from <= from && job.created < rules.freeze.to],
  ];
  return closed.flatMap(([name, isClosed]) => (isClosed ? [name] : []));
}

/** The first workspace has deployed the commit or a later one, and its check run is green. */
function hasDeployed({ sandbox }: ChaosWorld, { repository, job }: Start, sha: string): boolean {
  const [first] = repository.workspaces;
  const commits = sandbox.github.branches.commits(repository.fullName).map((one) => one.sha);
  const holding = new Set(commits.slice(0, commits.indexOf(sha) + 1));
  const green = sandbox.github.checks
    .runs(repository.fullName)
    .filter(({ conclusion }) => conclusion === 'success')
    .map(({ externalId }) => externalId.split('/')[2]);
  return (
    first !== undefined &&
    sandbox.meltano
      .jobsOf(first)
      .filter(({ id, status }) => status === 'COMPLETE' && green.includes(id))
      .some((one) => holding.has(one.commitId ?? '') && (one.endedAt ?? Infinity) <= job.created)
  );
}

function wasApproved({ world, gates }: GateStorm, { repository, job }: Start, sha: string): boolean {
  const push = world.pushes.find((one) => one.repository === repository.fullName && one.after === sha);
  // A `/redeploy` before the push may be planned after it, and is then approved by a comment between both.
  const pushedAt = (push?.at ?? 0) - 60_000;
  return gates.approvals
    .filter((one) => one.repository === repository.fullName && MAINTAINERS.includes(one.by))
    .filter((one) => one.by !== push?.by && one.at <= job.created)
    .some((one) => (one.sha === null ? one.at >= pushedAt : one.sha === sha));
}

function isLocked({ gates }: GateStorm, lock: ChaosGates['locks'][number], { from, job }: Start): boolean {
  const lockedAt = gates.lockedAt(lock);
  return lockedAt !== null && lockedAt <= from && (lock.unlockedAt ?? Infinity) >= job.created;
}

/** The check run says so, and somebody who may had asked for it. */
function wasForced(
  { gates }: GateStorm,
  { repository, job }: Start,
  run: SandboxCheckRun | undefined,
): boolean {
  return (
    (run?.output.summary?.includes('**Forced** by') ?? false) &&
    gates.forces.some(
      ({ repository: name, by, at }) =>
        name === repository.fullName && MAINTAINERS.includes(by) && at <= job.created,
    )
  );
}

/** The branch moved before the job ran: the title says so if the checks of the newer commit had not passed. */
function checkDeployed(
  { world }: GateStorm,
  { repository, job, from }: Start,
  run: SandboxCheckRun,
): string[] {
  const { title } = run.output;
  const said = title !== null && /, wh(ich|ose) .*(had not|could not|nobody had)/.test(title);
  const push = world.pushes.find(({ after }) => after === job.commitId);
  const to = run.history.find(({ status }) => status === 'completed')?.at ?? Date.now();
  const isMoved = push !== undefined && push.at > job.created;
  const isUnpassed = isMoved && !world.checks.hadPassed(repository.rules, push.after, job.created, to);
  if (said && (push?.at ?? 0) <= from) return [`deployed its own commit, but says: ${title}`];
  return isUnpassed && !said && run.conclusion === 'success'
    ? [`deployed ${push.after.slice(0, 7)}, whose checks had not passed, but says: ${title}`]
    : [];
}

/** What waits for checks or another workspace ends in time. */
function checkWaits({ world }: GateStorm, { fullName }: GatedRepository): string[] {
  return world.sandbox.github.checks.runs(fullName).flatMap((run) => {
    const waits = run.history.filter(({ output }) =>
      /^Waiting for ("|.* to be deployed)/.test(output.title ?? ''),
    );
    const last = waits.at(-1);
    const next = last && run.history.find(({ at }) => at > last.at);
    const end = next?.at ?? (run.status === 'completed' ? 0 : Date.now());
    const ms = waits.length > 0 ? end - run.createdAt : 0;
    if (ms <= TIMEOUT_MS + LATE_MS) return [];
    return [
      `${fullName} ${run.headSha.slice(0, 7)} waited for ${Math.round(ms / 1_000)} s: ${last?.output.title}`,
    ];
  });
}

/** All is over, and the newest commits are deployed. */
function checkEnds({ world }: GateStorm, repository: GatedRepository): string[] {
  const { fullName, workspaces } = repository;
  const runs = world.sandbox.github.checks.runs(fullName);
  const open = runs.filter(({ status }) => status !== 'completed');
  // People may press its buttons, too.
  const followed = Map.groupBy(
    runs.filter((run) => !isPressed(run)),
    findFollowed,
  );
  followed.delete(null);
  return [
    ...open.map((run) => `${fullName} ${run.name} is still ${run.status}: ${run.output.title}`),
    ...workspaces.flatMap((_, index) => findUndeployed(world, repository, index) ?? []),
    ...[...followed]
      .filter(([url, all]) => all.length > 1 && url?.includes('/runs/'))
      .map(([url]) => `${url} was followed more than once`),
  ];
}

/** Why the newest commit of a workspace is not deployed; null if it is, or need not be. */
function findUndeployed(world: ChaosWorld, repository: GatedRepository, index: number): string | null {
  const { sandbox, pushes } = world;
  const { fullName, workspaces, rules } = repository;
  const head = sandbox.github.branches.head(fullName);
  const workspace = workspaces[index];
  if (!workspace || !pushes.some(({ after }) => after === head)) return null;
  const first = workspaces[0] ? findDeciding(world, repository, workspaces[0].id, head).lasting : [];
  // It has failed there.
  const hasFailed = first.length === 0 || first.some(({ conclusion }) => conclusion !== 'success');
  if (rules.isOrdered && index > 0 && hasFailed) return null;
  const runs = findDeciding(world, repository, workspace.id, head).lasting;
  if (runs.some(({ conclusion }) => conclusion === 'cancelled')) return null;
  const isDeployed = sandbox.meltano.jobsOf(workspace).some(({ commitId }) => commitId === head);
  const name = `${fullName} (${workspace.name}): the head ${head.slice(0, 7)}`;
  return isDeployed ? null : `${name} was never deployed: ${runs[0]?.output.title}`;
}

/** What happened at gates: a storm without it proves nothing about them. */
export function describeGates({ world, gates }: GateStorm): string {
  const runs = world.gated.flatMap(({ fullName }) => world.sandbox.github.checks.runs(fullName));
  const count = (title: RegExp) =>
    runs.filter(({ history }) => history.some(({ output }) => title.test(output.title ?? ''))).length;
  const forced = runs.filter(({ output }) => output.summary?.includes('**Forced** by')).length;
  const approved = runs.filter(({ output }) => output.summary?.includes('| Approved by |')).length;
  return [
    `gates (waited for checks: ${count(/^Waiting for "/)}, failed: ${count(/" failed on/)}`,
    `late: ${count(/never reported|is still running after/)}, order: ${count(/ to be deployed$/)}`,
    `approved: ${approved}, locked: ${count(/^Locked by/)} by ${gates.locks.length}`,
    `frozen: ${count(/^Frozen until/)}, forced: ${forced}, unpassed: ${count(/had not passed/)})`,
  ].join(', ');
}
