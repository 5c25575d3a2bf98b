import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { createApprovalTable } from './0001/approvals.ts';
import { createDeliveryTables } from './0001/deliveries.ts';
import { createDeploymentTables } from './0001/deployments.ts';
import { createIssueTables } from './0001/issues.ts';
import { createLeaseTables } from './0001/leases.ts';
import { createLockTable } from './0001/locks.ts';
import { createNotificationTables } from './0001/notifications.ts';
import { createOutputTables } from './0001/outputs.ts';
import { createPipelineWatchTable } from './0001/pipeline-watches.ts';
import { createRepositoryTables } from './0001/repositories.ts';
import { createSetupRunTables } from './0001/setup-runs.ts';
import { createSweepTables } from './0001/sweeps.ts';

/** Creates all tables of the first release, in SQL that both SQLite and PostgreSQL understand. */
export async function createTables(db: Kysely<Schema>): Promise<void> {
  await createDeliveryTables(db);
  await createRepositoryTables(db);
  await createDeploymentTables(db);
  await createOutputTables(db);
  await createIssueTables(db);
  await createNotificationTables(db);
  await createPipelineWatchTable(db);
  await createSetupRunTables(db);
  await createLockTable(db);
  await createApprovalTable(db);
  await createSweepTables(db);
  await createLeaseTables(db);
}
