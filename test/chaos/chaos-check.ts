import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { findPlanted } from '../../sandbox/meltano/planted-secrets.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import { checkPipelines, checkRunsAfter, isAboutRuns } from './chaos-pipelines.ts';
import { PROJECT_CHECK } from './chaos-requests.ts';
import type { ChaosPush, ChaosWorld } from './chaos-world.ts';

const CONCLUSIONS: Record<string, string> = { COMPLETE: 'success', ERROR: 'failure', STOPPED: 'cancelled' };

/** How gates end deployments. */
const HELD: Record<string, RegExp> = {
  skipped: /^".*" failed on | did not deploy /,
  action_required:
    /^(Waiting for approval|Not approved|Approved): |" never reported; |" is still running after |did not show the checks| has not deployed /,
};

function runsOf({ sandbox }: ChaosWorld, push: ChaosPush, workspace: SandboxWorkspace): SandboxCheckRun[] {
  return (
    sandbox.github.checks
      .runs(push.repository, push.after)
      .filter((run) => run.externalId?.startsWith(`${workspace.id}/`))
      .filter((run) => /\| Requested by \| push/.test(run.output.summary ?? ''))
      // Not the one that follows once a gate has opened.
      .filter((run) => !/\| Redeployment of \|/.test(run.output.summary ?? ''))
  );
}

/**
 * Every (push, workspace) that must have a check run: delivered, and with changes in the workspace's directory. A commit that
 * an earlier job deployed too, and that was delivered only after that job's success, changes nothing any more.
 */
export function listOwed(world: ChaosWorld): { push: ChaosPush; workspace: SandboxWorkspace }[] {
  const workspacesOf = new Map(world.repositories.map((one) => [one.fullName, one.workspaces]));
  return world.pushes.flatMap((push) => {
    const isHead = world.sandbox.github.branches.head(push.repository) === push.after;
    if (!push.isDelivered && !isHead) return [];
    return (workspacesOf.get(push.repository) ?? [])
      .filter((workspace) => !workspace.repositoryDirectory || push.touchesDirectory)
      .filter((workspace) => !wasTakenAlong(world, push, workspace))
      .map((workspace) => ({ push, workspace }));
  });
}

function wasTakenAlong(world: ChaosWorld, push: ChaosPush, workspace: SandboxWorkspace): boolean {
  if (!workspace.repositoryDirectory || runsOf(world, push, workspace).length > 0) return false;
  return listTaking(world, push, workspace).some((job) => job.status === 'COMPLETE');
}

/** The jobs of a workspace that deployed its files as they are after a push. */
function listTaking(world: ChaosWorld, push: ChaosPush, workspace: SandboxWorkspace): SandboxJob[] {
  const { github, meltano } = world.sandbox;
  const directory = workspace.repositoryDirectory;
  const history = directory ? github.branches.commits(push.repository) : [];
  const filesAt = (sha: string | null) => {
    const files = history.find((commit) => commit.sha === sha)?.files;
    return files && JSON.stringify([...files].filter(([path]) => path.startsWith(`${directory}/`)).sort());
  };
  const files = filesAt(push.after);
  return meltano
    .jobsOf(workspace)
    .filter((job) => job.commitId === push.after || (files !== undefined && filesAt(job.commitId) === files));
}

export function isConcluded(world: ChaosWorld): boolean {
  return (
    listOwed(world).every(({ push, workspace }) =>
      runsOf(world, push, workspace).some((run) => run.status === 'completed'),
    ) &&
    listKnown(world).every((push) => checksOf(world, push).length > 0) &&
    world.repositories.every(({ fullName }) =>
      world.sandbox.github.checks
        .runs(fullName)
        .every((run) => !isAboutRuns(run) || run.status === 'completed'),
    )
  );
}

/** Each of them is checked, whatever is deployed. */
function listKnown({ pushes, sandbox }: ChaosWorld): ChaosPush[] {
  return pushes.filter(
    ({ isDelivered, repository, after }) => isDelivered || sandbox.github.branches.head(repository) === after,
  );
}

/** The project checks of a push that aren't marked as duplicates. */
function checksOf({ sandbox }: ChaosWorld, { repository, after }: ChaosPush): SandboxCheckRun[] {
  return sandbox.github.checks
    .runs(repository, after)
    .filter((run) => run.name === PROJECT_CHECK && !run.output.title?.startsWith('Duplicate'));
}

