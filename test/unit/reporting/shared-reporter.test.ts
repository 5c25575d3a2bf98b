import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Accounts } from '../../../src/domain/account.ts';
import type { CommitRun } from '../../../src/domain/commit-run.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { Dispatcher, QueueName } from '../../../src/domain/dispatcher.ts';
import { type Lease, type LeaseContext, LeaseLost } from '../../../src/domain/lease.ts';
import { describePipeline, type PipelineWatch } from '../../../src/domain/pipeline-watch.ts';
import { SharedReporter } from '../../../src/reporting/shared-reporter.ts';
import { InstallationLeases } from '../../../src/scheduling/installation-leases.ts';
import { createLeaseContext } from '../../../src/scheduling/lease-context.ts';
import { PATIENCE } from '../../patience.ts';
import { buildDeployment } from '../domain/deployment-builder.ts';

const INSTALLATION = 7;

/** Notes wake-ups. The test decides when a handler runs. */
class ManualDispatcher implements Dispatcher {
  readonly wakes: string[] = [];
  readonly #handlers = new Map<QueueName, (key: string) => Promise<number | null>>();

  handle(queue: QueueName, handle: (key: string) => Promise<number | null>): void {
    this.#handlers.set(queue, handle);
  }
  wake(queue: QueueName, key: string): void {
    this.wakes.push(`${queue} ${key}`);
  }
  async stop(): Promise<void> {}

  async run(queue: QueueName, key: string): Promise<number | null> {
    const handle = this.#handlers.get(queue);
    if (!handle) throw new Error(`Nothing handles ${queue}.`);
    return handle(key);
  }
}

/** One instance of several, with what the others share in `rows`. */
class Instance {
  readonly rows = new Map<string, Deployment>();
  /** The calls of the writer, the finisher and the log, each with its lease. */
  readonly calls: string[] = [];
  readonly dispatcher = new ManualDispatcher();
  readonly local = new ManualDispatcher();
  readonly leases: LeaseContext = createLeaseContext();
  readonly writing = new InstallationLeases(this.leases);
  readonly reporter: SharedReporter;
  commitRuns: CommitRun[] = [];
  watches: PipelineWatch[] = [];
  logGrows = true;
  readonly recounted: number[] = [];
  resumedAt: number | null = null;

  constructor() {
    const repository = {
      id: 2,
      installationId: INSTALLATION,
      owner: 'acme',
      ownerId: 10,
      name: 'data',
    };
    const note = (call: string) => void this.calls.push(`${call} (${this.leases.current()?.fencing})`);
    this.reporter = new SharedReporter({
      dispatcher: this.dispatcher,
      local: this.local,
      leases: this.leases,
      writing: this.writing,
      writer: {
        changed: (one) => note(`write ${one.id}`),
        commitJudged: (one) => note(`write ${one.id}`),
        pipelinesChanged: (one) => note(`write ${one.id}`),
        logRead: (one, grew) => {
          if (grew) note(`write log of ${one.id}`);
          return Infinity;
        },
        forget: () => note('forget'),
        recount: async (installationId) => void this.recounted.push(installationId),
        resume: (installationId) => note(`resume ${installationId}`),
      },
      resumes: {
        saveResumedAt: async (_, time) => {
          this.resumedAt = time;
        },
        readResumedAt: async () => this.resumedAt,
      },
      clock: { now: () => 5_000, elapsed: () => 5_000 },
      reports: {
        getDeployment: async (id) => this.rows.get(id) ?? null,
        getCommitRun: async () => null,
        getPipelineWatch: async (id) => this.watches.find((one) => one.id === id) ?? null,
        listReportableWatches: async () => this.watches,
        listOwedCommitRuns: async () => this.commitRuns,
        listReportable: async () =>
          [...this.rows.values()].filter(
            (one) => one.state !== 'concluded' || one.reportedRevision < one.revision,
          ),
      },
      repositories: { getRepository: async () => ({ ...repository, private: true, defaultBranch: 'main' }) },
      accounts: { byKey: () => ({ api: {} }), forOwner: () => null } as unknown as Accounts,
      logs: {
        readOn: async ({ id }) => {
          note(`read log of ${id}`);
          return { ok: true, value: this.logGrows };
        },
        forget: (id) => note(`forget log of ${id}`),
      },
      finish: async (id) => {
        note(`finish ${id}`);
        return null;
      },
    });
    this.dispatcher.handle('writer', (key) => this.reporter.write(Number(key)));
    this.dispatcher.handle('log', (id) => this.reporter.handOver(id));
    this.local.handle('log', (id) => this.reporter.readLog(id));
  }

