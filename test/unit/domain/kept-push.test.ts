import { expect, test } from 'vitest';
import { keepPayload } from '../../../src/domain/kept-push.ts';

const FILES = Array.from({ length: 3_000 }, (_, n) => `models/staging/stg_${n}.sql`);
const COMMIT = { id: 'a'.repeat(40), message: 'Change', added: FILES, removed: [], modified: FILES };

test('a payload of a usual size is kept as it is', () => {
  const payload = { ref: 'refs/heads/main', after: 'a', commits: [{ id: 'a' }], head_commit: { id: 'a' } };
  expect(keepPayload(payload)).toBe(JSON.stringify(payload));
});

test('a huge one loses its lists, and says all else', () => {
  const payload = {
    ref: 'refs/heads/main',
    after: 'a',
    commits: Array(64).fill(COMMIT),
    head_commit: COMMIT,
  };
  const kept = keepPayload(payload);
  expect(kept.length).toBeLessThan(1_000);
  expect(JSON.parse(kept)).toMatchObject({
    ref: 'refs/heads/main',
    after: 'a',
    commits: [],
    head_commit: { id: COMMIT.id, message: 'Change', added: [] },
  });
});

test('a payload without a head commit stays without one', () => {
  const payload = { after: 'a', commits: Array(64).fill(COMMIT), head_commit: null };
  expect(JSON.parse(keepPayload(payload))).toEqual({ after: 'a', commits: [], head_commit: null });
});