/** What is not as it should be, in words; empty when all is well. */
export function findFaults(world: ChaosWorld): string[] {
  return [
    ...checkPushes(world),
    ...checkProjects(world),
    ...checkJobs(world),
    ...checkHeads(world),
    ...checkSecrets(world),
    ...checkAnnotations(world),
    ...world.repositories.flatMap(({ fullName }) =>
      checkRunsAfter(world.sandbox.meltano, world.sandbox.github.checks.runs(fullName)),
    ),
    ...world.sandbox.github.refusals.map((one) => `GitHub would refuse: ${JSON.stringify(one)}`),
    ...world.sandbox.github.warnings.map((one) => `GitHub would wonder: ${JSON.stringify(one)}`),
  ];
}

function checkPushes(world: ChaosWorld): string[] {
  return listOwed(world).flatMap(({ push, workspace }) => {
    const runs = runsOf(world, push, workspace);
    const name = `${push.repository} ${push.after.slice(0, 7)} (${workspace.name})`;
    const [run] = runs;
    if (!run || runs.length > 1) return [`${name} has ${runs.length} check runs`];
    if (run.status !== 'completed') return [`${name} is still ${run.status}: ${run.output.title}`];
    const taking = listTaking(world, push, workspace);
    return checkTruth(world, run, taking).map((problem) => `${name} ${problem}`);
  });
}

/** Each project is wrong: there is no meltano.yml at the root, and the file in the folder is a text instead of a mapping. */
function checkProjects(world: ChaosWorld): string[] {
  const workspacesOf = new Map(world.repositories.map((one) => [one.fullName, one.workspaces]));
  return listKnown(world).flatMap((push) => {
    const runs = checksOf(world, push);
    const name = `The project check of ${push.repository} ${push.after.slice(0, 7)}`;
    const [run] = runs;
    if (!run || runs.length > 1) return [`${name} has ${runs.length} check runs`];
    const isAtRoot = workspacesOf.get(push.repository)?.some((one) => !one.repositoryDirectory);
    const wanted = [...(isAtRoot ? ['meltano.yml:1'] : []), 'pipelines/meltano.yml:1'];
    const places = new Set(run.annotations.map(({ path, start_line: line }) => `${path}:${line}`));
    const isRight = run.conclusion === 'failure' && [...places].toSorted().join() === wanted.join();
    return isRight ? [] : [`${name} is ${run.conclusion} (${run.output.title}), at ${[...places].join()}`];
  });
}

/** A conclusion matches the job. Without a job, the push was overtaken or its files were already deployed. */
function checkTruth({ sandbox }: ChaosWorld, run: SandboxCheckRun, taking: readonly SandboxJob[]): string[] {
  const jobId = run.externalId?.split('/')[2];
  if (!jobId) {
    const title = run.output.title ?? '';
    // One that waited for its approval keeps its conclusion.
    const isOvertaken =
      ['skipped', 'action_required'].includes(run.conclusion ?? '') && /^Superseded (by|while)/.test(title);
    const isWithdrawn = run.conclusion === 'cancelled' && /^Withdrawn by @boss/.test(title);
    const isDeployed =
      /^Skipped: nothing changed since /.test(title) && taking.some((job) => job.status === 'COMPLETE');
    // Of a repository with gates: `checkGates` says more.
    const isHeld = HELD[run.conclusion ?? '']?.test(title);
    return isOvertaken || isWithdrawn || isDeployed || isHeld
      ? []
      : [`ended as ${run.conclusion}: ${run.output.title}`];
  }
  const job = sandbox.meltano.jobs.find((one) => one.id === jobId);
  if (!job) return [`names a job that never was: ${jobId}`];
  const wanted = CONCLUSIONS[job.status];
  if (job.status === 'COMPLETE' && /^Deployed/.test(run.output.title ?? '')) {
    return checkPipelines(sandbox.meltano, job, run);
  }
  return run.conclusion === wanted
    ? []
    : [`is ${run.conclusion} (${run.output.title}), its job ${job.status}`];
}

