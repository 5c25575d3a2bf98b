import { beforeEach, describe, expect, test } from 'vitest';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import {
  connectTo,
  createAgent,
  createClock,
  expectValue,
  failureOf,
  serve,
  type TestClock,
} from './client-setup.ts';

const NOW = Date.UTC(2026, 5, 10, 7, 0, 0);
const MINUTE = 60_000;
const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';

let machine: TestClock;
let clock: RemoteClock;

beforeEach(() => {
  machine = createClock(NOW);
  clock = new RemoteClock(machine);
});

/** An answer at `at` of a service whose clock is `ahead` by this many milliseconds. */
function note(ahead: number, { at = NOW, took = 100, headers = {} } = {}): void {
  const date = new Date(at + ahead).toUTCString();
  clock.note({ date, ...headers }, { sentAt: at - NOW - took, answeredAt: at - NOW });
}

/** By how much a time of the service is moved. */
function correction(): number {
  return clock.toLocal(NOW) - NOW;
}

describe('the correction', () => {
  test('is none before there was an answer', () => {
    expect(correction()).toBe(0);
  });

  test.each([10 * MINUTE, -10 * MINUTE, 86_400_000, 3_000])('of a clock that is ahead by %i ms', (ahead) => {
    note(ahead);
    expect(Math.abs(correction() + ahead)).toBeLessThan(1_000);
  });

  test.each([0, 1_000, -1_000, 1_400])('is none for %i ms: a Date has whole seconds', (ahead) => {
    for (let n = 0; n < 10; n += 1) note(ahead, { at: NOW + n * 1_137 });
    expect(correction()).toBe(0);
  });

  test('stays the same from answer to answer, whatever the rounding', () => {
    note(10 * MINUTE);
    const first = correction();
    for (let n = 1; n < 50; n += 1) {
      note(10 * MINUTE, { at: NOW + n * 1_137, took: (n % 7) * 250 });
      expect(correction()).toBe(first);
    }
  });

  test('follows a clock that is set right', () => {
    for (let n = 0; n < 9; n += 1) note(10 * MINUTE);
    for (let n = 0; n < 9; n += 1) note(0);
    expect(correction()).toBe(0);
  });

  test('is not led by single odd answers', () => {
    for (let n = 0; n < 5; n += 1) note(0);
    for (let n = 0; n < 2; n += 1) note(-60 * MINUTE);
    expect(correction()).toBe(0);
  });

  test.each([
    ['from a cache', { headers: { age: '3600' } }],
    ['too slow', { took: 5_000 }],
    ['without a date', { headers: { date: undefined } }],
    ['with a date that is none', { headers: { date: '12345' } }],
  ])('ignores an answer %s', (_, answer) => {
    note(-60 * MINUTE, answer);
    expect(correction()).toBe(0);
  });

  test.each([10 * MINUTE, -10 * MINUTE])('follows this clock at once when it is set by %i ms', (step) => {
    for (let n = 0; n < 9; n += 1) note(0);
    expect(correction()).toBe(0);
    machine.set(step);
    expect(Math.abs(correction() - step)).toBeLessThan(1_000);
    machine.set(-step);
    expect(correction()).toBe(0);
  });

  test('moves times there and back', () => {
    note(-10 * MINUTE);
    expect(clock.toLocal(clock.toRemote(NOW))).toBe(NOW);
    expect(clock.toRemote(NOW)).toBeLessThan(NOW);
  });

  test('leaves a time that is not known', () => {
    note(10 * MINUTE);
    expect(clock.toLocal(null)).toBeNull();
  });
});

describe('of a service whose clock is an hour ahead', () => {
  const AHEAD = 60 * MINUTE;
  const print = (time: number) => new Date(time + AHEAD).toISOString().slice(0, -1);

  async function connect() {
    const job = { id: ID, type: 'WORKSPACE_DEPLOY', status: 'COMPLETE', created: print(NOW) };
    const times = { startTime: print(NOW + 1_000), endTime: print(NOW + 43_000) };
    const origin = await serve((request, response) => {
      response.setHeader('date', new Date(NOW + AHEAD).toUTCString());
      const isList = request.url?.includes('/jobs?');
      const shown = { ...job, ...times };
      response.end(JSON.stringify(isList ? { _embedded: { jobs: [shown] } } : shown));
    });
    return connectTo(origin, createAgent(), { clock: createClock(NOW) });
  }

  test.each([
    ['a job', async () => expectValue(await (await connect()).getJob(ID))],
    ['a job of the list', async () => expectValue(await (await connect()).listJobs(ID))[0]],
    ['a started job', async () => expectValue(await (await connect()).startDeployment(ID))],
  ])('the times of %s are those of this clock, and as far apart as they were', async (_, read) => {
    const { created, startTime, endTime } = (await read()) ?? {};
    expect(Math.abs((created ?? 0) - NOW)).toBeLessThan(1_000);
    expect((startTime ?? 0) - (created ?? 0)).toBe(1_000);
    expect((endTime ?? 0) - (startTime ?? 0)).toBe(42_000);
  });

  test('a date in Retry-After is counted from the date of its answer', async () => {
    const origin = await serve((_, response) => {
      const date = new Date(NOW + AHEAD).toUTCString();
      const again = new Date(NOW + AHEAD + 90_000).toUTCString();
      response.writeHead(503, { date, 'retry-after': again }).end();
    });
    const api = connectTo(origin, createAgent(), { clock: createClock(NOW) });
    expect(failureOf(await api.getJob(ID))).toMatchObject({ retryAfterMs: 90_000 });
  });
});
