import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { insertRoomGraph } from '../../../scripts/room-docs/render-room-docs.ts';

test('docs/architecture.md draws the rooms as they are: if not, run `npm run generate`', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/architecture.md'), 'utf8');
  expect(page).toBe(insertRoomGraph(page));
});
