import { Cron } from 'croner';
import { z } from 'zod';
import { checkPipelineSchedule } from '../domain/cron.ts';
import { SCHEDULE_OPTIONS } from '../domain/freeze.ts';
import { suggestName } from './suggest-name.ts';

const MINUTE_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: 24 * 60 * MINUTE_MS };
const LONGEST_MS = 31 * 24 * 60 * MINUTE_MS;

/** Abbreviations that people mean, and that IANA has. Node's library knows more, such as BST for Bangladesh. */
const SHORT_ZONES: ReadonlySet<string> = new Set([
  'UTC',
  'GMT',
  'CET',
  'EET',
  'MET',
  'WET',
  'EST',
  'MST',
  'HST',
]);

/** A text that `check` describes what is wrong with, to follow the text in a sentence; null if nothing is. */
function checked(check: (text: string) => string | null, longest: number) {
  return z
    .string()
    .max(longest, { abort: true })
    .superRefine((text, context) => {
      const problem = check(text);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    });
}

function checkCron(text: string): string | null {
  const problem = checkPipelineSchedule(text);
  if (problem !== null) return `is not usable: ${problem}`;
  try {
    if (new Cron(text, SCHEDULE_OPTIONS).nextRun(new Date(0)) !== null) return null;
    return 'is not usable: no day is both, so it never comes';
  } catch {
    return 'is not usable: write plain days, ranges, steps, "L" or "#"';
  }
}

function checkDuration(text: string): string | null {
  const duration = readDuration(text);
  if (duration >= MINUTE_MS && duration <= LONGEST_MS) return null;
  return 'must be a time from 1m to 31d, such as 30m, 60h or 2d';
}

/** Milliseconds; 0 if the text is no duration. */
export function readDuration(text: string): number {
  const [, count = '0', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? 0);
}

function checkZone(text: string): string | null {
  if (isZone(text)) return null;
  const meant = suggestName(text, Intl.supportedValuesOf('timeZone'));
  return `is no IANA time zone; ${meant === null ? 'write a name such as Europe/London' : `did you mean ${meant}?`}`;
}

function isZone(text: string): boolean {
  if (!/^[a-z]/i.test(text) || (/^[a-z]{1,3}$/i.test(text) && !SHORT_ZONES.has(text.toUpperCase())))
    return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).format(0) !== '';
  } catch {
    return false;
  }
}

const freezeEntry = z.strictObject({
  cron: checked(checkCron, 200).meta({
    description:
      'When it begins: six fields as in the schedules of pipelines, seconds first. A day of the month and a day of the week must both match.',
    examples: ['0 0 18 * * FRI'],
  }),
  for: checked(checkDuration, 20).meta({
    description: 'How long it lasts, as elapsed time: minutes, hours or days, from 1m to 31d.',
    examples: ['60h', '30m', '2d'],
  }),
  timezone: checked(checkZone, 100)
    .optional()
    .meta({
      default: 'UTC',
      description: 'The IANA name of the time zone of cron.',
      examples: ['Europe/London'],
    }),
  reason: z
    .string()
    .max(200)
    .regex(/^\S(.*\S)?$/, { error: 'must be one line of text, without blanks around it' })
    .optional()
    .meta({ description: 'Why, for the title of the check run.', examples: ['weekend'] }),
});

export const freeze = z.array(freezeEntry).max(20).meta({
  description:
    'Recurring times in which nothing is deployed: what is pushed meanwhile waits until the end. An empty list: none.',
});

export const FREEZE_KEYS = Object.keys(freezeEntry.shape);
