import { ApiError } from './api-error.ts';
import { sendCheckRun, sendCheckSuite } from './app-events.ts';
import type {
  CheckConclusion,
  CheckRunAnnotation,
  CheckRunFields,
  ForeignApp,
  SandboxCheckRun,
  SandboxCheckSuite,
} from './check-model.ts';
import { checkRunRules } from './check-run-rules.ts';
import type { CheckRunCreate, CheckRunUpdate } from './check-run-schema.ts';
import { openSuite, readSuiteState } from './check-suites.ts';
import { isoTime, type SandboxRepository } from './model.ts';
import { pageUrl } from './repository-json.ts';
import { appAccount, type SandboxContext } from './sandbox-context.ts';

/** Records a part of a request that GitHub accepts and ignores. */
export type Warn = (message: string) => void;

const BLANK: CheckRunFields = {
  name: '',
  status: 'queued',
  conclusion: null,
  externalId: '',
  detailsUrl: null,
  startedAt: null,
  completedAt: null,
  output: { title: null, summary: null, text: null },
  annotations: [],
  actions: [],
};

export function createCheckRun(
  context: SandboxContext,
  repository: SandboxRepository,
  input: CheckRunCreate,
  warn: Warn,
): SandboxCheckRun {
  const { head_sha: headSha, ...update } = input;
  checkRunRules(update);
  const known = repository.commits.has(headSha);
  if (!known || context.state.misses(headSha)) {
    throw new ApiError(422, `No commit found for SHA: ${headSha}`, { blameless: known });
  }
  const { suite } = openSuite(context, {
    repositoryId: repository.id,
    headSha,
    headBranch: null,
    before: null,
  });
  const id = context.state.nextId('run');
  context.state.hide(id, context.state.checkRunLag);
  const now = Date.now();
  const fields = applyUpdate({ ...BLANK, startedAt: isoTime(now) }, update, warn);
  const run: SandboxCheckRun = {
    ...fields,
    id,
    repositoryId: repository.id,
    suiteId: suite.id,
    headSha,
    htmlUrl: `${pageUrl(context, repository)}/runs/${id}`,
    createdAt: now,
    updatedAt: now,
    history: [{ ...fields, at: now }],
  };
  accept(context, repository, { run, suite, previous: null });
  return run;
}

/** Another App makes a check run, or completes its newest one with this name. */
export function reportForeignRun(
  context: SandboxContext,
  repository: SandboxRepository,
  { sha, app, suite: key, name, status, conclusion, deliver }: ForeignReport,
): SandboxCheckRun {
  const { suite } = openSuite(context, {
    repositoryId: repository.id,
    headSha: sha,
    headBranch: null,
    before: null,
    app,
    key,
  });
  const known = context.state
    .runsOf(repository.id, sha)
    .findLast((run) => run.suiteId === suite.id && run.name === name && run.status !== 'completed');
  const now = Date.now();
  const fields: CheckRunFields = {
    ...(known ?? BLANK),
    name,
    status: conclusion === null ? status : 'completed',
    conclusion,
    startedAt: known?.startedAt ?? isoTime(now),
    completedAt: conclusion === null ? null : isoTime(now),
  };
  const id = known?.id ?? context.state.nextId('run');
  const run: SandboxCheckRun = {
    ...fields,
    id,
    repositoryId: repository.id,
    suiteId: suite.id,
    headSha: sha,
    htmlUrl: `${pageUrl(context, repository)}/runs/${id}`,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
    history: [...(known?.history ?? []), { ...fields, at: now }],
  };
  accept(context, repository, { run, suite, previous: known ?? null, deliver });
  return run;
}

export interface ForeignReport {
  readonly sha: string;
  readonly app: ForeignApp;
  readonly suite: string;
  readonly name: string;
  readonly status: 'queued' | 'in_progress';
  readonly conclusion: CheckConclusion | null;
  readonly deliver: boolean;
}

export function updateCheckRun(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { run: SandboxCheckRun; update: CheckRunUpdate },
  warn: Warn,
): SandboxCheckRun {
  const { run: previous, update } = input;
  checkRunRules(update);
  const suite = context.state.suites.get(previous.suiteId);
  if (!suite) throw new Error(`Check run ${previous.id} has no suite`);
  const now = Date.now();
  const fields = applyUpdate(previous, update, warn);
  const run = {
    ...previous,
    ...fields,
    updatedAt: now,
    history: [...previous.history, { ...fields, at: now }],
  };
  accept(context, repository, { run, suite, previous });
  return run;
}

