import { expect, test } from 'vitest';
import { createLogTailReader } from '../../../src/commands/read-log-tail.ts';
import type { Account, Accounts } from '../../../src/domain/account.ts';
import type { MeltanoApi } from '../../../src/domain/meltano.ts';
import { createLogExcerptBuilder } from '../../../src/logs/log-excerpt-builder.ts';
import { createRedactor } from '../../../src/logs/redact.ts';
import { describeFailure } from '../../../src/reporting/render/describe-meltano-failure.ts';
import { REPOSITORY, World } from '../deploying/reconcile-world.ts';

test('a line that was cut while it was read says how many characters are missing in all', async () => {
  const world = await World.open();
  const { id } = await world.push();
  await world.step();
  world.meltano.moveJob({ status: 'COMPLETE' });
  await world.runUntilIdle();
  const { account, workspaceId, workspaceName, branch, directory } = await world.read(id);
  const readLog: MeltanoApi['readLog'] = async ({ onLines }) => {
    await onLines(['Installing', 'x'.repeat(3_000)], new Map([[1, 10_000]]));
    return { ok: true, value: { next: 2 } };
  };
  const api = { readLog } as MeltanoApi;
  const read = createLogTailReader({
    accounts: { byKey: () => ({ api }) as Account } as unknown as Accounts,
    store: world.stores,
    newBuilder: () => createLogExcerptBuilder(createRedactor({ secrets: [] })),
    describeFailure,
  });
  const workspace = { id: workspaceId, name: workspaceName, branch, directory };
  const shown = await read({ kind: 'logs', workspace, lines: 10 }, { account }, REPOSITORY);
  expect(shown).toMatchObject({ kind: 'shown', totalLines: 2 });
  const line = shown.kind === 'shown' ? (shown.lines[1] ?? '') : '';
  const kept = /^x+/.exec(line)?.[0].length ?? 0;
  expect(line.slice(kept)).toBe(` … (+${13_000 - kept} characters)`);
});