  add(differences: Partial<Deployment>): Deployment {
    const deployment = buildDeployment({ installationId: INSTALLATION, ...differences });
    this.rows.set(deployment.id, deployment);
    return deployment;
  }

  change(id: string, differences: Partial<Deployment>): void {
    this.add({ ...this.rows.get(id), ...differences, id });
  }

  /** The dispatcher runs the writer's key here. */
  work(lease: Lease): Promise<number | null> {
    return this.leases.run(lease, () => this.dispatcher.run('writer', lease.key));
  }

  takeCalls(): string[] {
    return this.calls.splice(0);
  }
}

function makeLease(fencing: number): Lease {
  return { queue: 'writer', key: String(INSTALLATION), fencing };
}

let instance: Instance;
beforeEach(() => {
  instance = new Instance();
});

test('a change anywhere wakes the one that writes for the installation', async () => {
  const deployment = instance.add({});
  instance.reporter.changed(deployment);
  await vi.waitFor(() => expect(instance.dispatcher.wakes).toEqual(['writer 7']), PATIENCE);
  await instance.dispatcher.run('log', deployment.id);
  expect(instance.dispatcher.wakes).toEqual(['writer 7', 'writer 7']);
  expect(instance.takeCalls()).toEqual([]);
});

test('the instance that writes for an installation learns once that it works again', async () => {
  const holder = new Instance();
  holder.add({});
  await holder.work(makeLease(1));
  holder.takeCalls();
  instance.reporter.resume(INSTALLATION);
  await vi.waitFor(() => expect(instance.dispatcher.wakes).toEqual(['writer 7']), PATIENCE);
  expect(instance.takeCalls()).toEqual([]);
  holder.resumedAt = instance.resumedAt;
  await holder.work(makeLease(1));
  await holder.work(makeLease(1));
  expect(holder.takeCalls()).toEqual(['resume 7 (1)']);
  holder.resumedAt = 6_000;
  await holder.work(makeLease(2));
  expect(holder.takeCalls()).toContain('resume 7 (2)');
});

test('each state is handed to the writer once, and the key is kept while anything is open', async () => {
  const { id } = instance.add({});
  const lease = makeLease(1);
  expect(await instance.work(lease)).toBeGreaterThan(0);
  await instance.work(lease);
  expect(instance.takeCalls()).toEqual([`write ${id} (1)`]);
  instance.change(id, { state: 'starting', revision: 2 });
  await instance.work(lease);
  expect(instance.takeCalls()).toEqual([`write ${id} (1)`]);
  instance.change(id, { state: 'concluded', conclusion: 'failure', revision: 2, reportedRevision: 2 });
  expect(await instance.work(lease)).toBeNull();
  expect(instance.takeCalls()).toContain('forget (1)');
  await expect(instance.writing.withLease(INSTALLATION, async () => {})).rejects.toThrow(LeaseLost);
});

test('a conclusion with a job goes out with its log, which is read here', async () => {
  const { id } = instance.add({ state: 'concluded', conclusion: 'success', jobId: 'job' });
  await instance.work(makeLease(1));
  expect(instance.takeCalls()).toEqual([]);
  expect(instance.local.wakes).toEqual([`log ${id}`]);
  await instance.local.run('log', id);
  expect(instance.takeCalls()).toEqual([`finish ${id} (1)`]);
});

test('a check run that may be there twice is handed to the writer once, without its log', async () => {
  const differences = { checkRunId: 9, checkRunAttemptedAt: 5, revision: 2, reportedRevision: 2 };
  const { id } = instance.add({ state: 'running', jobId: 'job', ...differences });
  await instance.work(makeLease(1));
  await instance.work(makeLease(1));
  expect(instance.takeCalls()).toEqual([`write ${id} (1)`]);
});

test('what other instances wrote is counted at each look', async () => {
  instance.add({});
  await instance.work(makeLease(1));
  await instance.work(makeLease(1));
  expect(instance.recounted).toEqual([INSTALLATION, INSTALLATION]);
});

test('the log of what runs is followed, and told where it grew', async () => {
  const { id } = instance.add({ state: 'running', jobId: 'job', reportedRevision: 1 });
  await instance.work(makeLease(1));
  await instance.work(makeLease(1));
  expect(instance.local.wakes).toEqual([`log ${id}`]);
  expect(await instance.local.run('log', id)).toBeGreaterThan(0);
  expect(instance.takeCalls()).toEqual([`read log of ${id} (1)`, `write log of ${id} (1)`]);
  instance.logGrows = false;
  await instance.local.run('log', id);
  expect(instance.takeCalls()).toEqual([`read log of ${id} (1)`]);
});

