import { type ConstructorOptions, type JobResult, PgBoss } from 'pg-boss';

/** One queue for everything: a job in it only names the key and the queue of the app that need a look. */
const NAME = 'wake-up';
/** Connections of one instance for its wake-ups, besides the one that listens. */
const CONNECTIONS = 4;
const SCHEMA = 'pgboss';
/** Wake-ups taken at once; the others are left to the other instances. */
const BATCH = 10;
/**
 * A wake-up is taken for a moment only. One whose taker died in that moment holds up its key for so long, and until
 * the next look for such ones (seconds).
 */
const EXPIRE_S = 10;
const LOOK_FOR_EXPIRED_S = 10;
/** Finished jobs are removed soon (seconds): the store says what happened. */
const KEEP_DONE_S = 60;
const REMOVE_DONE_EVERY_S = 300;
/** Delayed wake-ups aren't notified of (seconds). */
const POLL_S = 0.5;
const STOP_MS = 2_000;
/**
 * What pg-boss hands on to its connections, so that one that falls silent is noticed (milliseconds). Limits of the
 * server's would be startup parameters, which a pooler refuses; its longer transactions set their own.
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
  /** Where the database is, and how it is reached. */
  readonly boss: ConstructorOptions;
  /** Something in the background failed; it is tried again by itself. */
  readonly onProblem: (problem: unknown) => void;
}

/** Wake-ups that all instances share, in the same database as everything else. Lost and repeated ones do no harm. */
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
      superviseIntervalSeconds: LOOK_FOR_EXPIRED_S,
      monitorIntervalSeconds: LOOK_FOR_EXPIRED_S,
      maintenanceIntervalSeconds: REMOVE_DONE_EVERY_S,
      ...CONNECTION,
      ...options,
    });
    boss.on('error', onProblem);
    boss.on('warning', onProblem);
    await boss.start();
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

  /** At once: nothing happens where the key has such a wake-up already. */
  async send({ queue, key }: WakeUp): Promise<void> {
    await this.#boss.send(NAME, { queue, key }, { singletonKey: `${queue} ${key}` });
  }

  /**
   * Later: of two such wake-ups of a key the earlier one stays. They have a key of their own in the queue, so that they
   * never keep one back that is due at once.
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

  /** By the database's clock, to which the times of its jobs belong. */
  async #readTime(): Promise<number> {
    const { rows } = await this.#boss.getDb().executeSql('select extract(epoch from now()) * 1000 as now');
    return Number((rows[0] as { now: unknown } | undefined)?.now);
  }

  /** `take` says whether a wake-up was dealt with; one that wasn't comes again a little later. */
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

  /** Takes no more wake-ups; they can still be sent. */
  async end(): Promise<void> {
    await this.#boss.offWork(NAME, { wait: true });
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: STOP_MS });
  }
}
