import type { Logger } from 'pino';
import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { GitHubFailure } from '../domain/github-result.ts';
import type { KnownOwner, Owner } from '../domain/owner.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import type { SetupApi, SetupRun, SetupRunStore, SetupTarget, SetupText } from '../domain/setup-run.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import type { Workspace } from '../domain/workspace.ts';
import { renderSetup } from './render-setup.ts';
import { type OwnWorkspacePorts, selectOwnWorkspaces } from './select-own-workspaces.ts';

/** How many check runs one installation gets in an hour. */
const MOST_AN_HOUR = 60;
const HOUR_MS = 60 * 60_000;
/** How often, and for how long, the app looks for a workspace of a repository without one. */
const WORKSPACE_RETRY_MS = 2 * 60_000;
/** How old the list of workspaces may be then. */
const LIST_AGE_MS = 60_000;
const LOOK_FOR_MS = 30 * 24 * HOUR_MS;
/** The delay before the app looks for a check run whose create was not answered. */
const LOST_MS = 5_000;
const MAX_TRIES = 10;
const OUTAGE_RETRY_MS = 10 * 60_000;

export interface SetupPorts extends OwnWorkspacePorts {
  readonly store: SetupRunStore;
  readonly api: SetupApi;
  readonly accounts: { forOwner(owner: KnownOwner): Account | null };
  readonly knowOwner: (owner: Owner) => Promise<KnownOwner>;
  readonly isAllowed: (owner: KnownOwner) => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/**
 * Says in a new repository which workspaces deploy from there: once, and again when its first workspace is seen. The key is
 * the repository's id; the result is the delay until the next step (milliseconds).
 */
export function createSetupChecker(ports: SetupPorts): (repositoryKey: string) => Promise<number | null> {
  const { store, clock, random, log } = ports;
  const failures = new Map<number, number>();

  return async (repositoryKey) => {
    const run = await store.getSetupRun(Number(repositoryKey));
    if (!run || run.state === 'done') return null;
    const step = await takeStep(ports, run);
    if (typeof step === 'number' || step === null) {
      failures.delete(run.repositoryId);
      return step;
    }
    const count = (failures.get(run.repositoryId) ?? 0) + (step.kind === 'limited' ? 0 : 1);
    failures.set(run.repositoryId, count);
    log.info(
      { repository: run.repositoryId, problem: step.message },
      'The setup check run could not be written',
    );
    const isLate = ageOf(clock, run.addedAt) >= LOOK_FOR_MS;
    const delayMs = isLate ? null : chooseDelay(step, count, random());
    if (delayMs !== null) return delayMs;
    failures.delete(run.repositoryId);
    return done(ports, run);
  };
}

/** Null to give up after refusals. An outage is waited out. */
function chooseDelay(failure: GitHubFailure, count: number, random: number): number | null {
  if (failure.kind === 'limited' && failure.retryAfterMs !== null) return failure.retryAfterMs;
  if (count < MAX_TRIES) return chooseRetryDelay(count, null, random);
  return failure.kind === 'unknown' || failure.kind === 'limited' ? OUTAGE_RETRY_MS : null;
}

async function done({ store }: SetupPorts, { repositoryId }: SetupRun): Promise<null> {
  await store.saveSetupRun(repositoryId, { state: 'done' });
  return null;
}

async function takeStep(ports: SetupPorts, run: SetupRun): Promise<number | null | GitHubFailure> {
  const { store, clock } = ports;
  const owner = await ports.knowOwner({ id: run.ownerId, login: run.owner });
  const account = ports.isAllowed(owner) ? ports.accounts.forOwner(owner) : null;
  if (!account || account.greets === false) return done(ports, run);
  if (run.state === 'waiting' && ageOf(clock, run.addedAt) > LOOK_FOR_MS) return done(ports, run);
  const waitMs = await measureWait(ports, run);
  if (waitMs > 0) return waitMs;
  const workspaces = await listWorkspaces(ports, run, account);
  if (workspaces === null)
    return { kind: 'unknown', message: 'Meltano Cloud does not list its workspaces now' };
  if (typeof workspaces === 'number') return workspaces;
  if (workspaces.length === 0 && (run.state === 'waiting' || run.isSilent === 1)) {
    await store.saveSetupRun(run.repositoryId, { state: 'waiting' });
    return WORKSPACE_RETRY_MS;
  }
  const target = await ports.api.readTarget(run);
  if (!target.ok) return target.failure;
  if (!target.value || target.value.isArchived || target.value.head === null) return done(ports, run);
  return write(ports, run, {
    target: target.value,
    head: target.value.head,
    workspaces,
    url: account.pagesUrl,
  });
}

/** Milliseconds until the installation may get another check run. */
async function measureWait({ store, clock }: SetupPorts, run: SetupRun): Promise<number> {
  const writes = await store.listSetupWrites(run, clock.now() - HOUR_MS);
  const [oldest] = writes.slice(-MOST_AN_HOUR);
  const isFull = writes.length >= MOST_AN_HOUR && oldest !== undefined;
  return isFull ? Math.max(1_000, HOUR_MS - ageOf(clock, oldest)) : 0;
}

/**
 * The repository's workspaces, from a list that was read after the repository was added: they may have been set up a moment
 * before. Milliseconds to wait if no new list may be read yet; null if it can't be read.
 */
async function listWorkspaces(
  ports: SetupPorts,
  run: SetupRun,
  { key, mappings, directory }: Account,
): Promise<readonly Workspace[] | number | null> {
  const { clock } = ports;
  const age = run.state === 'due' ? ageOf(clock, run.addedAt) : LIST_AGE_MS;
  const listed = await directory.newerThan(clock.elapsed() - age, null);
  if (typeof listed === 'number') return listed;
  if (!listed.ok) return null;
  const { workspaces } = listed.value;
  const { repositoryId: id, installationId, owner, ownerId, name } = run;
  const repository = { id, installationId, owner, ownerId, name, private: true, defaultBranch: '' };
  return selectOwnWorkspaces(ports, repository, { account: key, mappings, workspaces });
}

interface Found {
  readonly target: SetupTarget;
  readonly head: string;
  readonly workspaces: readonly Workspace[];
  readonly url: string;
}

/** Creates the check run, unless GitHub has it already, perhaps on an older commit: an answer or the database may be lost. */
async function write(
  ports: SetupPorts,
  run: SetupRun,
  { target: { repository }, head, workspaces, url }: Found,
): Promise<number | null | GitHubFailure> {
  const { store, api, clock } = ports;
  const { repositoryId, attemptedAt } = run;
  const sha = run.sha ?? head;
  const text = renderSetup(repository, workspaces, await store.wasDeployedByWebhook(repositoryId));
  if (attemptedAt !== null && ageOf(clock, attemptedAt) < LOST_MS) return LOST_MS - ageOf(clock, attemptedAt);
  if (run.state === 'due' || attemptedAt !== null) {
    const found = await api.findWritten(repository, attemptedAt === null ? null : sha);
    if (!found.ok) return found.failure;
    if (found.value.includes('success')) return conclude('success');
    if (found.value.includes(text.conclusion)) return conclude(text.conclusion);
  }
  const limit = { since: clock.now() - HOUR_MS, most: MOST_AN_HOUR };
  if (!(await store.reserveSetupWrite(run, { sha, at: stamp(clock) }, limit))) {
    return Math.max(1_000, await measureWait(ports, run));
  }
  const created = await api.create(repository, sha, { ...text, url });
  if (created.ok) return conclude(text.conclusion);
  if (created.failure.kind !== 'unknown')
    await store.saveSetupRun(repositoryId, { sha: null, attemptedAt: null });
  return created.failure;

  async function conclude(written: SetupText['conclusion']): Promise<number | null> {
    const isDone = written === 'success';
    const at = isDone ? { successAt: clock.now() } : { neutralAt: clock.now() };
    const state = isDone ? ('done' as const) : ('waiting' as const);
    await store.saveSetupRun(repositoryId, { state, sha: null, attemptedAt: null, ...at });
    return isDone ? null : WORKSPACE_RETRY_MS;
  }
}
