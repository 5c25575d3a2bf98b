import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderKnownErrorDocs } from '../../../scripts/known-error-docs/render-known-error-docs.ts';

test('docs/known-errors.md matches the table: if not, run `npm run generate`', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/known-errors.md'), 'utf8');
  expect(page).toBe(await renderKnownErrorDocs());
});
