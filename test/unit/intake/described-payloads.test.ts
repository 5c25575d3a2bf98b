import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { EmitterWebhookEvent, EmitterWebhookEventName } from '@octokit/webhooks';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import type { AppEvent } from '../../../src/domain/delivery.ts';
import { EVENTS as ACTED_ON, listSubscriptions } from '../../../src/intake/events.ts';
import {
  type commitCommentPayload,
  type issueCommentPayload,
  readCommitComment,
  readIssueComment,
} from '../../../src/intake/read-comment.ts';
import {
  type editedPayload,
  type pullRequestPayload,
  type pushPayload,
  readPullRequest,
  readPush,
  readRepositoryChange,
  type repositoryPayload,
} from '../../../src/intake/read-payload.ts';
import {
  type checkRunPayload,
  type checkSuitePayload,
  readCheckRun,
  readCheckSuite,
} from '../../../src/intake/read-rerun.ts';

type Described<E extends EmitterWebhookEventName> = EmitterWebhookEvent<E>['payload'];

/** These lines compile only if a reader takes all that GitHub's description of the event allows. */
const ACCEPTED = {
  push: (all: Described<'push'>): z.input<typeof pushPayload> => all,
  'repository.created': (all: Described<'repository.created'>): z.input<typeof repositoryPayload> => all,
  'repository.renamed': (all: Described<'repository.renamed'>): z.input<typeof repositoryPayload> => all,
  'repository.transferred': (all: Described<'repository.transferred'>): z.input<typeof repositoryPayload> =>
    all,
  'repository.publicized': (all: Described<'repository.publicized'>): z.input<typeof repositoryPayload> =>
    all,
  'repository.privatized': (all: Described<'repository.privatized'>): z.input<typeof repositoryPayload> =>
    all,
  'issue_comment.created': (all: Described<'issue_comment.created'>): z.input<typeof issueCommentPayload> =>
    all,
  'commit_comment.created': (
    all: Described<'commit_comment.created'>,
  ): z.input<typeof commitCommentPayload> => all,
  'check_run.rerequested': (all: Described<'check_run.rerequested'>): z.input<typeof checkRunPayload> => all,
  'check_run.requested_action': (
    all: Described<'check_run.requested_action'>,
  ): z.input<typeof checkRunPayload> => all,
  'check_suite.rerequested': (all: Described<'check_suite.rerequested'>): z.input<typeof checkSuitePayload> =>
    all,
  'pull_request.opened': (all: Described<'pull_request.opened'>): z.input<typeof pullRequestPayload> => all,
  'pull_request.synchronize': (
    all: Described<'pull_request.synchronize'>,
  ): z.input<typeof pullRequestPayload> => all,
  'pull_request.reopened': (all: Described<'pull_request.reopened'>): z.input<typeof pullRequestPayload> =>
    all,
  'pull_request.ready_for_review': (
    all: Described<'pull_request.ready_for_review'>,
  ): z.input<typeof pullRequestPayload> => all,
  'pull_request.edited': (all: Described<'pull_request.edited'>): z.input<typeof editedPayload> => all,
};

type Payload = Record<string, unknown>;

const require = createRequire(import.meta.url);
const SOURCES = ['api.github.com', 'ghes-31', 'ghes-35'];

function examplesOf(name: string): Payload[] {
  return SOURCES.flatMap((source) => {
    const all: { name: string; examples: Payload[] }[] = require(
      `@octokit/webhooks-examples/${source}/index.json`,
    );
    return all.find((one) => one.name === name)?.examples ?? [];
  });
}

/** What the app can't do without; GitHub's description requires each, and lets none be null. */
const ORIGIN = [
  'repository',
  'repository.id',
  'repository.name',
  'repository.private',
  'repository.default_branch',
  'repository.owner.login',
  'installation.id',
  'sender.login',
];
const RUN = ['check_run', 'check_run.id', 'check_run.name', 'check_run.head_sha'];

const EVENTS: readonly [string, (payload: unknown) => AppEvent, readonly string[]][] = [
  ['push', readPush, ['ref', 'before', 'after', 'deleted', 'forced']],
  ['repository', readRepositoryChange, ['changes.repository.name.from']],
  [
    'issue_comment',
    readIssueComment,
    ['issue', 'issue.number', 'comment', 'comment.id', 'comment.created_at', 'comment.user.login'],
  ],
  [
    'commit_comment',
    readCommitComment,
    ['comment', 'comment.id', 'comment.created_at', 'comment.user.login', 'comment.commit_id'],
  ],
  ['check_run', readCheckRun, ['action', ...RUN]],
  ['check_suite', readCheckSuite, ['check_suite', 'check_suite.head_sha']],
  [
    'pull_request',
    readPullRequest,
    [
      ...['pull_request', 'pull_request.number', 'pull_request.head', 'pull_request.head.sha'],
      ...['pull_request.base', 'pull_request.base.ref', 'pull_request.base.sha'],
    ],
  ],
];

