import { afterAll, beforeAll, describe } from 'vitest';
import { createStores } from '../../src/store/create-stores.ts';
import { describeAccounts } from './accounts.contract.ts';
import { describeApprovals } from './approval.contract.ts';
import { describeAudit } from './audit.contract.ts';
import { describeBacklog } from './backlog.contract.ts';
import { describeCommandStore } from './command-store.contract.ts';
import { describeConfigurationStore } from './configuration.contract.ts';
import { describeFailureComments } from './failure-comment.contract.ts';
import { describeHealth } from './health.contract.ts';
import { describeLocks } from './lock.contract.ts';
import { describeLogLimits } from './log-limit.contract.ts';
import { describeNotifications } from './notifications.contract.ts';
import { describePipelineWatches } from './pipeline-watch.contract.ts';
import { emptyDatabase, listPostgresDatabases, type StartedDatabase } from './postgres-databases.ts';
import { describeRequiredCheckStore } from './required-check.contract.ts';
import { describeRetention } from './retention.contract.ts';
import { describeStore } from './store.contract.ts';

describe.each(listPostgresDatabases())('$name', ({ name, start }) => {
  let started: StartedDatabase;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(() => started.stop());

  async function open() {
    await emptyDatabase(started.db);
    return { db: started.db, stores: createStores(started.db), close: async () => {} };
  }

  describeStore(name, open);
  describeAccounts(name, open);
  describeCommandStore(name, open);
  describeConfigurationStore(name, open);
  describeFailureComments(name, open);
  describeNotifications(name, open);
  describeLogLimits(name, open);
  describeAudit(name, open);
  describeRetention(name, open);
  describeBacklog(name, open);
  describePipelineWatches(name, open);
  describeRequiredCheckStore(name, open);
  describeLocks(name, open);
  describeApprovals(name, open);
  describeHealth(name, open);
});
