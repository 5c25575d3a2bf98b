import { expect, test } from 'vitest';
import type { AppEvent, CommentEvent } from '../../../src/domain/delivery.ts';
import { identifyEvent } from '../../../src/intake/identify-event.ts';
import { START } from '../deploying/fake-ports.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildComment, buildPush } from '../planning/plan-world.ts';

const identify = (event: AppEvent, payload: unknown = {}) => identifyEvent(event, payload).fingerprint;

const COMMENT = buildComment('/meltano help');
const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];

test('a push is its repository, ref, commits and time, whatever else its payload says', () => {
  const push = buildPush({ before: A, after: B });
  const same = [
    identify(push),
    identify(push, { other: 1 }),
    identify({ ...push, sender: 'eve', forced: true }),
  ];
  expect(new Set(same).size).toBe(1);
  const others = [
    { ...push, pushedAt: START + 1_000 },
    { ...push, before: B, after: A },
    { ...push, after: A },
    { ...push, ref: 'refs/heads/dev' },
    { ...push, repository: { ...REPOSITORY, id: REPOSITORY.id + 1 } },
  ].map((one) => identify(one));
  expect(new Set([...same, ...others]).size).toBe(6);
  expect(identifyEvent(push, {}).signedAt).toBe(push.pushedAt);
});

test('a comment is its number; one on a commit is numbered by itself', () => {
  const onCommit: CommentEvent = { ...COMMENT, place: { kind: 'commit', sha: A } };
  expect(identify({ ...COMMENT, actor: 'eve', place: { kind: 'issue', number: 2 } })).toBe(identify(COMMENT));
  expect(identify(onCommit)).not.toBe(identify(COMMENT));
  expect(identify({ ...COMMENT, commentId: 8 })).not.toBe(identify(COMMENT));
  expect(identifyEvent(COMMENT, {}).signedAt).toBe(START);
});

test('every other event is identified by its whole payload and the time of the change', () => {
  const pull: AppEvent = {
    kind: 'pull_request',
    account: 'acme',
    repository: REPOSITORY,
    number: 1,
    headSha: A,
  };
  const payload = { action: 'opened', pull_request: { updated_at: '2026-06-10T07:13:39Z' } };
  expect(identify(pull, structuredClone(payload))).toBe(identify(pull, payload));
  expect(identify(pull, { ...payload, action: 'reopened' })).not.toBe(identify(pull, payload));
  expect(identifyEvent(pull, payload).signedAt).toBe(Date.UTC(2026, 5, 10, 7, 13, 39));
  const renamed: AppEvent = {
    kind: 'repository',
    account: 'acme',
    repository: REPOSITORY,
    formerFullName: null,
  };
  expect(identifyEvent(renamed, { repository: { updated_at: null } }).signedAt).toBeNull();
  const press: AppEvent = {
    kind: 'rerun',
    account: 'acme',
    repository: REPOSITORY,
    how: 'suite',
    sha: A,
    run: null,
    actor: 'ana',
  };
  const times = { check_suite: { updated_at: 1 }, repository: { updated_at: '2026-06-10T07:13:39Z' } };
  expect(identifyEvent(press, times).signedAt).toBeNull();
  expect(identify(press, times)).not.toBe(identify(press, { ...times, check_suite: { updated_at: 2 } }));
});
