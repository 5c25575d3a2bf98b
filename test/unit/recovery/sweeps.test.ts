import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Account } from '../../../src/domain/account.ts';
import type { Repository } from '../../../src/domain/deployment.ts';
import type { SweptRepository } from '../../../src/domain/installation-reader.ts';
import type { WorkspaceMapping } from '../../../src/domain/match-workspaces.ts';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import { createOwnerReader } from '../../../src/planning/know-owners.ts';
import { handleSweeps, type SweepRounds, type Sweeps } from '../../../src/recovery/handle-sweeps.ts';
import { HourlyBudget, type RequestBudget } from '../../../src/recovery/request-budget.ts';
import { sweepDeliveries } from '../../../src/recovery/sweep-deliveries.ts';
import { type HeadSweepContext, sweepHeads, type TrackedBranch } from '../../../src/recovery/sweep-heads.ts';
import type { LoggedDelivery } from '../../../src/recovery/sweep-store.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeClock } from '../deploying/fake-ports.ts';
import { openStores } from '../deploying/reconcile-world.ts';
import { buildPush, buildRepository } from '../domain/push-builder.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const log = pino({ level: 'silent' });

let stores: Stores;
let clock: FakeClock;
let githubClock: RemoteClock;

beforeEach(async () => {
  stores = await openStores();
  clock = new FakeClock();
  githubClock = new RemoteClock(clock);
  clock.advance(Date.now() + MINUTE - clock.now());
});

