import { afterAll, beforeAll, describe } from 'vitest';
import { startPgBossDispatcher } from '../../src/scheduling/pg-boss-dispatcher.ts';
import { createLeaseStore } from '../../src/store/lease-store.ts';
import { describeDispatcher } from './dispatcher.contract.ts';
import { emptyDatabase, listPostgresDatabases, type StartedDatabase } from './postgres-databases.ts';

describe.each(listPostgresDatabases())('$name', ({ name, start }) => {
  let started: StartedDatabase;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(() => started.stop());

  describeDispatcher(`on pg-boss and ${name}`, async () => {
    const { db, leases, boss } = started;
    const errors: string[] = [];
    await emptyDatabase(db);
    const dispatcher = await startPgBossDispatcher({
      boss,
      leases,
      store: createLeaseStore(db),
      onError: (_, queue, key) => void errors.push(`${queue} ${key}`),
      onProblem: console.error,
    });
    return { dispatcher, errors };
  });
});
