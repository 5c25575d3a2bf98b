import { type Pipeline, type PipelineList, type PipelineStatus, runsAfterDeployment } from './pipeline.ts';

/** A pipeline that was FAILED before a deployment started. */
export interface FailedBefore {
  readonly id: string;
  /** By Meltano Cloud's clock. */
  readonly lastModified: number | null;
}

export interface ShownPipeline {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** As Meltano Cloud shows it; null if it comes from no file. */
  readonly repositoryPath: string | null;
  /** Its file in the requested commit, relative to the repository; null if the commit lacks it or wasn't read. */
  readonly file: string | null;
}

/** The pipelines of a workspace after a deployment. Drafts are left out. */
export interface ReadPipelines {
  readonly kind: 'read';
  readonly counted: number;
  readonly failed: readonly ShownPipeline[];
  /** FAILED before the deployment, and untouched since. */
  readonly failedBefore: readonly ShownPipeline[];
  /** PROVISIONING. */
  readonly settingUp: readonly ShownPipeline[];
  /** Pipelines with a status that the API reference doesn't name. */
  readonly unknown: readonly ShownPipeline[];
  /** How many pipelines Meltano Cloud counts but didn't list. */
  readonly unlisted: number;
  /** The pipelines that this deployment runs. */
  readonly runs: readonly { readonly id: string; readonly name: string }[];
}

/** The result of the last look at a workspace's pipelines. `problem` is a clause for people. */
export type PipelinesAfter = ReadPipelines | { readonly kind: 'unread'; readonly problem: string };

/** The pipelines that were FAILED in a list from before the start; null if the list is incomplete. */
export function noteFailedBefore({ pipelines, total }: PipelineList): readonly FailedBefore[] | null {
  // A pipeline that wasn't listed may have been failing too.
  if (total !== null && total > pipelines.length) return null;
  return pipelines
    .filter(({ status }) => status === 'FAILED')
    .map(({ id, lastModified }) => ({ id, lastModified }));
}

export interface LookAtPipelines {
  readonly list: PipelineList;
  readonly failedBefore: readonly FailedBefore[] | null;
  /** When the deployment's job began, by Meltano Cloud's clock. */
  readonly jobStartTime: number | null;
}

/** Sorts the pipelines of a list that was read after a deployment. */
export function judgePipelines({ list, failedBefore, jobStartTime }: LookAtPipelines): ReadPipelines {
  const counted = list.pipelines.filter(({ status }) => status !== 'DRAFT');
  const inStatus = (status: PipelineStatus) => counted.filter((one) => one.status === status);
  const wasFailing = (one: Pipeline) =>
    failedBefore === null ? !isLater(one.lastModified, jobStartTime) : wasFailed(one, failedBefore);
  const failing = inStatus('FAILED');
  return {
    kind: 'read',
    counted: counted.length,
    failed: failing.filter((one) => !wasFailing(one)).map(show),
    failedBefore: failing.filter(wasFailing).map(show),
    settingUp: inStatus('PROVISIONING').map(show),
    unknown: counted.filter(({ status }) => !KNOWN.has(status)).map(show),
    unlisted: Math.max(0, (list.total ?? 0) - list.pipelines.length),
    runs: counted.filter(runsAfterDeployment).map(({ id, name }) => ({ id, name })),
  };
}

const KNOWN: ReadonlySet<string> = new Set<PipelineStatus>(['DRAFT', 'PROVISIONING', 'READY', 'FAILED']);

function wasFailed({ id, lastModified }: Pipeline, failedBefore: readonly FailedBefore[]): boolean {
  const before = failedBefore.find((one) => one.id === id);
  if (!before) return false;
  const isChanged =
    before.lastModified !== null && lastModified !== null && before.lastModified !== lastModified;
  return !isChanged;
}

function isLater(time: number | null, than: number | null): boolean {
  return time !== null && than !== null && time > than;
}

/**
 * What counts as failing before at the next look. A pipeline that was seen in another status meanwhile has failed again if it
 * is FAILED later.
 */
export function keepFailing(
  { list, failedBefore }: LookAtPipelines,
  judged: ReadPipelines,
): readonly FailedBefore[] {
  const modified = new Map(list.pipelines.map(({ id, lastModified }) => [id, lastModified]));
  if (failedBefore === null)
    return judged.failedBefore.map(({ id }) => ({ id, lastModified: modified.get(id) ?? null }));
  const isFailing = new Set(judged.failedBefore.map(({ id }) => id));
  return failedBefore.filter(({ id }) => isFailing.has(id) || !modified.has(id));
}

function show({ id, name, status, repositoryPath }: Pipeline): ShownPipeline {
  return {
    id,
    name,
    status,
    repositoryPath,
    file: null,
  };
}