describe('sweepDeliveries', () => {
  let entries: LoggedDelivery[];
  let asked: number[];
  let reachedBackTo: number[];
  let onSleep: () => Promise<unknown>;

  beforeEach(() => {
    onSleep = async () => undefined;
    entries = [];
    asked = [];
    reachedBackTo = [];
  });

  function entry(differences: Partial<LoggedDelivery> = {}): LoggedDelivery {
    const id = entries.length + 1;
    const one = {
      id,
      guid: `guid-${id}`,
      deliveredAt: clock.now() - 30 * SECOND,
      event: 'push',
      action: null,
      statusCode: 200,
    };
    const whole = { ...one, ...differences };
    entries.unshift(whole);
    return whole;
  }

  function sweep() {
    return sweepDeliveries({
      deliveryLog: {
        async *listSince(since) {
          reachedBackTo.push(since);
          yield entries;
        },
        redeliver: async (id) => void asked.push(id),
      },
      sleep: async (ms) => {
        clock.advance(ms);
        await onSleep();
      },
      store: stores,
      clock,
      log,
      onFound: () => undefined,
    });
  }

  function store(guid: string): Promise<boolean> {
    return stores.record({
      id: guid,
      name: 'push',
      receivedAt: 1,
      event: { kind: 'repository', account: 'acme', repository: REPOSITORY, formerFullName: null },
    });
  }

  test('requests deliveries that are not stored, whatever their status', async () => {
    const { guid, id } = entry();
    await sweep();
    expect(asked).toEqual([id]);
    expect(await stores.wasRedeliveryRequested(guid)).toBe(true);
  });

  test('requests each at most three times, by its newest entry', async () => {
    const { guid } = entry();
    for (let round = 1; round <= 5; round += 1) {
      await sweep();
      clock.advance(5 * MINUTE);
      entry({ guid });
    }
    expect(asked).toEqual([1, 2, 3]);
  });

  test.each([0, 500, 502, 504])(
    'asks at once for what was answered with %i, whatever its age',
    async (statusCode) => {
      const { id } = entry({ statusCode, deliveredAt: clock.now() - 100 });
      await sweep();
      expect(asked).toEqual([id]);
    },
  );

  test.each([200, 404])(
    'judges a delivery that was answered with %i when it is 15 s old',
    async (statusCode) => {
      const { id } = entry({ statusCode, deliveredAt: clock.now() - 4 * SECOND });
      expect(await sweep()).toBe(11 * SECOND);
      clock.advance(11 * SECOND);
      await sweep();
      expect(asked).toEqual([id]);
    },
  );

  test('requests the oldest first, at most two a second', async () => {
    entry({ guid: 'a', statusCode: 502, deliveredAt: clock.now() - 90 * SECOND });
    entry({ guid: 'b', statusCode: 502, deliveredAt: clock.now() - 80 * SECOND });
    entry({ guid: 'c', statusCode: 502, deliveredAt: clock.now() - 70 * SECOND });
    const again = entry({ guid: 'a', statusCode: 502, deliveredAt: clock.now() - 60 * SECOND });
    clock.advance(5 * MINUTE);
    // The deliveries are older than the database now.
    stores.readBeginning = async () => 0;
    const beganAt = clock.elapsed();
    await sweep();
    expect(asked).toEqual([again.id, 2, 3]);
    expect(clock.elapsed() - beganAt).toBe(SECOND);
  });

  test('does not request a delivery that arrives meanwhile', async () => {
    entry({ statusCode: 502 });
    entry({ guid: 'arrives', statusCode: 502, deliveredAt: clock.now() - 10 * SECOND });
    onSleep = () => store('arrives');
    await sweep();
    expect(asked).toEqual([1]);
  });

  test('requests again only when the log shows the result, or after 30 s', async () => {
    const { guid } = entry({ statusCode: 502 });
    expect(await sweep()).toBe(30 * SECOND);
    clock.advance(5 * SECOND);
    expect(await sweep()).toBe(25 * SECOND);
    entry({ guid, statusCode: 502, deliveredAt: clock.now() });
    await sweep();
    expect(asked).toEqual([1, 2]);
    clock.advance(30 * SECOND);
    await sweep();
    expect(asked).toEqual([1, 2, 2]);
  });

  test.each<[string, Partial<LoggedDelivery>]>([
    ['an event that the app does not act on', { event: 'check_suite', action: 'requested' }],
    ['an action that the app does not act on', { event: 'repository', action: 'edited' }],
  ])('leaves alone %s', async (_, differences) => {
    entry(differences);
    await sweep();
    expect(asked).toEqual([]);
  });

  test('ignores deliveries that are stored, younger than 15 s, or older than the database', async () => {
    entry({ guid: 'stored' });
    entry({ deliveredAt: clock.now() - 5 * SECOND });
    entry({ deliveredAt: clock.now() - 2 * MINUTE });
    await store('stored');
    await sweep();
    expect(asked).toEqual([]);
  });

  test('finds missed deliveries although the clock was ahead at the last sweep', async () => {
    clock.advance(10 * DAY);
    await sweep();
    clock.set(-DAY);
    const { id } = entry();
    await sweep();
    expect(asked).toEqual([id]);
  });

  test('reads back to the last sweep with an overlap, and never more than three days', async () => {
    clock.advance(10 * DAY);
    await sweep();
    expect(reachedBackTo.at(-1)).toBe(clock.now() - 3 * DAY);
    clock.advance(5 * MINUTE);
    await sweep();
    expect(reachedBackTo.at(-1)).toBe(clock.now() - 15 * MINUTE);
  });

  test('requests at most 200 in a sweep, and the rest in the next', async () => {
    for (let count = 0; count < 250; count += 1) entry();
    await sweep();
    expect(asked).toHaveLength(200);
    for (const one of entries.filter((each) => asked.includes(each.id))) await store(one.guid);
    await sweep();
    expect(asked).toHaveLength(250);
  });
});

test('a log with more deliveries than a statement has parameters is swept', async () => {
  const deliveredAt = clock.now() - 30 * SECOND;
  const all = Array.from({ length: 40_000 }, (_, id) => ({
    id,
    guid: `guid-${id}`,
    deliveredAt,
    event: 'push',
    action: null,
    statusCode: 200,
  }));
  let found = 0;
  await sweepDeliveries({
    deliveryLog: {
      async *listSince() {
        yield all;
      },
      redeliver: async () => undefined,
    },
    store: stores,
    clock,
    log,
    sleep: async () => undefined,
    onFound: (count) => {
      found = count;
    },
  });
  expect(found).toBe(200);
});

