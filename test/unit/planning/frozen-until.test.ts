import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Freeze } from '../../../src/domain/freeze.ts';
import { frozenUntil } from '../../../src/planning/frozen-until.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function freeze(over: Partial<Freeze> = {}): Freeze {
  return { cron: '0 0 18 * * FRI', durationMs: 60 * HOUR, timezone: 'UTC', reason: null, ...over };
}

/** When the freezes that hold at `now` end; null if none holds. */
function end(now: string, ...freezes: readonly Freeze[]): string | null {
  const frozen = frozenUntil(freezes, Date.parse(now));
  return frozen && new Date(frozen.until).toISOString();
}

describe('one freeze', () => {
  test.each([
    ['2026-12-04T17:59:59Z', null],
    ['2026-12-04T18:00:00Z', '2026-12-07T06:00:00.000Z'],
    ['2026-12-07T05:59:59.999Z', '2026-12-07T06:00:00.000Z'],
    ['2026-12-07T06:00:00Z', null],
  ])('at %s it holds until %s', (now, until) => {
    expect(end(now, freeze())).toBe(until);
  });

  test('lasts its elapsed time, whatever the clock does meanwhile', () => {
    const weekend = freeze({ timezone: 'Europe/London' });
    expect(end('2026-03-28T12:00Z', weekend)).toBe('2026-03-30T06:00:00.000Z');
    expect(end('2026-10-24T12:00Z', weekend)).toBe('2026-10-26T05:00:00.000Z');
  });

  test('begins on days of the month that are also the day of the week', () => {
    const firstFriday = freeze({ cron: '0 0 0 1-7 * FRI', durationMs: 24 * HOUR });
    expect(end('2026-12-04T12:00Z', firstFriday)).toBe('2026-12-05T00:00:00.000Z');
    expect(end('2026-12-03T12:00Z', firstFriday)).toBeNull();
    expect(end('2026-12-11T12:00Z', firstFriday)).toBeNull();
  });
});

describe('a start that the clock leaves out', () => {
  test.each([
    ['Europe/London', '0 30 1 * * *', '2026-03-29T01:00:00Z'],
    ['America/New_York', '0 0 2 * * *', '2026-03-08T07:00:00Z'],
    ['Australia/Lord_Howe', '30 15 2 * * *', '2026-10-03T15:30:00Z'],
    ['Pacific/Apia', '0 0 12 30 12 *', '2011-12-30T10:00:00Z'],
  ])('%s: %s is at %s', (timezone, cron, start) => {
    const one = freeze({ cron, timezone, durationMs: MINUTE });
    expect(frozenUntil([one], Date.parse(start) - 1)).toBeNull();
    expect(end(start, one)).toBe(new Date(Date.parse(start) + MINUTE).toISOString());
  });
});

test('a start that the clock shows twice counts once', () => {
  const one = freeze({ cron: '0 30 1 * * *', timezone: 'Europe/London', durationMs: HOUR });
  expect(end('2026-10-25T00:30Z', one)).toBe('2026-10-25T01:30:00.000Z');
  expect(end('2026-10-25T01:30Z', one)).toBeNull();
});

describe('several freezes', () => {
  const weekend = freeze({ reason: 'weekend' });
  const release = freeze({ cron: '0 0 12 6 DEC *', durationMs: 48 * HOUR, reason: 'release' });

  test('that overlap hold until the last ends, which gives the reason', () => {
    expect(frozenUntil([weekend, release], Date.parse('2026-12-05T12:00Z'))).toEqual({
      until: Date.parse('2026-12-08T12:00Z'),
      isEndless: false,
      timezone: 'UTC',
      reason: 'release',
    });
  });

  test('that begin later hold nothing now', () => {
    expect(end('2026-12-04T17:00Z', weekend, release)).toBeNull();
  });

  const day = freeze({ cron: '0 0 0 * * *', durationMs: 24 * HOUR, reason: 'x' });
  test.each<[string, readonly Freeze[], string | null]>([
    ['longer than they repeat', [freeze({ durationMs: 31 * 24 * HOUR, reason: 'x' })], 'x'],
    ['day by day', [day], 'x'],
    ['each second', [freeze({ cron: '* * * * * *', durationMs: MINUTE, reason: 'x' })], 'x'],
    ['for different reasons', [day, freeze({ cron: '0 0 12 * * *', durationMs: 18 * HOUR })], null],
  ])('that never pause have no end: %s', (_, freezes, reason) => {
    const now = Date.parse('2026-12-04T17:00Z');
    const frozen = frozenUntil(freezes, now);
    expect(frozen).toMatchObject({ isEndless: true, reason });
    expect(frozen?.until).toBeGreaterThan(now);
  });

  test('that follow each other for 30 days have an end', () => {
    const now = Date.parse('2026-11-01T00:00Z');
    const month = freeze({ cron: '0 0 0 * 11 *', durationMs: 24 * HOUR });
    expect(frozenUntil([month], now)).toMatchObject({
      until: Date.parse('2026-12-01T00:00Z'),
      isEndless: false,
    });
  });

  test('a start that is long ago holds nothing, also after those that follow each other', () => {
    const rare = freeze({ cron: '0 0 0 29 2 MON', durationMs: 31 * 24 * HOUR, reason: 'rare' });
    const week = freeze({ cron: '0 0 0 1-7 12 *', durationMs: 24 * HOUR, reason: 'week' });
    expect(end('2026-12-04T12:00Z', rare, week)).toBe('2026-12-08T00:00:00.000Z');
    expect(end('2044-03-07T12:00Z', rare, week)).toBe('2044-03-31T00:00:00.000Z');
  });
});

