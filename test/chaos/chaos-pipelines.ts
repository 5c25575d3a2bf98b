import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { MeltanoSandbox } from '../../sandbox/meltano/meltano-sandbox.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { PipelineStep, SandboxPipeline } from '../../sandbox/meltano/sandbox-pipeline.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';

/** The share of workspaces that have pipelines. */
const SHARE_WITH_PIPELINES = 0.5;
/** A list may be read this long before its deployment's job is made: the start may be sent again (milliseconds). */
const LIST_BEFORE_MS = 5 * 60_000;

/** What a deployment may do to a pipeline; most often nothing. */
function chooseCourse(random: () => number): PipelineStep[] {
  const dice = random();
  if (dice < 0.1) return [{ on: 'start', status: 'FAILED' }];
  if (dice < 0.2) return [{ on: 'end', status: 'FAILED' }];
  if (dice > 0.5) return [];
  const slow = { on: 'end', status: 'PROVISIONING' } as const;
  return [slow, { on: 'end', afterMs: random() * 12_000, status: dice < 0.35 ? 'FAILED' : 'READY' }];
}

/** Gives a workspace pipelines that fail early, late, or never. The first one comes from a file. */
export function addPipelines(
  meltano: MeltanoSandbox,
  workspace: SandboxWorkspace,
  random: () => number,
): void {
  if (random() > SHARE_WITH_PIPELINES) return;
  const courses = new Map<string, PipelineStep[]>();
  for (const name of ['first', 'second', 'third']) {
    meltano.addPipeline(workspace, {
      name,
      repositoryPath: name === 'first' ? 'pipelines/meltano.yml' : null,
      triggeredBy: name === 'third' ? ['deploy'] : [],
      onDeploy({ id }) {
        const key = `${id} ${name}`;
        const course = courses.get(key) ?? chooseCourse(random);
        courses.set(key, course);
        return course;
      },
    });
  }
}

/** The runs that deployments start: some fail. */
export function scriptRuns(meltano: MeltanoSandbox, random: () => number): void {
  meltano.pipelineScript = () => {
    const endAfterMs = 200 + random() * 4_000;
    const lines = ['meltano.yml:12:3: error: mapping values are not allowed here'];
    return {
      queuedMs: random() * 500,
      steps: [{ afterMs: endAfterMs / 2, lines }],
      endAfterMs,
      status: random() < 0.3 ? 'ERROR' : 'COMPLETE',
    };
  };
}

const RUN_CONCLUSIONS: Readonly<Record<string, string>> = { COMPLETE: 'success', ERROR: 'failure' };

/** What the check runs of a repository about runs after deployments say wrongly. */
export function checkRunsAfter(meltano: MeltanoSandbox, runs: readonly SandboxCheckRun[]): string[] {
  const byId = Map.groupBy(runs.filter(isAboutRuns), ({ externalId }) => externalId);
  return [...byId].flatMap(([id, all]) => {
    const [run, another] = all.filter(({ output }) => !output.title?.startsWith('Duplicate'));
    if (!run || another) return [`${id} has not one check run, but ${all.length}`];
    const { conclusion } = run;
    const title = run.output.title ?? '';
    if (run.status !== 'completed') return [`${id} is still ${run.status} (${title})`];
    if (conclusion === 'neutral' && /^No longer watched: [0-9a-f]{7} is/.test(title)) return [];
    const wanted = RUN_CONCLUSIONS[findRun(meltano, runs, id)?.status ?? ''];
    return conclusion === wanted ? [] : [`${id} is ${conclusion} (${title}) instead of ${wanted}`];
  });
}

export function isAboutRuns({ externalId }: SandboxCheckRun): boolean {
  return externalId?.startsWith('pipelines:triggered:') ?? false;
}

/** The run that the deployment of a check run started. */
function findRun(
  meltano: MeltanoSandbox,
  runs: readonly SandboxCheckRun[],
  id: string | null,
): SandboxJob | undefined {
  const deployment = id?.split(':')[2];
  const jobIds = runs.flatMap(({ externalId }) =>
    externalId?.split('/')[1] === deployment ? (externalId?.split('/')[2] ?? []) : [],
  );
  const job = meltano.jobs.find((one) => jobIds.includes(one.id));
  return meltano.jobs.find(
    ({ type, workspaceId, created }) =>
      type === 'PIPELINE_RUN' && workspaceId === job?.workspaceId && created >= (job.endedAt ?? Infinity),
  );
}

/** What a check run of a complete job says wrongly about the pipelines. */
export function checkPipelines(meltano: MeltanoSandbox, job: SandboxJob, run: SandboxCheckRun): string[] {
  const pipelines = [...meltano.pipelines.values()].filter((one) => one.workspaceId === job.workspaceId);
  const { title, summary } = run.output;
  const written = run.history.find(({ status }) => status === 'completed')?.at ?? Date.now();
  const [, names = ''] = /^Deployed, but .* failed: (.*)$/.exec(title ?? '') ?? [];
  const named = new Set(names.split(', '));
  if (run.conclusion === 'failure') {
    return pipelines
      .filter(({ name }) => named.has(name ?? ''))
      .filter((one) => !hasFailedIn(one, job.created - LIST_BEFORE_MS, written))
      .map(({ name }) => `names ${name}, which did not fail (${title})`);
  }
  if (run.conclusion !== 'success') return [`is ${run.conclusion} (${title}), its job ${job.status}`];
  const isUnread = /pipelines of the workspace could not be read/.test(summary ?? '');
  const from = job.endedAt ?? written;
  return pipelines
    .filter((one) => isFailedThroughout(one, from, written))
    .filter((one) => !isUnread && hasFailedIn(one, (job.startedAt ?? from) + 1, from))
    .map(({ name }) => `is green (${title}), but ${name} failed`);
}

function hasFailedIn({ changes }: SandboxPipeline, from: number, to: number): boolean {
  return changes.some(({ at, status }) => status === 'FAILED' && at >= from && at <= to);
}

function isFailedThroughout({ changes }: SandboxPipeline, from: number, to: number): boolean {
  const before = changes.findLast(({ at }) => at <= from);
  const during = changes.filter(({ at }) => at > from && at <= to);
  return [...(before ? [before] : []), ...during].every(({ status }) => status === 'FAILED');
}