describe('a sweep for missed deliveries runs', () => {
  let looks: number[];

  beforeEach(() => {
    vi.useFakeTimers();
    looks = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function start(): Sweeps {
    const began = Date.now();
    return handleSweeps({
      dispatcher: {
        handle: () => undefined,
        wake: (_, key) => {
          if (key === 'deliveries') looks.push(Date.now() - began);
        },
        stop: async () => undefined,
      },
      retain: async () => 1,
      recover: null,
      rounds: {} as SweepRounds,
      learnInstallation: async () => null,
    });
  }

  test('at a start, and again after 5, 10, 20 and 60 s, since the log lags', () => {
    start();
    vi.advanceTimersByTime(5 * MINUTE);
    expect(looks).toEqual([0, 5_000, 10_000, 20_000, 60_000]);
  });

  test('10 s after a failed one, and at most once in 10 s', () => {
    const { onFailedDelivery } = start();
    vi.advanceTimersByTime(MINUTE);
    looks = [];
    for (let second = 0; second < 25; second += 1) {
      onFailedDelivery();
      vi.advanceTimersByTime(SECOND);
    }
    vi.advanceTimersByTime(MINUTE);
    // The last failure came at 84 s, and may be missing in the log at 90 s.
    expect(looks).toEqual([70_000, 80_000, 90_000, 100_000]);
  });
});

const REPOSITORY: Repository = buildRepository();

describe('sweepHeads', () => {
  let repositories: SweptRepository[];
  let heads: Record<string, string | null>;
  let baselines: TrackedBranch[];
  let found: number;
  let woken: string[];
  let budget: RequestBudget;
  let requests: string[];
  let moved: number[];
  let mappings: WorkspaceMapping[];
  /** Names of repositories that GitHub blocks. */
  let blocked: Set<string>;

  beforeEach(() => {
    repositories = [{ repository: REPOSITORY, pushedAt: 1_000 }];
    heads = { main: 'head-1' };
    [baselines, woken, requests, moved, mappings, found] = [[], [], [], [], [], 0];
    budget = new HourlyBudget(clock, 600);
    blocked = new Set();
  });

  function context(): HeadSweepContext {
    const workspaces = [
      {
        id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
        name: 'Analytics',
        alias: null,
        branch: null,
        repositoryUrl: 'https://github.com/acme/data',
        directory: null,
        environment: null,
      },
    ];
    const directory = { current: async () => ({ ok: true, value: { workspaces, readAt: 0 } }) as const };
    const account = { key: 'environment', directory, mappings } as unknown as Account;
    return {
      githubClock,
      installations: {
        listInstallations: async () => [{ id: 1, owner: { id: 10, login: 'acme' } }],
        async *listRepositories() {
          requests.push('list');
          yield repositories;
        },
        readHead: async ({ name }, branch) => {
          requests.push(branch);
          if (blocked.has(name)) throw new Error('Repository access blocked');
          return heads[branch] ?? null;
        },
      },
      accounts: { forOwner: () => account, byKey: () => account },
      repositories: stores,
      deliveries: stores,
      store: stores,
      dispatcher: {
        handle: () => undefined,
        wake: (queue, key) => void woken.push(`${queue} ${key}`),
        stop: async () => undefined,
      },
      budget,
      clock,
      log,
      githubHost: 'github.com',
      isAllowed: () => true,
      knowOwner: createOwnerReader({ store: stores, clock, listNamed: () => [] }),
      onBaseline: async (branch) => void baselines.push(branch),
      onMoved: (installationId) => void moved.push(installationId),
      onFound: () => {
        found += 1;
      },
    };
  }

  async function storePush(before: string, after: string): Promise<void> {
    await stores.record({
      id: 'guid',
      name: 'push',
      receivedAt: 1,
      event: buildPush({ repository: REPOSITORY, before, after, pushedAt: 1 }),
    });
  }

  async function baseline(): Promise<void> {
    await sweepHeads(context());
    heads['main'] = 'head-2';
    repositories = [{ repository: REPOSITORY, pushedAt: 2_000 }];
  }

  test('a branch without a record is a baseline: stored, nothing deployed', async () => {
    expect(await sweepHeads(context())).toBeNull();
    expect(baselines).toMatchObject([{ branch: 'main', head: 'head-1' }]);
    expect(found).toBe(0);
  });

  test('a branch without a record is a baseline even if its push is stored: a lost database may have left runs open', async () => {
    await storePush('head-0', 'head-1');
    await sweepHeads(context());
    expect(baselines).toMatchObject([{ branch: 'main', head: 'head-1' }]);
  });

  test('a baseline waits for room in the budget, since it needs a request', async () => {
    budget = new HourlyBudget(clock, 2);
    await sweepHeads(context());
    expect(baselines).toEqual([]);
    clock.advance(2 * 60 * MINUTE);
    budget = new HourlyBudget(clock, 600);
    await sweepHeads(context());
    expect(baselines).toMatchObject([{ branch: 'main', head: 'head-1' }]);
  });

  test("the branch of a mapping is swept, in a repository that the workspace doesn't name", async () => {
    const mapping = { branch: 'prod', directory: null, workspaceId: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e' };
    mappings = [{ ...mapping, repository: 'acme/mirror' }];
    repositories = [{ repository: { ...REPOSITORY, id: 3, name: 'mirror' }, pushedAt: 1_000 }];
    heads = { main: 'head-1', prod: 'head-9' };
    await sweepHeads(context());
    expect(baselines).toMatchObject([
      { branch: 'prod', head: 'head-9', workspaces: [{ branch: 'prod' }] },
      // It holds the configuration file.
      { branch: 'main', head: 'head-1', workspaces: [] },
    ]);
  });

  test('a mapping is pinned to its repository even without pushes to it', async () => {
    await sweepHeads(context());
    const workspaceId = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
    mappings = [{ repository: 'acme/data', branch: null, directory: null, workspaceId }];
    await sweepHeads(context());
    const pins = await stores.listPins('environment', [workspaceId]);
    expect(pins.map((pin) => [pin.source, pin.repositoryId]).sort()).toEqual([
      ['acme/data', REPOSITORY.id],
      ['url', REPOSITORY.id],
    ]);
  });

  describe('a repository that GitHub blocks', () => {
    const named = (id: number, name: string) => ({
      repository: { ...REPOSITORY, id, name },
      pushedAt: 1_000,
    });

    beforeEach(() => {
      const ofOthers = Array.from({ length: 12 }, (_, index) => named(10 + index, `blocked-${index}`));
      repositories = [...ofOthers, { repository: REPOSITORY, pushedAt: 1_000 }];
      mappings = ofOthers.map(({ repository: { name } }) => ({
        repository: `acme/${name}`,
        branch: null,
        directory: null,
        workspaceId: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
      }));
    });

    test('does not keep the sweep from the next ones', async () => {
      blocked = new Set(['blocked-0', 'blocked-1', 'blocked-3']);
      await sweepHeads(context());
      expect(baselines.map(({ repository }) => repository.id)).toContain(REPOSITORY.id);
      requests = [];
      await sweepHeads(context());
      // Only the blocked ones are read again.
      expect(requests).toEqual(['list', 'main', 'main', 'main']);
    });

    test('ends the sweep of the installation when there are many in a row', async () => {
      blocked = new Set(repositories.map(({ repository }) => repository.name));
      await sweepHeads(context());
      expect(requests).toHaveLength(1 + 10);
    });
  });

  test('a repository without a newer push costs no request of its own', async () => {
    await sweepHeads(context());
    requests = [];
    await sweepHeads(context());
    expect(requests).toEqual(['list']);
  });

  test('a new head counts when it was observed twice, 55 s apart', async () => {
    await baseline();
    expect(await sweepHeads(context())).toBe(MINUTE);
    clock.advance(54 * SECOND);
    expect(await sweepHeads(context())).toBe(MINUTE);
    expect(found).toBe(0);
    clock.advance(SECOND);
    expect(await sweepHeads(context())).toBeNull();
    expect(found).toBe(1);
    expect(await stores.listPending(REPOSITORY.id)).toMatchObject([
      { event: { foundBySweep: true, before: 'head-1', after: 'head-2', ref: 'refs/heads/main' } },
    ]);
    expect(woken).toEqual([`plan ${REPOSITORY.id}`]);
    clock.advance(5 * MINUTE);
    await sweepHeads(context());
    expect(found).toBe(1);
  });

  test.each([-50 * SECOND, -DAY, DAY])(
    'a new head counts after as long if the machine’s clock is set by %i ms',
    async (step) => {
      await baseline();
      await sweepHeads(context());
      clock.set(step);
      clock.advance(54 * SECOND);
      await sweepHeads(context());
      expect(found).toBe(0);
      clock.advance(SECOND);
      await sweepHeads(context());
      expect(found).toBe(1);
    },
  );

  test.each([-2, 2])('a repository is settled even if GitHub’s clock is %i h ahead', async (hours) => {
    const ms = hours * 60 * MINUTE;
    const at = clock.elapsed();
    githubClock.note({ date: new Date(clock.now() + ms).toUTCString() }, { sentAt: at, answeredAt: at });
    const pushedAt = clock.now() + ms - 5 * SECOND;
    repositories = repositories.map((one) => ({ ...one, pushedAt }));
    const looksAgain = async () => {
      requests = [];
      await sweepHeads(context());
      return requests.length > 1;
    };
    await looksAgain();
    // Another push in the same second would have the same time.
    expect(await looksAgain()).toBe(true);
    clock.advance(MINUTE);
    await looksAgain();
    expect(await looksAgain()).toBe(false);
  });

  test('another head restarts the observation', async () => {
    await baseline();
    await sweepHeads(context());
    clock.advance(MINUTE);
    heads['main'] = 'head-3';
    expect(await sweepHeads(context())).toBe(MINUTE);
    expect(found).toBe(0);
  });

  test('a head with a stored push is not missed', async () => {
    await baseline();
    await storePush('head-1', 'head-2');
    expect(await sweepHeads(context())).toBeNull();
    clock.advance(MINUTE);
    await sweepHeads(context());
    expect(found).toBe(0);
  });

  describe('a change of a known repository without a delivery', () => {
    /** Known under installation 9, without a push since the last sweep. */
    beforeEach(async () => {
      await stores.learnRepository({ ...REPOSITORY, installationId: 9 }, null, clock.now() - MINUTE);
      await stores.saveSweptPush(REPOSITORY.id, 1_000);
    });

    test('a new installation of the app is stored, and reported', async () => {
      await sweepHeads(context());
      expect(await stores.getRepository(REPOSITORY.id)).toEqual(REPOSITORY);
      expect(moved).toEqual([9, 1]);
      await sweepHeads(context());
      expect(moved).toEqual([9, 1]);
      expect(requests).toEqual(['list', 'list']);
    });

    test('a rename is stored, and the old name still finds it', async () => {
      repositories = [{ repository: { ...REPOSITORY, installationId: 9, name: 'renamed' }, pushedAt: 1_000 }];
      await sweepHeads(context());
      expect((await stores.listNames(REPOSITORY.id)).sort()).toEqual(['acme/data', 'acme/renamed']);
      expect(moved).toEqual([]);
    });

    test('a repository that was made public: its check runs hide their logs', async () => {
      repositories = [{ repository: { ...REPOSITORY, installationId: 9, private: false }, pushedAt: 1_000 }];
      const asking = context();
      const learnRepository = async (learnt: Repository) => (learnt.private ? [] : ['shows-its-log']);
      await sweepHeads({ ...asking, repositories: { ...stores, learnRepository } });
      expect(woken).toEqual(['log shows-its-log']);
    });

    test('a delivery after the request for the list is newer', async () => {
      const asking = context();
      const { listRepositories } = asking.installations;
      asking.installations.listRepositories = async function* (id) {
        clock.advance(SECOND);
        await stores.learnRepository({ ...REPOSITORY, installationId: 9, name: 'newest' }, null, clock.now());
        clock.advance(SECOND);
        yield* listRepositories(id);
      };
      await sweepHeads(asking);
      expect(await stores.getRepository(REPOSITORY.id)).toMatchObject({ name: 'newest' });
    });

    test('an unknown repository is ignored', async () => {
      repositories = [{ repository: { ...REPOSITORY, id: 77, name: 'other' }, pushedAt: 1_000 }];
      await sweepHeads(context());
      expect(await stores.getRepository(77)).toBeNull();
    });
  });

  test('the requests of an hour are bounded, and the sweep continues in the next', async () => {
    budget = new HourlyBudget(clock, 1);
    await sweepHeads(context());
    expect(requests).toEqual(['list']);
    clock.advance(61 * MINUTE);
    budget = new HourlyBudget(clock, 10);
    await sweepHeads(context());
    expect(baselines).toHaveLength(1);
  });
});
