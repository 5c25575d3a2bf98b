import { pino } from 'pino';
import { expect, test } from 'vitest';
import { isActedOn } from '../../../src/intake/events.ts';
import { CHECK_EVENTS, createCheckNotices } from '../../../src/intake/notice-checks.ts';
import { FakeDispatcher } from '../deploying/fake-ports.ts';

const SHA = 'a'.repeat(40);
const OWN_APP = 7;

function check(repositoryId: number, appId: number, sha = SHA) {
  return { repository: { id: repositoryId }, check_run: { head_sha: sha, app: { id: appId } } };
}

test.each(CHECK_EVENTS)('the sweep of missed deliveries leaves %s out', (name) => {
  const [event = '', action = null] = name.split('.');
  expect(isActedOn(event, action)).toBe(false);
});

test('a check wakes what waits for its commit; many at once take few lookups', async () => {
  const dispatcher = new FakeDispatcher();
  const lookups: (readonly number[])[] = [];
  const listAwaitedCommits = async (ids: readonly number[]) => {
    lookups.push(ids);
    return [{ account: 'a', workspaceId: 'w', repositoryId: 1, sha: SHA }];
  };
  const log = pino({ level: 'silent' });
  const notice = createCheckNotices({ store: { listAwaitedCommits }, dispatcher, appId: OWN_APP, log });
  notice(check(1, OWN_APP));
  expect(lookups).toEqual([]);
  notice({ unreadable: true });
  for (let count = 0; count < 1_000; count += 1)
    notice(check(1 + (count % 3), 8, count === 5 ? 'other' : SHA));
  await Promise.resolve();
  await new Promise(setImmediate);
  expect(lookups).toEqual([[1], [2, 3, 1]]);
  expect(dispatcher.wakes).toContainEqual({ queue: 'workspace', key: expect.stringContaining('w') });
});
