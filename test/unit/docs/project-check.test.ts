import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderProjectDocs } from '../../../scripts/project-docs/render-project-docs.ts';

test('docs/project-check.md matches the rules: if not, run `npm run generate`', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/project-check.md'), 'utf8');
  expect(page).toBe(await renderProjectDocs());
});
