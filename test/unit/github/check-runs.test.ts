import nock from 'nock';
import { beforeEach, describe, expect, test } from 'vitest';
import type { GitHubFailure, GitHubResult } from '../../../src/domain/github-result.ts';
import { type CheckRunApi, CheckRuns } from '../../../src/github/check-runs.ts';
import { createOctokitSource } from '../../../src/github/octokit.ts';
import { RateBudgets } from '../../../src/github/rate-budget.ts';
import type { CheckRunFields } from '../../../src/reporting/render/check-run-view.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { API, APP_ID, connectGitHub, type GitHub, SHA } from './octokit-setup.ts';

const NOW = 1_700_000_000_000;
const RUNS = '/repos/acme/data/check-runs';
const OPTIONS = {
  clock: {
    now: () => NOW,
    elapsed: () => 0,
  },
  budgets: new RateBudgets(() => undefined),
  redact: (text: string) => text,
  onRateLimit: () => undefined,
  onHold: () => undefined,
  onRequest: () => undefined,
};
const FIELDS: CheckRunFields = {
  name: 'Meltano Deploy (Analytics)',
  head_sha: SHA,
  external_id: 'w/d',
  status: 'queued',
  details_url: 'https://app.meltano.com',
  started_at: '2026-06-10T07:13:39Z',
  output: { title: 'Queued', summary: 'Summary' },
};

/** Octokit paces the writes of one installation, also from test to test: each has one of its own. */
let repository = REPOSITORY;
let github: GitHub;
let api: CheckRunApi;

beforeEach(() => {
  repository = { ...repository, installationId: repository.installationId + 1 };
  github = connectGitHub();
  api = new CheckRuns({ getOctokit: github.getOctokit, appId: APP_ID, now: () => NOW });
});

function failureOf(result: GitHubResult<unknown>): GitHubFailure {
  if (result.ok) throw new Error('Expected a failure.');
  return result.failure;
}

/** `POST`s of check runs that went out. */
const creates = () => github.requests.filter((request) => request === `POST ${RUNS}`);

describe('create and update', () => {
  test('send the fields with the installation’s token, and give back id and address', async () => {
    const bodies: unknown[] = [];
    const run = { id: 9, html_url: 'https://github.com/acme/data/runs/9' };
    github.scope
      .post(RUNS, (body) => bodies.push(body) > 0)
      .reply(201, run)
      .patch(`${RUNS}/9`, (body) => bodies.push(body) > 0)
      .reply(200, run);
    const written = {
      ok: true,
      value: { id: 9, url: 'https://github.com/acme/data/runs/9', isDuplicate: false },
    };
    expect(await api.create(repository, FIELDS)).toEqual(written);
    expect(await api.update(repository, 9, FIELDS)).toEqual(written);
    const { head_sha: _, ...changes } = FIELDS;
    expect(bodies[0]).toEqual(FIELDS);
    // An update must not name the commit.
    expect(bodies.at(-1)).toEqual(changes);
  });

  test.each([500, 502, 503])('a %i is not retried: it may have been done', async (status) => {
    github.scope.post(RUNS).times(5).reply(status, { message: 'oops' });
    expect(failureOf(await api.create(repository, FIELDS)).kind).toBe('unknown');
    expect(creates()).toHaveLength(1);
  });

  test('a page that a proxy answers with is no written check run', async () => {
    github.scope.post(RUNS).reply(200, '<html>').patch(`${RUNS}/9`).reply(200, '<html>');
    expect(failureOf(await api.create(repository, FIELDS)).kind).toBe('unknown');
    expect(failureOf(await api.update(repository, 9, FIELDS)).kind).toBe('unknown');
  });

  test('a connection that breaks is not retried', async () => {
    github.scope
      .post(RUNS)
      .times(5)
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    expect(failureOf(await api.create(repository, FIELDS)).kind).toBe('unknown');
    expect(creates()).toHaveLength(1);
    expect(github.answers.at(-1)).toBeNull();
  });

  test.each<[string, number, Record<string, string>, string, number | null]>([
    ['a secondary limit with Retry-After', 403, { 'retry-after': '77' }, 'secondary rate limit', 77_000],
    ['a secondary limit without a time', 403, {}, 'You have exceeded a secondary rate limit.', null],
    [
      'the limit of an older Enterprise Server',
      403,
      {},
      'You have triggered an abuse detection mechanism.',
      null,
    ],
    ['429', 429, {}, 'slow down', null],
    [
      'the primary limit',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 1_800) },
      'API rate limit exceeded for installation ID 1.',
      1_801_000,
    ],
    [
      'the primary limit with a reset that is past',
      429,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 - 60) },
      'API rate limit exceeded',
      1_000,
    ],
    ['the primary limit without a reset', 403, { 'x-ratelimit-remaining': '0' }, 'limit', null],
  ])('%s is returned with the delay, without waiting', async (_, status, headers, message, retryAfterMs) => {
    github.scope.post(RUNS).times(5).reply(status, { message }, headers);
    const began = Date.now();
    expect(failureOf(await api.create(repository, FIELDS))).toMatchObject({ kind: 'limited', retryAfterMs });
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(creates()).toHaveLength(1);
  });

  test.each([
    [400, 'Bad Request'],
    [403, 'Resource not accessible by integration'],
    [404, 'Not Found'],
    [410, 'Gone'],
    [422, 'No commit found for SHA'],
  ])('%i (%s) is a rejection', async (status, message) => {
    github.scope.post(RUNS).times(5).reply(status, { message }, { 'x-ratelimit-remaining': '4999' });
    expect(failureOf(await api.create(repository, FIELDS))).toMatchObject({ kind: 'rejected', status });
    expect(creates()).toHaveLength(1);
  });

  test.each([
    ['was removed', 404, 'Not Found', 'unavailable'],
    ['is suspended', 403, 'This installation has been suspended', 'unavailable'],
    ['is asked about with a key that GitHub does not take', 401, 'Bad credentials', 'unauthorized'],
    ['can not be asked about now', 500, 'oops', 'unknown'],
  ])('no token, for an installation that %s', async (_, status, message, kind) => {
    nock.cleanAll();
    nock(API)
      .post(/access_tokens$/)
      .times(5)
      .reply(status, { message });
    expect(failureOf(await api.create(repository, FIELDS))).toMatchObject({ kind });
    expect(creates()).toEqual([]);
  });

  test('an installation that is suspended while its token still lives is unavailable too', async () => {
    github.scope.post(RUNS).times(5).reply(403, { message: 'This installation has been suspended' });
    expect(failureOf(await api.create(repository, FIELDS)).kind).toBe('unavailable');
    expect(creates()).toHaveLength(1);
  });
});

