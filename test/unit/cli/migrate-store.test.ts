import { expect, onTestFinished, test, vi } from 'vitest';
import { runMigrateStore } from '../../../src/cli/migrate-store.ts';

test('an address that can’t be read is refused with what to encode, and isn’t shown', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => {
    said.mockRestore();
    process.exitCode = undefined;
  });
  await runMigrateStore(['--from', '/nowhere', '--to', 'postgres://app:ge#heim@db.example/deploy']);
  const text = said.mock.calls.flat().join('\n');
  expect(text).toMatch(/^Nothing was copied: --to can't be read: .*# as %23\.$/);
  expect(text).not.toContain('heim');
});
