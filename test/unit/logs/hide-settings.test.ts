import { expect, test } from 'vitest';
import { hideSettings } from '../../../src/logs/hide-settings.ts';

test.each([
  ['tap-github: invalid start date start_date=2020', 'tap-github: invalid start date start_date=[redacted]'],
  ['refused host="db 1" port=5432', 'refused host=[redacted] port=[redacted]'],
  ['tap-github.start_date: not a date', 'tap-github.start_date: [redacted]'],
  ["invalid 'target-postgres.host': db.internal", "invalid 'target-postgres.host': [redacted]"],
  ['meltano.yml:12 mapping values are not allowed here', null],
  ['psycopg2.OperationalError: connection refused', null],
  ['tap-facebook: the access token has expired', null],
  ['a == b and c >= d', null],
])('%s', (error, hidden) => {
  expect(hideSettings(error)).toBe(hidden ?? error);
});
