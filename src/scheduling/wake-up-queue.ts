import { type ConstructorOptions, type JobResult, PgBoss } from 'pg-boss';

/** The only queue of pg-boss. A job contains the app's queue and the key to run. */
const NAME = 'wake-up';
/** Connections of one instance for wake-ups, besides the one for LISTEN. */
const CONNECTIONS = 4;
const SCHEMA = 'pgboss';
/** Wake-ups to take at once. Leaves others to the other instances. */
const BATCH = 10;
/** If an instance dies while it takes a wake-up, the key waits until the job expires and the next check finds it. */
const EXPIRE_S = 10;
const CHECK_EXPIRED_S = 10;
/** Finished jobs are deleted soon: the store holds the results. */
const KEEP_DONE_S = 60;
const REMOVE_DONE_EVERY_S = 300;
/** pg-boss doesn't notify about delayed jobs. */
const POLL_S = 0.5;
const STOP_MS = 2_000;
const START_ATTEMPTS = 3;
/**
 * Options of the connections that detect a silent server. Server-side limits would be startup parameters, which a pooler
 * refuses. pg-boss sets its own limits for longer transactions.
 */
const CONNECTION = {
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  query_timeout: 30_000,
};

export interface WakeUp {
  readonly queue: string;
  readonly key: string;
}

export interface WakeUpQueueOptions {
  /** The connection to the database. */
  readonly boss: ConstructorOptions;
  /** Called for problems in the background. pg-boss retries. */
  readonly onProblem: (problem: unknown) => void;
}

/** Wake-ups that all instances share, in the app's database. Lost and repeated wake-ups do no harm. */
export class WakeUpQueue {
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  static async open({ boss: options, onProblem }: WakeUpQueueOptions): Promise<WakeUpQueue> {
    const boss = new PgBoss({
      max: CONNECTIONS,
      schema: SCHEMA,
      application_name: 'meltano-deploy wake-ups',
      useListenNotify: true,
      schedule: false,
      registerInstance: false,
      superviseIntervalSeconds: CHECK_EXPIRED_S,
      monitorIntervalSeconds: CHECK_EXPIRED_S,
      maintenanceIntervalSeconds: REMOVE_DONE_EVERY_S,
      ...CONNECTION,
      ...options,
    });
    boss.on('error', onProblem);
    // Two instances that start on an empty database both make the schema; one of them fails once.
    await boss.start({ attempts: START_ATTEMPTS });
    boss.on('warning', onProblem);
    const settings = {
      notify: true,
      expireInSeconds: EXPIRE_S,
      deleteAfterSeconds: KEEP_DONE_S,
      retryLimit: 2,
      retryDelay: 1,
    };
    await boss.createQueue(NAME, { policy: 'stately', ...settings });
    await boss.updateQueue(NAME, settings);
    return new WakeUpQueue(boss);
  }

  /** Does nothing if the key already has an immediate wake-up. */
  async send({ queue, key }: WakeUp): Promise<void> {
    await this.#boss.send(NAME, { queue, key }, { singletonKey: `${queue} ${key}` });
  }

  /**
   * Keeps the earlier of two delayed wake-ups of a key. Delayed wake-ups use a separate singleton key, so they don't block
   * an immediate one.
   */
  async sendLater({ queue, key }: WakeUp, delayMs: number): Promise<void> {
    const startAfter = delayMs / 1000;
    const singletonKey = `${queue} ${key} later`;
    if (await this.#boss.send(NAME, { queue, key }, { singletonKey, startAfter })) return;
    const [known] = await this.#boss.findJobs(NAME, { key: singletonKey, queued: true });
    if (known && known.startAfter.getTime() > (await this.#readTime()) + delayMs) {
      await this.#boss.update(NAME, undefined, { id: known.id, startAfter });
    }
  }

  /** By the database's clock, like the times of the jobs. */
  async #readTime(): Promise<number> {
    const { rows } = await this.#boss.getDb().executeSql('select extract(epoch from now()) * 1000 as now');
    return Number((rows[0] as { now: unknown } | undefined)?.now);
  }

  /** Subscribes `take` to wake-ups. If it returns false, the wake-up is delivered again after a second. */
  async begin(take: (wakeUp: WakeUp) => Promise<boolean>): Promise<void> {
    const options = {
      batchSize: BATCH,
      burstWhenBatchFull: true,
      perJobResults: true as const,
      pollingIntervalSeconds: POLL_S,
      notifyPollingIntervalSeconds: POLL_S,
    };
    await this.#boss.work<WakeUp, unknown, typeof options>(NAME, options, (jobs) =>
      Promise.all(
        jobs.map(async ({ id, data }): Promise<JobResult> => {
          return { id, status: (await take(data)) ? 'completed' : 'failed' };
        }),
      ),
    );
  }

  /** Stops taking wake-ups. Sending still works. */
  async end(): Promise<void> {
    await this.#boss.offWork(NAME, { wait: true });
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: STOP_MS });
  }
}
