import { expect, test } from 'vitest';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import { createDeliveryLog } from '../../../src/github/hook-deliveries.ts';
import type { LoggedDelivery } from '../../../src/recovery/sweep-store.ts';
import { connectGitHub } from './octokit-setup.ts';

const HOUR = 3_600_000;
const elapsed = () => performance.now();

test.each([-2, 2])(
  'deliveries have the times of this machine’s clock; GitHub’s is %i h ahead',
  async (hours) => {
    const github = connectGitHub();
    const clock = new RemoteClock({ now: Date.now, elapsed });
    const date = new Date(Date.now() + hours * HOUR).toUTCString();
    clock.note({ date }, { sentAt: elapsed(), answeredAt: elapsed() });
    const told = (id: number, msAgo: number) => ({
      id,
      guid: `guid-${id}`,
      event: 'push',
      action: null,
      delivered_at: new Date(Date.now() - msAgo + hours * HOUR).toISOString(),
    });
    github.scope.get('/app/hook/deliveries?per_page=100').reply(200, [told(2, 60_000), told(1, HOUR)], {
      link: '<https://api.github.com/app/hook/deliveries?cursor=next>; rel="next"',
    });
    const log = createDeliveryLog(github.getForApp, {
      githubClock: clock,
      log: { warn: () => undefined },
    });
    const since = Date.now() - HOUR / 2;
    const pages: (readonly LoggedDelivery[])[] = [];
    for await (const page of log.listSince(since)) pages.push(page);
    // The page reaches back to before `since`: no other is asked for.
    expect(pages).toHaveLength(1);
    expect(
      pages[0]?.map(({ id, deliveredAt }) => [id, Math.round((Date.now() - deliveredAt) / 60_000)]),
    ).toEqual([
      [2, 1],
      [1, 60],
    ]);
  },
);