function accept(
  context: SandboxContext,
  repository: SandboxRepository,
  input: {
    run: SandboxCheckRun;
    suite: SandboxCheckSuite;
    previous: SandboxCheckRun | null;
    deliver?: boolean;
  },
): void {
  const { run, suite, previous, deliver = true } = input;
  const wasComplete = readSuiteState(context, suite).status === 'completed';
  context.state.runs.set(run.id, run);
  suite.updatedAt = run.updatedAt;
  suite.rerequested = false;
  const isCompleted = run.status === 'completed' && previous?.status !== 'completed';
  const isSuiteCompleted = !wasComplete && readSuiteState(context, suite).status === 'completed';
  const sender = appAccount(context);
  if (deliver && !previous) sendCheckRun(context, repository, { run, suite, action: 'created', sender });
  if (deliver && isCompleted) sendCheckRun(context, repository, { run, suite, action: 'completed', sender });
  if (deliver && isSuiteCompleted)
    sendCheckSuite(context, repository, { suite, action: 'completed', sender });
  const listeners = suite.app === null ? [...context.checkRunListeners] : [];
  for (const listener of listeners) listener(run, repository);
  context.signal.notify();
}

function applyUpdate(from: CheckRunFields, update: CheckRunUpdate, warn: Warn): CheckRunFields {
  const { output, annotations } = applyOutput(from, update.output, warn);
  return {
    name: update.name ?? from.name,
    externalId: update.external_id ?? from.externalId,
    detailsUrl: update.details_url ?? from.detailsUrl,
    startedAt: update.started_at ?? from.startedAt,
    ...applyStatus(from, update, warn),
    output,
    annotations,
    actions: update.actions ?? from.actions,
  };
}

/** A conclusion completes the run, whatever the status says. A completed run never opens again. */
function applyStatus(
  from: CheckRunFields,
  { status, conclusion, completed_at, started_at }: CheckRunUpdate,
  warn: Warn,
): Pick<CheckRunFields, 'status' | 'conclusion' | 'completedAt'> {
  if (conclusion !== undefined) {
    if (status !== undefined && status !== 'completed')
      warn(`status ${status} next to a conclusion is ignored`);
    const completedAt = completed_at ?? from.completedAt ?? isoTime(Date.now());
    const startedAt = started_at ?? from.startedAt;
    if (startedAt !== null && Date.parse(completedAt) < Math.floor(Date.parse(startedAt) / 1000) * 1000) {
      warn(`completed_at ${completedAt} is before started_at ${startedAt}`);
    }
    return { status: 'completed', conclusion, completedAt };
  }
  const { status: before, conclusion: concluded, completedAt } = from;
  if (before === 'completed') {
    if (status !== undefined) warn(`status ${status} does not open a completed check run again`);
    return { status: before, conclusion: concluded, completedAt };
  }
  return { status: status ?? before, conclusion: null, completedAt: null };
}

function applyOutput(
  from: CheckRunFields,
  update: CheckRunUpdate['output'],
  warn: Warn,
): Pick<CheckRunFields, 'output' | 'annotations'> {
  if (!update) return { output: from.output, annotations: from.annotations };
  if (update.title === undefined) warn('output without a title: the reference says that it is required');
  return {
    output: {
      title: update.title ?? from.output.title,
      summary: update.summary,
      text: update.text ?? from.output.text,
    },
    annotations: [...from.annotations, ...(update.annotations ?? []).map(toAnnotation)],
  };
}

/** Drops the keys that were not sent. */
function toAnnotation(input: NonNullable<NonNullable<CheckRunUpdate['output']>['annotations']>[number]) {
  const { path, start_line, end_line, annotation_level, message, ...rest } = input;
  const { start_column, end_column, title, raw_details } = rest;
  const annotation: CheckRunAnnotation = { path, start_line, end_line, annotation_level, message };
  if (start_column !== undefined) annotation.start_column = start_column;
  if (end_column !== undefined) annotation.end_column = end_column;
  if (title !== undefined) annotation.title = title;
  if (raw_details !== undefined) annotation.raw_details = raw_details;
  return annotation;
}
