import { describe, expect, test } from 'vitest';
import { readRepositoryConfiguration } from '../../../src/config/repository-configuration-file.ts';

/** What is wrong in a file, each with its line. */
function complain(text: string): string[] {
  const result = readRepositoryConfiguration(text, { workspaces: null });
  return result.ok ? [] : result.problems.map(({ line, message }) => `${line} ${message}`);
}

function complainOf(entry: object): string[] {
  return complain(`deploy:\n  freeze:\n    - ${JSON.stringify(entry)}\n`);
}

const GOOD = { cron: '0 0 18 * * FRI', for: '60h' };

test.each([
  GOOD,
  { ...GOOD, timezone: 'Asia/Kathmandu', reason: 'x' },
  { ...GOOD, timezone: 'America/Argentina/Buenos_Aires' },
  { ...GOOD, timezone: 'utc' },
  { ...GOOD, timezone: 'CET' },
  { ...GOOD, cron: '0 0/15 8-18 ? * mon-fri' },
  { ...GOOD, cron: '0 0 0 L * *' },
  { ...GOOD, cron: '0 0 0 29 FEB *' },
  { ...GOOD, cron: '0 0 0 * * FRI#2' },
  { ...GOOD, for: '1m' },
  { ...GOOD, for: '44640m' },
  { ...GOOD, for: '744h' },
  { ...GOOD, for: '31d' },
])('%j is a good freeze', (entry) => {
  expect(complainOf(entry)).toEqual([]);
});

describe('what is wrong is said on its line', () => {
  test.each<[string, string]>([
    ['0 18 * * FRI', 'five fields, but the first of six is the second: put "0 " in front'],
    ['0 18 * *', '4 fields, but a schedule has six, seconds first'],
    ['0 0 18 * * FRI 2026', '7 fields, but a schedule has six, seconds first'],
    ['@daily', 'one field, but a schedule has six, seconds first'],
    ['', 'one field, but a schedule has six, seconds first'],
    ['0 0 25 * * *', 'no hour can be "25"'],
    ['0 0 0 * * FRIDAY', 'no day of the week can be "FRIDAY"'],
    ['0 0 0 31 2 *', 'no month that is listed has such a day, so it never runs'],
    ['0 0 0 L-3 * *', 'write plain days, ranges, steps, "L" or "#"'],
  ])('cron %j', (cron, problem) => {
    expect(complainOf({ ...GOOD, cron })).toEqual([
      `3 deploy.freeze[0].cron: ${JSON.stringify(cron)} is not usable: ${problem}.`,
    ]);
  });

  test.each(['0m', '32d', '745h', '44641m', '60', '1.5h', '-1h', '1w', '60 h', '1h30m', ''])(
    'for %j',
    (length) => {
      expect(complainOf({ ...GOOD, for: length })).toEqual([
        `3 deploy.freeze[0].for: ${JSON.stringify(length)} must be a time from 1m to 31d, such as 30m, 60h or 2d.`,
      ]);
    },
  );

  test.each([
    ['Europe/Londn', 'did you mean Europe/London?'],
    ['BST', 'write a name such as Europe/London'],
    ['+05:30', 'write a name such as Europe/London'],
    ['Mars/Olympus', 'write a name such as Europe/London'],
    ['', 'write a name such as Europe/London'],
  ])('timezone %j', (timezone, advice) => {
    expect(complainOf({ ...GOOD, timezone })).toEqual([
      `3 deploy.freeze[0].timezone: ${JSON.stringify(timezone)} is no IANA time zone; ${advice}.`,
    ]);
  });

  test('of its keys', () => {
    const text = `deploy:
  freeze:
    - cron: 0 0 18 * * FRI
      four: 60h
      timezone: 1
      reason: ""
workspaces:
  - workspace: a
    freeze: []
`;
    expect(complain(text)).toEqual([
      '3 deploy.freeze[0].for is missing: each entry needs it.',
      '4 deploy.freeze[0].four is not a known key. Did you mean "for"?',
      '5 deploy.freeze[0].timezone must be a text, not the number 1: put it in quotes.',
      '6 deploy.freeze[0].reason must be one line of text, without blanks around it; found the text "".',
      '9 workspaces[0].freeze is not a known key here: it belongs under "deploy".',
    ]);
    expect(complain(`deploy: {freeze: [${'{cron: 0 0 0 1 * *, for: 1d},'.repeat(21)}]}`)).toEqual([
      '1 deploy.freeze has 21 entries: 20 are allowed.',
    ]);
    expect(complain('deploy: {freeze: weekend}')).toHaveLength(1);
  });
});