/** Changes of the clock, and the zone without any; each with four days of minutes around it. */
const ZONES = [
  ['Europe/London', '2026-03-29T01:00Z'],
  ['Europe/London', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['Asia/Kathmandu', '2026-03-08T07:00Z'],
] as const;

interface Minute {
  readonly at: number;
  /** Minutes on the zone's clock that come here for the first time, the left out ones too. */
  readonly come: readonly Date[];
}

function walk(timezone: string, change: string): Minute[] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const from = Date.parse(change) - 60 * HOUR;
  const minutes: Minute[] = [];
  let highest: number | null = null;
  for (let at = from; at < from + 100 * HOUR; at += MINUTE) {
    const shown = Date.parse(`${format.format(at).replace(' ', 'T')}Z`);
    const come: Date[] = [];
    for (let time: number = (highest ?? shown) + MINUTE; time <= shown; time += MINUTE)
      come.push(new Date(time));
    highest = Math.max(highest ?? shown, shown);
    minutes.push({ at, come });
  }
  return minutes;
}

const WALKS = ZONES.map(([timezone, change]) => ({ timezone, change, minutes: walk(timezone, change) }));

interface Rule {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Null: every day. */
  readonly weekday: number | null;
  readonly hold: number;
}

const some = (largest: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max: largest }), { minLength: 1, maxLength: 3 });
const rule: fc.Arbitrary<Rule> = fc.record({
  minutes: some(59),
  hours: fc.oneof(some(23), some(3)),
  weekday: fc.option(fc.integer({ min: 0, max: 6 })),
  hold: fc.integer({ min: 1, max: 20 * 60 }),
});

function toFreeze({ minutes, hours, weekday, hold }: Rule, timezone: string): Freeze {
  return freeze({ cron: `0 ${minutes} ${hours} * * ${weekday ?? '*'}`, durationMs: hold * MINUTE, timezone });
}

function begins({ minutes, hours, weekday }: Rule, time: Date): boolean {
  return (
    minutes.includes(time.getUTCMinutes()) &&
    hours.includes(time.getUTCHours()) &&
    (weekday === null || weekday === time.getUTCDay())
  );
}

test('around changes of the clock it holds as the clock is read minute by minute', () => {
  const asked = fc.record({
    walk: fc.constantFrom(...WALKS),
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
    // From 24 hours before to 12 hours after the change.
    minute: fc.integer({ min: 36 * 60, max: 72 * 60 }),
  });
  fc.assert(
    fc.property(asked, ({ walk: { timezone, minutes }, rules, minute }) => {
      const holds = minutes.map(() => false);
      for (const one of rules) {
        minutes.forEach(({ come }, index) => {
          if (come.some((time) => begins(one, time))) holds.fill(true, index, index + one.hold);
        });
      }
      const open = holds.indexOf(false, minute);
      // Too far to see the end in this walk.
      fc.pre(open !== -1);
      const freezes = rules.map((one) => toFreeze(one, timezone));
      const frozen = frozenUntil(freezes, minutes[minute]?.at ?? 0);
      expect(frozen?.until ?? null).toBe(open === minute ? null : minutes[open]?.at);
    }),
    { numRuns: 200 },
  );
});
