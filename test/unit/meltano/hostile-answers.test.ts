import { describe, expect, test } from 'vitest';
import type { MeltanoFailure } from '../../../src/domain/meltano.ts';
import { jobSchema, workspaceSchema } from '../../../src/meltano/decode.ts';
import { connectTo, createAgent, createClock, expectValue, failureOf, serve } from './client-setup.ts';

const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const MIB = 1024 * 1024;

function idOf(number: number): string {
  return `${String(number).padStart(8, '0')}-7f7e-47c1-9700-2d7e2eb5a04e`;
}

function pageOf(workspaces: readonly object[], totalPages = 1_000_000): string {
  return JSON.stringify({ _embedded: { workspaces }, page: { totalPages } });
}

/** Reads a list whose pages are made by number. Returns how many were read, and the result. */
async function list(
  page: (number: number) => string,
  { onPage = () => {} }: { onPage?: () => void } = {},
  clock = createClock(),
) {
  let asked = 0;
  const skipped: object[] = [];
  const origin = await serve((request, response) => {
    asked += 1;
    onPage();
    const number = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
    response.end(page(number));
  });
  const onListProblem = (one: object) => void skipped.push(one);
  const result = await connectTo(origin, createAgent(), { clock, onListProblem }).listWorkspaces();
  return { result, asked, skipped };
}

describe('a list of workspaces', () => {
  test('of hundreds of pages of 8 MiB is left after 64 MiB', async () => {
    const filler = 'x'.repeat(8 * MIB - 1_000);
    const page = (number: number) => pageOf([{ id: idOf(number), appProperties: filler }], 489);
    const { result, asked } = await list(page);
    expect(failureOf(result)).toMatchObject({
      kind: 'unexpected_body',
      message: 'The list of workspaces is longer than 64 MiB',
    });
    expect(asked).toBeLessThanOrEqual(9);
  });

  test('that takes longer than a minute is left', async () => {
    const clock = createClock();
    const { result, asked } = await list(
      (number) => pageOf([{ id: idOf(number) }]),
      { onPage: () => clock.advance(7_000) },
      clock,
    );
    expect(failureOf(result)).toMatchObject({ kind: 'no_answer' });
    expect(asked).toBe(9);
  });

  test('whose pages repeat ends on the first that has nothing new, however many it promises', async () => {
    const { result, asked } = await list((number) => pageOf([{ id: idOf(Math.min(number, 3)) }]));
    expect(expectValue(result)).toHaveLength(4);
    expect(asked).toBe(5);
  });

  test('that can’t be read on every page is reported once', async () => {
    const { skipped } = await list((number) => pageOf([{ id: 'none' }, { id: idOf(number) }], 50));
    expect(skipped).toEqual([{ rel: 'workspaces', count: 50, problem: expect.stringContaining('id') }]);
  });

  test.each<[string, string]>([
    ['millions of empty entries', `{"_embedded":{"workspaces":[${'{},'.repeat(300_000)}{}]}}`],
    ['brackets in brackets', `${'['.repeat(300_000)}${']'.repeat(300_000)}`],
    ['fields without end', `{${'"a":1,'.repeat(300_000)}"a":1}`],
  ])('with %s isn’t parsed', async (_, body) => {
    const { result } = await list(() => body);
    expect(failureOf(result).message).toBe('The answer holds more than 200000 values');
  });

  test('of 1,500 that come on one page is read whole', async () => {
    const workspaces = Array.from({ length: 1_500 }, (_, number) => ({
      id: idOf(number),
      name: `W ${number}`,
    }));
    const { result } = await list(() => pageOf(workspaces, 1));
    expect(expectValue(result)).toHaveLength(1_500);
  });
});

