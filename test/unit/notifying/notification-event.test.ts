import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  notificationEventSchema,
  renderNotificationSchema,
} from '../../../src/notifying/notification-event.ts';
import { buildEvent } from './build-event.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('schema/notification.schema.json is what the code says: if not, run `npm run generate`', () => {
  const file = readFileSync(join(ROOT, 'schema/notification.schema.json'), 'utf8');
  expect(file).toBe(renderNotificationSchema());
});

test('the example in docs/notifications.md follows the schema', () => {
  const page = readFileSync(join(ROOT, 'docs/notifications.md'), 'utf8');
  const example: unknown = JSON.parse(/^```json\n([\s\S]+?)^```/m.exec(page)?.[1] ?? '');
  expect(notificationEventSchema.parse(example)).toEqual(example);
  expect(notificationEventSchema.safeParse({ ...buildEvent(), type: 'succeeded' }).success).toBe(false);
});
