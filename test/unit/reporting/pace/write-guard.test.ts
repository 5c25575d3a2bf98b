import { expect, test } from 'vitest';
import { type Lease, LeaseLost } from '../../../../src/domain/lease.ts';
import { createLeaseContext } from '../../../../src/scheduling/lease-context.ts';
import { connectGitHub } from '../../github/octokit-setup.ts';

const RUNS = '/repos/acme/data/check-runs';

function makeLease(fencing: number): Lease {
  return { queue: 'writer', key: '1', fencing };
}

/** GitHub behind a guard that knows one held lease. `asked` has the lease of each attempted write. */
function connectGuarded(held: Lease) {
  const leases = createLeaseContext();
  const asked: (number | null)[] = [];
  const beforeWrite = async () => {
    const lease = leases.current();
    asked.push(lease?.fencing ?? null);
    if (lease && lease.fencing !== held.fencing) throw new LeaseLost(lease);
  };
  return { leases, asked, github: connectGitHub({ beforeWrite }) };
}

test('a write whose lease is lost is held back in the last moment, one that is held goes out', async () => {
  const [lost, held] = [makeLease(1), makeLease(2)];
  const { leases, asked, github } = connectGuarded(held);
  github.scope.post(RUNS).reply(201, { id: 9 });
  const octokit = await github.getOctokit(901);
  const create = () =>
    octokit.request('POST /repos/{owner}/{repo}/check-runs', {
      owner: 'acme',
      repo: 'data',
      name: 'a check',
      head_sha: 'a'.repeat(40),
    });
  // Together, so that both wait for one token.
  const both = await Promise.allSettled([leases.run(held, create), leases.run(lost, create)]);
  expect(both.map((one) => one.status)).toEqual(['fulfilled', 'rejected']);
  expect(both[1]).toMatchObject({ reason: { cause: expect.any(LeaseLost) } });
  expect(asked.filter((fencing) => fencing !== null).sort()).toEqual([1, 2, 2]); // the token is a write as well
  expect(github.requests).toEqual([`POST ${RUNS}`, `POST ${RUNS}`]);
  expect(github.answers).toEqual([201, 201]);
});

test('reading is always allowed', async () => {
  const { leases, asked, github } = connectGuarded(makeLease(2));
  github.scope.get('/repos/acme/data').reply(200, {});
  const octokit = await github.getOctokit(902);
  await leases.run(makeLease(2), () => octokit.auth({ type: 'installation' }));
  asked.splice(0);
  await leases.run(makeLease(1), () =>
    octokit.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo: 'data' }),
  );
  expect(asked).toEqual([]);
});
