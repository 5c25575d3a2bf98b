import { beforeEach, expect, test } from 'vitest';
import type { ConversationApi } from '../../../src/domain/conversation-api.ts';

import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import { createConversationApi, createOwnApp } from '../../../src/github/conversations.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { createWriteQueues } from '../reporting/pace/create-queues.ts';
import { APP_ID, connectGitHub, type GitHub, SHA } from './octokit-setup.ts';

const SOUGHT = { marker: '<!-- the marker -->', since: 0 };
const QUOTE = `> What was said ${SOUGHT.marker}`;
const OWN = { login: 'deployer[bot]', type: 'Bot' };
const HELPER = { login: 'helper[bot]', type: 'Bot' };

const elapsed = () => performance.now();

let github: GitHub;
let githubClock: RemoteClock;
let api: ConversationApi;

beforeEach(() => {
  github = connectGitHub();
  githubClock = new RemoteClock({ now: Date.now, elapsed });
  api = createConversationApi({
    getOctokit: github.getOctokit,
    writeQueues: createWriteQueues(),
    now: Date.now,
    githubClock,
    ownApp: createOwnApp(APP_ID, github.getForApp),
  });
});

function answerApp(status = 200): void {
  github.scope.get('/app').reply(status, { slug: 'deployer', message: 'Not now' });
}

function onIssue(comments: object[]): Promise<unknown> {
  github.scope.get('/repos/acme/data/issues/7/comments').query(true).reply(200, comments);
  return api.findReplies(REPOSITORY, { kind: 'issue', number: 7 }, SOUGHT);
}

function onCommit(comments: object[]): Promise<unknown> {
  github.scope.get(`/repos/acme/data/commits/${SHA}/comments`).query(true).reply(200, comments);
  return api.findReplies(REPOSITORY, { kind: 'commit', sha: SHA }, SOUGHT);
}

test('a reply is known by the app that wrote it: neither a person nor another app that quotes it', async () => {
  const comments = [
    { id: 1, body: QUOTE, user: { login: 'eve', type: 'User' }, performed_via_github_app: null },
    { id: 2, body: QUOTE, user: { login: 'eve', type: 'User' }, performed_via_github_app: { id: APP_ID } },
    { id: 3, body: QUOTE, user: HELPER, performed_via_github_app: { id: 99 } },
    { id: 4, body: 'Something else', user: OWN, performed_via_github_app: { id: APP_ID } },
  ];
  expect(await onIssue(comments)).toEqual({ ok: true, value: [] });
  const reply = { id: 5, body: SOUGHT.marker, user: OWN, performed_via_github_app: { id: APP_ID } };
  expect(await onIssue([...comments, reply])).toEqual({ ok: true, value: [5] });
  expect(github.requests.filter((one) => one === 'GET /app')).toEqual([]);
});

test('where GitHub does not tell the app, it is known by its login, which is asked for once', async () => {
  answerApp();
  const quote = { id: 1, body: QUOTE, user: HELPER };
  expect(await onCommit([quote])).toEqual({ ok: true, value: [] });
  const reply = { id: 2, body: SOUGHT.marker, user: OWN };
  expect(await onCommit([quote, reply])).toEqual({ ok: true, value: [2] });
  expect(github.requests.filter((one) => one === 'GET /app')).toHaveLength(1);
});

test('while the login can not be asked nothing is found, and nothing denied', async () => {
  answerApp(503);
  const reply = { id: 2, body: SOUGHT.marker, user: OWN };
  expect(await onCommit([reply])).toMatchObject({ ok: false, failure: { kind: 'unknown' } });
  answerApp();
  expect(await onCommit([reply])).toEqual({ ok: true, value: [2] });
});

test.each([-2, 2])(
  'a reply is looked for since its time on GitHub’s clock, which is %i h ahead',
  async (hours) => {
    const date = new Date(Date.now() + hours * 3_600_000).toUTCString();
    githubClock.note({ date }, { sentAt: elapsed(), answeredAt: elapsed() });
    const since = Date.now() - 1_000;
    const asked: number[] = [];
    github.scope
      .get('/repos/acme/data/issues/7/comments')
      .query((query) => asked.push(Date.parse(String(query['since']))) > 0)
      .reply(200, []);
    await api.findReplies(REPOSITORY, { kind: 'issue', number: 7 }, { ...SOUGHT, since });
    expect(Math.abs((asked[0] ?? 0) - (since + hours * 3_600_000 - 60_000))).toBeLessThan(2_000);
  },
);