describe('texts of an answer', () => {
  const LONG = 'x'.repeat(3 * MIB);

  test.each(['name', 'alias', 'defaultEnvironment'])('a long %s is cut', (field) => {
    const workspace = workspaceSchema.parse({ id: ID, [field]: ` ${LONG}` });
    const { name, alias, environment } = workspace;
    const shown = { name, alias, defaultEnvironment: environment }[field];
    expect(shown).toBe(`${'x'.repeat(199)}…`);
  });

  test('a text is cut between characters', () => {
    const { name } = workspaceSchema.parse({ id: ID, name: `${'x'.repeat(198)}${'👍'.repeat(10)}` });
    expect(name).toBe(`${'x'.repeat(198)}…`);
  });

  test.each(['id', 'repositoryUrl', 'repositoryBranch', 'repositoryDirectory'])(
    'a long %s makes the entry unreadable',
    (field) => {
      expect(workspaceSchema.safeParse({ id: ID, [field]: LONG }).success).toBe(false);
    },
  );

  test('a long status and type of a job are cut, and its times and commit not known', () => {
    const long = {
      status: LONG,
      type: LONG,
      created: `2026-06-10T07:13:39.${'1'.repeat(MIB)}Z`,
      commitId: LONG,
    };
    const job = jobSchema.parse({ id: ID, ...long });
    expect(job.status).toHaveLength(200);
    expect(job.type).toHaveLength(200);
    expect(job).toMatchObject({ created: null, commitId: null });
  });

  test.each([
    ['C0FFEE0', 'c0ffee0'],
    [' c0ffee0 ', 'c0ffee0'],
    ['main', null],
    ['', null],
    [7, null],
    [null, null],
  ])('the commit %o of a job is %o', (commitId, known) => {
    expect(jobSchema.parse({ id: ID, status: 'RUNNING', commitId }).commitId).toBe(known);
  });

  test('no more than a thousand jobs of a list are looked at, and the newest hundred kept', async () => {
    const jobs = Array.from({ length: 2_000 }, (_, number) => ({
      id: idOf(number),
      type: 'WORKSPACE_DEPLOY',
      status: 'COMPLETE',
      created: new Date(Date.UTC(2026, 0, 1) - number * 1_000).toISOString(),
    }));
    const origin = await serve((_, response) => response.end(JSON.stringify({ _embedded: { jobs } })));
    const listed = expectValue(await connectTo(origin).listJobs(ID));
    expect(listed).toHaveLength(100);
    expect(listed[0]?.id).toBe(idOf(0));
  });
});

describe('an answer for a token', () => {
  async function ask(token: object, calls = 1) {
    let tokens = 0;
    const origin = await serve((request, response) => {
      if (request.url !== '/token') return void response.end(pageOf([], 0));
      tokens += 1;
      response.end(JSON.stringify(token));
    });
    const auth = { kind: 'client', clientId: 'id', clientSecret: 'secret', audience: origin } as const;
    const clock = createClock();
    const api = connectTo(origin, createAgent(), { auth: { ...auth, tokenUrl: `${origin}/token` }, clock });
    let failure: MeltanoFailure | null = null;
    for (let n = 0; n < calls; n += 1) {
      const listed = await api.listWorkspaces();
      if (!listed.ok) failure = listed.failure;
    }
    return { tokens: () => tokens, failure, clock, api };
  }

  test('that no header can hold is refused', async () => {
    const { failure } = await ask({ access_token: 'x'.repeat((3 * MIB) / 4), expires_in: 600 });
    expect(failure).toMatchObject({ message: expect.stringContaining('holds no access token') });
  });

  test('that ends at once is used for some seconds', async () => {
    const { tokens } = await ask({ access_token: 'token', expires_in: 0.001 }, 5);
    expect(tokens()).toBe(1);
  });

  test('that never ends is renewed after a day', async () => {
    const { tokens, clock, api } = await ask({ access_token: 'token', expires_in: 1e300 });
    clock.advance(24 * 3_600_000);
    await api.listWorkspaces();
    expect(tokens()).toBe(2);
  });
});
