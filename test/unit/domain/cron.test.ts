import { describe, expect, test } from 'vitest';
import { checkInterval, checkPipelineSchedule, neverRuns } from '../../../src/domain/cron.ts';

describe('schedules of pipelines', () => {
  test.each([
    '0 0 9-17 * * MON-FRI',
    '0 0 */12 * * *',
    '0 0/15 8-18 ? * *',
    '*/10 * * * * *',
    '0 0 0 L * ?',
    '0 0 0 L-3 * ?',
    '0 0 0 LW * *',
    '0 0 0 15W * *',
    '0 0 0 ? * 5L',
    '0 0 0 ? * mon#1',
    '0 0 0 1,15 jan,Jul *',
    '0 0 0 * * 0-7',
    '0 0 0 * * SUN-THU',
    '0 0 0 29 2 *',
    '0 0 0 31 1-12 *',
    '0 0 0 31 */2 *',
    '  0  0 0 * * *  ',
  ])('%s', (schedule) => expect(checkPipelineSchedule(schedule)).toBeNull());

  test.each([
    ['0 6 * * *', /five fields.*in front/],
    ['0 0 0 * * * 2026', /^7 fields/],
    ['daily', /^one field/],
    ['', /^one field/],
    ['60 0 0 * * *', /no second can be "60"/],
    ['0 60 0 * * *', /no minute can be "60"/],
    ['0 0 24 * * *', /no hour can be "24"/],
    ['0 0 0 0 * *', /no day of the month can be "0"/],
    ['0 0 0 * 13 *', /no month can be "13"/],
    ['0 0 0 * FEV *', /no month can be "FEV"/],
    ['0 0 0 * * 8', /no day of the week can be "8"/],
    ['0 0 0 * * FRI-MON', /no day of the week can be "FRI-MON"/],
    ['0 0 17-9 * * *', /no hour can be "17-9"/],
    ['0 */0 0 * * *', /no minute can be "\*\/0"/],
    ['0 0, 0 * * *', /no minute can be ""/],
    ['0 ? 0 * * *', /no minute can be "\?"/],
    ['0 0 0 31 2 *', /never runs/],
    ['0 0 0 30-31 FEB *', /never runs/],
    ['0 0 0 31 4,6,9,11 *', /never runs/],
  ])('%s is refused', (schedule, why) => expect(checkPipelineSchedule(schedule)).toMatch(why));
});

describe('intervals of meltano.yml', () => {
  test.each(['0 5 * * *', '0 0 * * * *', '*/5 * * * *', '0 0 * * FRI-MON', '0 5 * * 1 30', '0 0 L * *'])(
    '%s',
    (interval) => expect(checkInterval(interval)).toBeNull(),
  );

  test.each([
    ['every day', /2 fields/],
    ['0 25 * * *', /no hour can be "25"/],
    ['0 0 0 0 0 0', /no day of the month can be "0"/],
  ])('%s is refused', (interval, why) => expect(checkInterval(interval)).toMatch(why));
});

describe('an interval that never runs', () => {
  test.each(['0 0 31 2 *', '0 0 30 FEB *', '0 6 31 4,6,9,11 *', '0 6 31 4/5 *'])('%s', (interval) => {
    expect(neverRuns(interval)).toBe(true);
  });

  test.each([
    '0 0 29 2 *',
    '0 0 1,31 2 *',
    '0 0 31 NOV-FEB *',
    '0 0 31 2 MON',
    '0 0 L 2 *',
    '0 0 */31 2 *',
    '0 0 31-1 2 *',
    '0 0 0 31 2 *',
    'daily',
  ])('%s runs, or may run', (interval) => expect(neverRuns(interval)).toBe(false));
});
