import { describe, expect, test } from 'vitest';
import { type LaneEntry, type WriteKind, WriteLane } from '../../../src/github/write-lane.ts';

const START = 1_700_000_000_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

interface Write {
  at: number;
  id: string;
  write: WriteKind;
}

/** Writes all that is due until `until`, as the writer does; `afterWrite` may make more due. */
function drive(lane: WriteLane, until: number, afterWrite: (entry: LaneEntry) => void = () => {}): Write[] {
  const written: Write[] = [];
  for (let now = START; now <= until; ) {
    const next = lane.next(now);
    if (next.kind === 'idle') break;
    if (next.kind === 'wait') {
      if (!(next.ms > 0)) throw new Error(`A wait of ${next.ms} ms makes a busy loop.`);
      now += next.ms;
      continue;
    }
    next.entry.owed = null;
    next.entry.logGrew = false;
    lane.noteWrite(next.entry, next.write, now);
    written.push({ at: now - START, id: next.entry.deploymentId, write: next.write });
    afterWrite(next.entry);
  }
  return written;
}

/** A lane with one run whose log has grown; it was created just now. */
function openGrowing(ids: string[]): WriteLane {
  const lane = new WriteLane();
  for (const id of ids) lane.entry(id).owed = 'create';
  drive(lane, START + ids.length * SECOND);
  for (const id of ids) lane.entry(id).logGrew = true;
  return lane;
}

const growAgain = (entry: LaneEntry) => {
  entry.logGrew = true;
};

test('creates come before conclusions, before states, before logs; a second lies between two writes', () => {
  const lane = openGrowing(['log']);
  const owed: [string, 'create' | 'final' | 'state'][] = [
    ['state-1', 'state'],
    ['final-1', 'final'],
    ['create-1', 'create'],
    ['state-2', 'state'],
    ['create-2', 'create'],
    ['final-2', 'final'],
  ];
  for (const [id, kind] of owed) lane.entry(id).owed = kind;
  const written = drive(lane, START + MINUTE);
  expect(written.map((one) => one.id)).toEqual([
    ...['create-1', 'create-2', 'final-1', 'final-2', 'state-1', 'state-2', 'log'],
  ]);
  expect(written.slice(0, 6).map((one) => one.at)).toEqual([1, 2, 3, 4, 5, 6].map((n) => n * SECOND));
});

test('a state that is owed goes out at once, whatever logs wait', () => {
  const lane = openGrowing(['log']);
  lane.entry('new').owed = 'state';
  const next = lane.next(START + 10 * SECOND);
  expect(next).toMatchObject({ kind: 'write', write: 'state', entry: { deploymentId: 'new' } });
});

test('a run that owes its state and whose log grew is written once', () => {
  const lane = openGrowing(['a']);
  lane.entry('a').owed = 'state';
  expect(drive(lane, START + MINUTE).map((one) => one.write)).toEqual(['state']);
});

describe('the growth of one log', () => {
  test('is written after 5, 10, 20 and then every 30 seconds', () => {
    const written = drive(openGrowing(['a']), START + 4 * MINUTE, growAgain);
    const times = written.map((one) => one.at / SECOND);
    expect(times.slice(0, 7)).toEqual([5, 15, 35, 65, 95, 125, 155]);
  });

  test('counts its interval from the last write of the run, whatever that was for', () => {
    const lane = openGrowing(['a']);
    lane.noteWrite(lane.entry('a'), 'state', START + 3 * SECOND);
    expect(drive(lane, START + MINUTE).map((one) => one.at)).toEqual([8 * SECOND]);
  });

  test('makes the lane idle when there was none', () => {
    const lane = openGrowing(['a']);
    drive(lane, START + MINUTE);
    expect(lane.next(START + 2 * MINUTE)).toEqual({ kind: 'idle' });
  });
});

describe('with 30 logs that grow all the time', () => {
  const ids = Array.from({ length: 30 }, (_, n) => `run-${n}`);
  const written = drive(openGrowing(ids), START + 3 * 60 * MINUTE, growAgain);

  /** The most writes within any span of this length. */
  function most(spanMs: number): number {
    return Math.max(
      ...written.map(({ at }) => written.filter((one) => one.at >= at && one.at < at + spanMs).length),
    );
  }

  test('at most 20 a minute and 300 an hour are written, and no fewer in the long run', () => {
    expect(most(MINUTE)).toBe(20);
    expect(most(60 * MINUTE)).toBe(300);
    expect(written.length).toBeGreaterThanOrEqual(890);
  });

  test('each gets its share, the one that waits longest first', () => {
    const counts = ids.map((id) => written.filter((one) => one.id === id).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    const rounds = written.slice(0, 90).map((one) => one.id);
    expect(new Set(rounds.slice(0, 30)).size).toBe(30);
    expect(rounds.slice(30, 60)).toEqual(rounds.slice(0, 30));
  });

  test('no log stands still for more than a few minutes', () => {
    const times = written.filter((one) => one.id === 'run-0').map((one) => one.at);
    const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10 * MINUTE);
  });
});

test('creates, states and conclusions are not counted as log writes', () => {
  const lane = openGrowing(['a']);
  for (let n = 0; n < 400; n += 1) lane.noteWrite(lane.entry('b'), 'state', START);
  expect(drive(lane, START + MINUTE).map((one) => one.at)).toEqual([5 * SECOND]);
});

test('a pause holds everything back, a failed run only itself', () => {
  const lane = new WriteLane();
  lane.entry('failed').owed = 'create';
  lane.entry('failed').notBefore = START + 90 * SECOND;
  lane.entry('fine').owed = 'state';
  lane.pausedUntil = START + 30 * SECOND;
  expect(drive(lane, START + 2 * MINUTE)).toEqual([
    { at: 30 * SECOND, id: 'fine', write: 'state' },
    { at: 90 * SECOND, id: 'failed', write: 'create' },
  ]);
});

test('an entry is kept for its deployment', () => {
  const lane = new WriteLane();
  expect(lane.entry('a')).toBe(lane.entry('a'));
  expect(lane.next(START)).toEqual({ kind: 'idle' });
});

test('a pause for which GitHub names no time grows, and begins anew after a success', () => {
  const lane = new WriteLane();
  const pauses = () =>
    [1, 2, 3, 4, 5, 6].map(() => {
      lane.pause(null, 0);
      return lane.pausedUntil / 60_000;
    });
  expect(pauses()).toEqual([1, 2, 4, 8, 15, 15]);
  lane.noteSuccess();
  expect(pauses()[0]).toBe(1);
  lane.pause(5_000, 0);
  expect(lane.pausedUntil).toBe(5_000);
});
