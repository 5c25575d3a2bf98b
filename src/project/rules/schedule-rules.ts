import { checkInterval, checkPipelineSchedule, MACRO, neverRuns } from '../../domain/cron.ts';
import type { Text } from '../yaml-file.ts';
import type { Rule } from './rule.ts';

export const BAD_SCHEDULE: Rule = {
  code: 'bad-schedule',
  level: 'error',
  text: "A pipeline's schedule is a cron expression of six fields, seconds first, on a date that comes, or `-` for none.",
  needs: [],
  *check({ pipelines }) {
    for (const { schedule } of pipelines) {
      if (schedule === null || isLeftAlone(schedule)) continue;
      const problem = checkPipelineSchedule(schedule.text);
      if (problem === null) continue;
      yield {
        place: schedule.place,
        message: `bad schedule: ${problem}`,
      };
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
schedule: 0 6 * * MON-FRI
`,
  },
  at: 'pipelines/orders.yml:2',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
schedule: 0 0 6 * * MON-FRI
`,
  },
};

export const MACRO_AS_SCHEDULE: Rule = {
  code: 'macro-as-schedule',
  level: 'warning',
  text: 'Meltano Cloud documents cron expressions only, no macros such as `@daily`, for pipelines.',
  needs: [],
  *check({ pipelines }) {
    for (const { schedule } of pipelines) {
      if (schedule === null || !MACRO.test(schedule.text.trim())) continue;
      yield {
        place: schedule.place,
        message: `${schedule.text.trim()} may not be understood in a pipeline: write six fields, as in "0 0 0 * * *"`,
      };
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
schedule: "@daily"
`,
  },
  at: 'pipelines/orders.yml:2',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
schedule: 0 0 0 * * *
`,
  },
};

export const BAD_INTERVAL: Rule = {
  code: 'bad-interval',
  level: 'error',
  text: 'An `interval` of meltano.yml is a cron expression of five or six fields, or a macro such as `@daily`.',
  needs: [],
  *check({ schedules }) {
    for (const { interval } of schedules) {
      const problem = interval === null || isLeftAlone(interval) ? null : checkInterval(interval.text);
      if (interval === null || problem === null) continue;
      yield {
        place: interval.place,
        message: `bad interval: ${problem}`,
      };
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    namespace: tap_orders
  loaders:
  - name: target-postgres
    namespace: target_postgres
schedules:
- name: orders
  extractor: tap-orders
  loader: target-postgres
  interval: every day
`,
  },
  at: 'meltano.yml:13',
  right: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    namespace: tap_orders
  loaders:
  - name: target-postgres
    namespace: target_postgres
schedules:
- name: orders
  extractor: tap-orders
  loader: target-postgres
  interval: "@daily"
`,
  },
};

export const NEVER_RUNS: Rule = {
  code: 'never-runs',
  level: 'warning',
  text: 'An `interval` of meltano.yml names a date that comes.',
  needs: [],
  *check({ schedules }) {
    for (const { interval } of schedules) {
      if (interval === null || isLeftAlone(interval)) continue;
      if (checkInterval(interval.text) !== null || !neverRuns(interval.text)) continue;
      yield {
        place: interval.place,
        message: 'no month that is listed has such a day, so it never runs',
      };
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    namespace: tap_orders
jobs:
- name: load
  tasks: tap-orders
schedules:
- name: orders
  job: load
  interval: 0 6 31 4,6 *
`,
  },
  at: 'meltano.yml:12',
  right: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    namespace: tap_orders
jobs:
- name: load
  tasks: tap-orders
schedules:
- name: orders
  job: load
  interval: 0 6 30 4,6 *
`,
  },
};

export const BAD_NUMBER: Rule = {
  code: 'bad-number',
  level: 'warning',
  text: '`timeout` (in seconds) and `max_retries` are whole numbers.',
  needs: [],
  *check({ pipelines }) {
    for (const { timeout, maxRetries } of pipelines) {
      if (timeout && !isNumber(timeout)) {
        yield { place: timeout.place, message: 'timeout must be a whole number of seconds' };
      }
      if (maxRetries && !isNumber(maxRetries)) {
        yield { place: maxRetries.place, message: 'max_retries must be a whole number' };
      }
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
timeout: two hours
`,
  },
  at: 'pipelines/orders.yml:2',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
timeout: 7200
`,
  },
};

export const NO_TIMEOUT: Rule = {
  code: 'no-timeout',
  level: 'note',
  text: 'With `timeout: 0` and a schedule, the service takes 300 seconds.',
  needs: [],
  *check({ pipelines }) {
    for (const { timeout, schedule } of pipelines) {
      if (timeout?.text !== '0' || schedule === null || schedule.text.trim() === '-') continue;
      yield {
        place: timeout.place,
        message: 'timeout: 0 with a schedule: the service then takes 300 s',
      };
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
schedule: 0 0 6 * * *
timeout: 0
`,
  },
  at: 'pipelines/orders.yml:3',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
schedule: 0 0 6 * * *
timeout: 3600
`,
  },
};

/** The value of a variable is unknown. */
function isNumber({ text }: Text): boolean {
  return /^\d*$/.test(text.trim()) || text.includes('$');
}

/** `-` and an empty text mean no schedule, macros have their own rule, and the value of a variable is unknown. */
function isLeftAlone({ text }: Text): boolean {
  return /^-?$/.test(text.trim()) || MACRO.test(text.trim()) || text.includes('$');
}