describe('find', () => {
  const path = `/repos/acme/data/commits/${SHA}/check-runs`;
  const wanted = { sha: SHA, name: FIELDS.name, externalId: 'w/d' };
  const query = { check_name: FIELDS.name, app_id: String(APP_ID), filter: 'all', per_page: '100' };

  test('goes through all pages of this app’s runs with the name, and compares external ids', async () => {
    const other = (n: number) => ({ id: n, external_id: `w/other-${n}`, html_url: null });
    const link = `<${API}${path}?${new URLSearchParams({ ...query, page: '2' })}>; rel="next"`;
    github.scope
      .get(path)
      .query(query)
      .reply(200, { total_count: 101, check_runs: [other(1), { id: 2, external_id: null }] }, { link })
      .get(path)
      .query({ ...query, page: '2' })
      .reply(200, { total_count: 101, check_runs: [{ id: 3, external_id: 'w/d/job', html_url: 'url' }] });
    expect(await api.find(repository, wanted)).toEqual({
      ok: true,
      value: [{ id: 3, url: 'url', isDuplicate: false }],
    });
  });

  test('says null when there is none', async () => {
    github.scope.get(path).query(query).reply(200, { total_count: 0, check_runs: [] });
    expect(await api.find(repository, wanted)).toEqual({ ok: true, value: [] });
  });

  test('says when GitHub was not available', async () => {
    github.scope.get(path).query(query).times(5).reply(502, {});
    expect(failureOf(await api.find(repository, wanted)).kind).toBe('unknown');
    expect(github.requests).toHaveLength(1);
  });
});

test('the number of a run’s annotations is read from the run', async () => {
  github.scope.get(`${RUNS}/9`).reply(200, { id: 9, output: { annotations_count: 3 } });
  expect(await api.countAnnotations(repository, 9)).toEqual({ ok: true, value: 3 });
  github.scope.get(`${RUNS}/9`).times(5).reply(502, {});
  expect(failureOf(await api.countAnnotations(repository, 9)).kind).toBe('unknown');
  expect(github.requests).toHaveLength(2);
});

test('the places of a run’s annotations', async () => {
  const place = { path: 'a.yml', start_line: 3, annotation_level: 'failure' };
  const shown = { ...place, end_line: 3, start_column: 1, end_column: 1, message: 'x', blob_href: 'y' };
  github.scope.get(`${RUNS}/9/annotations`).query({ per_page: 100 }).reply(200, [shown]);
  expect(await api.listAnnotations(repository, 9)).toEqual({ ok: true, value: [place] });
});

describe('the source of Octokits', () => {
  test('makes one for each installation, with a token of its own', async () => {
    expect(await github.getOctokit(1)).toBe(await github.getOctokit(1));
    expect(await github.getOctokit(2)).not.toBe(await github.getOctokit(1));
  });

  test('before Probot is loaded refuses, and so is a failure, not a crash', async () => {
    const unconnected = new CheckRuns({
      getOctokit: createOctokitSource(OPTIONS).get,
      appId: 1,
      now: () => NOW,
    });
    expect(failureOf(await unconnected.create(repository, FIELDS)).kind).toBe('unknown');
  });

  test('does not keep one that could not be made', async () => {
    const source = createOctokitSource(OPTIONS);
    const octokit = await github.getOctokit(1);
    let tries = 0;
    source.connect({
      auth: async () => {
        tries += 1;
        if (tries === 1) throw new Error('no network');
        return octokit;
      },
    });
    await expect(source.get(1)).rejects.toThrow('no network');
    expect(await source.get(1)).toBe(octokit);
  });
});