/** Each job belongs to one check run, and no two of a workspace ran at once. */
function checkJobs({ sandbox, repositories }: ChaosWorld): string[] {
  const { github, meltano } = sandbox;
  const owners = new Map<string, number>();
  for (const repository of repositories) {
    for (const run of github.checks.runs(repository.fullName)) {
      const jobId = run.externalId?.split('/')[2];
      if (jobId) owners.set(jobId, (owners.get(jobId) ?? 0) + 1);
    }
  }
  const deployments = meltano.jobs.filter(({ type }) => type === 'WORKSPACE_DEPLOY');
  const stray = deployments.filter((job) => owners.get(job.id) !== 1);
  const double = [...meltano.workspaces.values()].flatMap((one) => findOverlaps(meltano.jobsOf(one)));
  return [
    ...stray.map((job) => `job ${job.id} (${job.status}) belongs to ${owners.get(job.id) ?? 0} check runs`),
    ...double.map((job) => `job ${job.id} began while another of its workspace was under way`),
  ];
}

function findOverlaps(jobs: SandboxJob[]): SandboxJob[] {
  const sorted = jobs.toSorted((a, b) => a.created - b.created);
  return sorted.filter((job, index) => {
    const before = sorted[index - 1];
    return before !== undefined && (before.endedAt ?? Number.POSITIVE_INFINITY) > job.created;
  });
}

/** The newest push of every branch was really deployed, not only reported. */
function checkHeads(world: ChaosWorld): string[] {
  const { github } = world.sandbox;
  const gated = new Set(world.gated.map(({ fullName }) => fullName));
  return listOwed(world)
    .filter(({ push }) => github.branches.head(push.repository) === push.after && !gated.has(push.repository))
    .filter(({ push, workspace }) =>
      runsOf(world, push, workspace).every((run) => run.conclusion !== 'cancelled'),
    )
    .filter(({ push, workspace }) => listTaking(world, push, workspace).length === 0)
    .map(
      ({ push, workspace }) => `the head ${push.after.slice(0, 7)} of ${workspace.name} was never deployed`,
    );
}

function checkSecrets({ sandbox, repositories, secrets }: ChaosWorld): string[] {
  return repositories.flatMap(({ fullName }) => {
    const shown = JSON.stringify([
      sandbox.github.checks.runs(fullName).map((run) => run.history),
      sandbox.github.conversations
        .list(fullName)
        .map(({ number }) => sandbox.github.conversations.comments(fullName, number)),
      sandbox.github.branches
        .commits(fullName)
        .map(({ sha }) => sandbox.github.conversations.commitComments(fullName, sha)),
    ]);
    return [...secrets.filter((secret) => shown.includes(secret)), ...findPlanted(shown)].map(
      () => `${fullName} shows a secret`,
    );
  });
}

/** The project check names each mistake once. */
function countOwedAnnotations({ name, conclusion, annotations }: SandboxCheckRun): number {
  if (name !== PROJECT_CHECK) return conclusion === 'failure' ? 1 : 0;
  return new Set(annotations.map((one) => `${one.path} ${one.start_line} ${one.message}`)).size;
}

/** The log of each job names one error. A failed run shows it once, or not at all if the log could not be read. */
function checkAnnotations({ sandbox, repositories }: ChaosWorld): string[] {
  return repositories.flatMap(({ fullName }) =>
    sandbox.github.checks
      .runs(fullName)
      .filter((run) => run.annotations.length > countOwedAnnotations(run))
      .map((run) => `${fullName} ${run.headSha.slice(0, 7)} has ${run.annotations.length} annotations`),
  );
}

/** Check runs of each conclusion about runs after deployments, such as `success: 3`. */
export function describeRunsAfter({ sandbox, repositories }: ChaosWorld): string {
  const runs = repositories.flatMap(({ fullName }) => sandbox.github.checks.runs(fullName));
  const byConclusion = Map.groupBy(runs.filter(isAboutRuns), ({ conclusion }) => conclusion ?? 'open');
  return [...byConclusion].map(([conclusion, { length }]) => `${conclusion}: ${length}`).join(', ');
}

/** Check runs that name failed pipelines: a storm without any proves nothing about them. */
export function countFailed({ sandbox, repositories }: ChaosWorld): number {
  const runs = repositories.flatMap(({ fullName }) => sandbox.github.checks.runs(fullName));
  return runs.filter(({ output }) => output.title?.startsWith('Deployed, but ')).length;
}