/** The paths of all fields, as deep as the app reads. */
function listPaths(value: unknown, depth = 4): string[] {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    name,
    ...listPaths(inner, depth - 1).map((path) => `${name}.${path}`),
  ]);
}

/** Copies only what is on the way: the payloads are large. */
function spoil(payload: Payload, path: string, value: null | undefined): Payload {
  const [name = '', ...inner] = path.split('.');
  const { [name]: spoilt, ...others } = payload;
  if (inner.length > 0) return { ...others, [name]: spoil(spoilt as Payload, inner.join('.'), value) };
  return value === undefined ? others : { ...others, [name]: value };
}

test('the lines above are about all events that the app acts on', () => {
  expect(Object.keys(ACCEPTED).sort()).toEqual(ACTED_ON.map(([name]) => name).sort());
});

test('app.yml subscribes to the events that the app acts on, and to no other', () => {
  const manifest = parse(readFileSync(join(import.meta.dirname, '../../../app.yml'), 'utf8'));
  expect(manifest.default_events.toSorted()).toEqual(listSubscriptions().sort());
});

describe.each(EVENTS)('%s', (name, read, needed) => {
  const required = new Set([...ORIGIN, ...needed]);
  const examples = examplesOf(name).filter((payload) => accepts(read, payload));

  test('GitHub’s own examples are read', () => {
    expect(examples.length).toBeGreaterThan(1);
    expect(examplesOf(name)).toHaveLength(examples.length);
  });

  test('is read without any other field, and with any other one null', () => {
    const refused = new Set<string>();
    for (const payload of examples) {
      for (const path of listPaths(payload)) {
        for (const value of [null, undefined]) {
          if (!accepts(read, spoil(payload, path, value))) refused.add(path);
        }
      }
    }
    expect([...refused].filter((path) => !required.has(path))).toEqual([]);
  });
});

function accepts(read: (payload: unknown) => AppEvent, payload: unknown): boolean {
  try {
    read(payload);
    return true;
  } catch {
    return false;
  }
}

const push = (differences: Payload) => readPush({ ...examplesOf('push')[0], ...differences });

describe('the substitutes for missing fields', () => {
  test('the pusher for the sender of a push', () => {
    expect(push({ sender: undefined })).toMatchObject({ sender: 'Codertocat', senderIsBot: false });
    const pusher = { name: 'renovate[bot]' };
    expect(push({ sender: null, pusher })).toMatchObject({ sender: 'renovate[bot]', senderIsBot: true });
    expect(push({ sender: null, pusher: null })).toMatchObject({ sender: '', senderIsBot: false });
  });

  test('the full name for the owner of a repository', () => {
    const [example] = examplesOf('push');
    const repository = { ...(example?.['repository'] as Payload), owner: null, full_name: 'acme/data' };
    expect(push({ repository })).toMatchObject({ account: 'acme', repository: { owner: 'acme' } });
    expect(() => push({ repository: { ...repository, full_name: null } })).toThrow();
  });

  test('the sender for the author of a new comment', () => {
    const [example] = examplesOf('issue_comment').filter((one) => one['action'] === 'created');
    const comment = { ...(example?.['comment'] as Payload), user: null, body: '/redeploy' };
    expect(readIssueComment({ ...example, comment })).toMatchObject({ kind: 'comment', actor: 'Codertocat' });
    const nobody = { ...example, comment, sender: null };
    expect(readIssueComment(nobody)).toMatchObject({ kind: 'ignored', reason: 'bot_comment' });
  });

  test('nobody may re-run: without a sender there is nobody whose permission counts', () => {
    for (const [name, read] of [
      ['check_run', readCheckRun],
      ['check_suite', readCheckSuite],
    ] as const) {
      const example = examplesOf(name).find((one) => one['action'] === 'rerequested') ?? examplesOf(name)[0];
      const payload = { ...example, action: 'rerequested', sender: null };
      expect(read(payload)).toMatchObject({ kind: 'ignored', reason: 'command_refused' });
    }
  });

  test('times as a number, as text or not at all', () => {
    const [example] = examplesOf('push');
    const at = (pushed_at: unknown) =>
      push({ repository: { ...(example?.['repository'] as Payload), pushed_at } }).pushedAt;
    expect(at(1_557_933_657)).toBe(1_557_933_657_000);
    expect(at('2019-05-15T15:20:57Z')).toBe(1_557_933_657_000);
    expect([at(null), at(undefined), at('soon')]).toEqual([null, null, null]);
  });
});