describe('the jobs of pipelines that are watched', () => {
  function watch(differences: Partial<PipelineWatch> = {}): PipelineWatch {
    const pipeline = describePipeline({ id: 'p', name: 'facebook' }, { file: null, isStarted: false });
    const pipelines = [{ ...pipeline, jobId: 'run', startedAt: 1 }];
    const one = {
      ...buildDeployment({ installationId: INSTALLATION }),
      id: 'pipelines:triggered:1',
      purpose: 'triggered',
      checkName: 'runs',
      state: 'running',
      pipelines,
      ...differences,
    } as unknown as PipelineWatch;
    instance.watches = [one];
    return one;
  }

  test('are handed to the writer, and the log of the one that runs is followed', async () => {
    const { id } = watch();
    instance.reporter.pipelinesChanged(watch());
    await vi.waitFor(() => expect(instance.dispatcher.wakes).toEqual(['writer 7']), PATIENCE);
    await instance.work(makeLease(1));
    await instance.work(makeLease(1));
    expect(instance.takeCalls()).toEqual([`write ${id} (1)`]);
    expect(instance.local.wakes).toEqual([`log ${id}`]);
    await instance.local.run('log', id);
    expect(instance.takeCalls()).toEqual([`read log of ${id} run (1)`, `write log of ${id} (1)`]);
  });

  test('are concluded with the log, which is read here', async () => {
    const { id } = watch({ state: 'concluded', ending: 'complete' });
    await instance.work(makeLease(1));
    expect(instance.takeCalls()).toEqual([]);
    await instance.local.run('log', id);
    expect(instance.takeCalls()).toEqual([`finish ${id} (1)`]);
  });

  test('without a check run are not written', async () => {
    watch({ checkName: null });
    expect(await instance.work(makeLease(1))).toBeNull();
    expect(instance.takeCalls().filter((call) => call.startsWith('write'))).toEqual([]);
  });
});

describe('after a lease was lost', () => {
  test('everything starts over with the next one', async () => {
    const { id } = instance.add({ state: 'running', jobId: 'job' });
    await instance.work(makeLease(1));
    await instance.work(makeLease(2));
    expect(instance.takeCalls()).toEqual([
      `write ${id} (1)`,
      ...['forget (2)', `forget log of ${id} (2)`, `forget log of ${id} (2)`, `write ${id} (2)`],
    ]);
  });

  test('a write that found it lost is handed over again, though the lease is held after all', async () => {
    const { id } = instance.add({});
    const lease = makeLease(1);
    await instance.work(lease);
    const write = async () => {
      expect(instance.leases.current()).toBe(lease);
      throw new LeaseLost(lease);
    };
    await expect(instance.writing.withLease(INSTALLATION, write)).rejects.toThrow(LeaseLost);
    instance.takeCalls();
    await instance.work(lease);
    expect(instance.takeCalls()).toContain(`write ${id} (1)`);
  });

  test('logs are no longer read', async () => {
    const { id } = instance.add({ state: 'concluded', conclusion: 'success', jobId: 'job' });
    expect(await instance.local.run('log', id)).toBeNull();
    expect(instance.takeCalls()).toEqual([]);
  });
});

test('a run about the configuration file is handed to the writer once, until it is written', async () => {
  const id = 'configuration:2:a:b';
  instance.commitRuns = [{ id, revision: 1, repositoryId: 2, installationId: INSTALLATION } as never];
  instance.reporter.commitJudged(instance.commitRuns[0] as never);
  await vi.waitFor(() => expect(instance.dispatcher.wakes).toEqual(['writer 7']), PATIENCE);
  const lease = makeLease(1);
  expect(await instance.work(lease)).toBeGreaterThan(0);
  await instance.work(lease);
  expect(instance.takeCalls()).toEqual([`write ${id} (1)`]);
  instance.commitRuns = [];
  expect(await instance.work(lease)).toBeNull();
});

test('a run about a commit that was checked again before the next look is handed to the writer again', async () => {
  const id = 'project:2:a';
  const run = { id, revision: 1, repositoryId: 2, installationId: INSTALLATION };
  const lease = makeLease(1);
  instance.commitRuns = [run as never];
  await instance.work(lease);
  // The writer wrote the first result, and a pull request asked for another check at once.
  instance.commitRuns = [{ ...run, revision: 2 } as never];
  await instance.work(lease);
  expect(instance.takeCalls()).toEqual([`write ${id} (1)`, `write ${id} (1)`]);
});
