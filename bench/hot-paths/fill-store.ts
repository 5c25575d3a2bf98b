import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createStores } from '../../src/store/create-stores.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { buildDeployment } from '../../test/unit/domain/deployment-builder.ts';
import { buildRepository } from '../../test/unit/domain/push-builder.ts';

/** Fills a data directory with `count` concluded and reported deployments, each with its delivery. */
export async function fillStore(directory: string, count: number): Promise<void> {
  const { db, close } = await openSqlite(directory);
  const stores = createStores(db);
  const repository = buildRepository();
  const deployment = buildDeployment({ deliveryId: 'delivery-0' });
  await stores.record({
    id: 'delivery-0',
    name: 'push',
    receivedAt: Date.now(),
    event: { kind: 'repository', account: 'acme', repository, formerFullName: null },
  });
  await stores.commitPlan({
    deliveryId: 'delivery-0',
    outcome: 'push',
    deployments: [deployment],
    now: Date.now(),
  });
  await close();
  const file = new DatabaseSync(join(directory, 'meltano-deploy.db'));
  file.exec(`update deployment set state = 'concluded', conclusion = 'success', reason = 'job_complete',
    concluded_at = received_at, reported_revision = revision`);
  copyRow(
    file,
    'deployment',
    { id: `'old-' || n`, delivery_id: `'delivery-' || n`, job_id: `'job-' || n` },
    count,
  );
  copyRow(file, 'delivery', { id: `'delivery-' || n` }, count);
  file.close();
}

/** Copies the table's one row many times, with some columns changed. */
function copyRow(
  file: DatabaseSync,
  table: string,
  changes: Readonly<Record<string, string>>,
  count: number,
): void {
  const columns = file
    .prepare(`select name from pragma_table_info('${table}')`)
    .all()
    .map(({ name }) => String(name));
  const values = columns.map((name) => changes[name] ?? `${table}."${name}"`);
  file.exec(`insert into ${table} (${columns.map((name) => `"${name}"`).join(', ')})
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${count - 1})
    select ${values.join(', ')} from numbers, ${table}`);
}
