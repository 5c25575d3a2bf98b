/** The values of one field of a schedule. */
interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names of the numbers, beginning with `from`. */
  readonly names?: readonly string[];
  /** Whole entries with a meaning of their own. */
  readonly special?: RegExp;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const SECOND: Field = { name: 'second', from: 0, to: 59 };
const MINUTE: Field = { name: 'minute', from: 0, to: 59 };
const HOUR: Field = { name: 'hour', from: 0, to: 23 };
const DAY: Field = {
  name: 'day of the month',
  from: 1,
  to: 31,
  special: /^(?:\?|L(?:W|-\d{1,2})?|(?:[1-9]|[12]\d|3[01])W)$/i,
};
const MONTH: Field = {
  name: 'month',
  from: 1,
  to: 12,
  names: MONTHS,
};
const WEEKDAY: Field = {
  name: 'day of the week',
  from: 0,
  to: 7,
  names: WEEKDAYS,
  special: /^(?:\?|(?:[0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:L|#[1-5])|L)$/i,
};

const SIX_FIELDS = [SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY];
const FIVE_FIELDS = SIX_FIELDS.slice(1);
const SECONDS_LAST = [...FIVE_FIELDS, SECOND];

/** Words that Meltano accepts instead of a cron expression. */
export const MACRO = /^@(?:once|manual|none|hourly|daily|midnight|weekly|monthly|yearly|annually)$/i;

/** Describes what is wrong with a pipeline's schedule (six fields as Spring reads them, seconds first); null if nothing is. */
export function checkPipelineSchedule(text: string): string | null {
  const fields = splitFields(text);
  if (fields.length === 5 && checkFields(fields, FIVE_FIELDS, false) === null) {
    return 'five fields, but the first of six is the second: put "0 " in front';
  }
  if (fields.length !== 6) return `${countFields(fields)}, but a schedule has six, seconds first`;
  const problem = checkFields(fields, SIX_FIELDS, false);
  return problem ?? (neverComes(fields) ? 'no month that is listed has such a day, so it never runs' : null);
}

/** Describes what is wrong with an interval of `meltano.yml` (five fields, or six with the seconds first or last). */
export function checkInterval(text: string): string | null {
  const fields = splitFields(text);
  if (fields.length === 5) return checkFields(fields, FIVE_FIELDS, true);
  if (fields.length !== 6)
    return `${countFields(fields)}, but an interval has five or six, or is a word such as @daily`;
  return checkFields(fields, SIX_FIELDS, true) && checkFields(fields, SECONDS_LAST, true);
}

/** True if an interval of five fields names plain days only, and none of its months has one of them. */
export function neverRuns(interval: string): boolean {
  const fields = splitFields(interval);
  const [, , days = '', , weekday] = fields;
  // With a weekday, cron takes the days of either field.
  return fields.length === 5 && weekday === '*' && !days.includes('-') && neverComes(['0', ...fields]);
}

function splitFields(text: string): string[] {
  return text.trim().split(/\s+/);
}

function countFields({ length }: readonly string[]): string {
  return length === 1 ? 'one field' : `${length} fields`;
}

/** `wraps`: a range may continue past the end, as in `FRI-MON`. */
function checkFields(texts: readonly string[], fields: readonly Field[], wraps: boolean): string | null {
  for (const [index, field] of fields.entries()) {
    const wrong = (texts[index] ?? '').split(',').find((entry) => !isEntry(entry, field, wraps));
    if (wrong !== undefined) return `no ${field.name} can be ${JSON.stringify(wrong)}`;
  }
  return null;
}

function isEntry(entry: string, field: Field, wraps: boolean): boolean {
  if (field.special?.test(entry)) return true;
  const [span = '', step, ...more] = entry.split('/');
  if (more.length > 0 || (step !== undefined && !/^0*[1-9]\d{0,3}$/.test(step))) return false;
  if (span === '*') return true;
  const [from = '', to, ...others] = span.split('-');
  const first = toNumber(from, field);
  if (others.length > 0 || first === null) return false;
  if (to === undefined) return true;
  const last = toNumber(to, field);
  // The week begins with Sunday, whether it is written 0 or 7.
  const begin = field === WEEKDAY && first === 7 ? 0 : first;
  return last !== null && (wraps || begin <= (field === WEEKDAY && last === 0 ? 7 : last));
}

function toNumber(text: string, { from, to, names }: Field): number | null {
  const index = names?.indexOf(text.toUpperCase()) ?? -1;
  if (index >= 0) return from + index;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return value >= from && value <= to ? value : null;
}

/** True for dates such as 31 February. Checks plain days only, since every month has a last day. */
function neverComes([, , , days = '*', months = '*']: readonly string[]): boolean {
  if (!/^[\d,-]+$/.test(days)) return false;
  const first = Math.min(...days.split(/[,-]/).map(Number));
  return listMonths(months).every((month) => first > (LONGEST_MONTHS[month - 1] ?? 31));
}

function listMonths(text: string): number[] {
  return text.split(',').flatMap((entry) => {
    const [span = '*', step] = entry.split('/');
    const [from, to] = span === '*' ? [1, 12] : span.split('-').map((one) => toNumber(one, MONTH) ?? 1);
    const first = from ?? 1;
    const end = to ?? (step === undefined ? first : 12);
    const last = end < first ? end + 12 : end;
    const every = Number(step ?? 1);
    return Array.from(
      { length: Math.floor((last - first) / every) + 1 },
      (_, index) => ((first + index * every - 1) % 12) + 1,
    );
  });
}
