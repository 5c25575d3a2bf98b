import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderCommandDocs } from '../../../scripts/command-docs/render-command-docs.ts';

test('docs/commands.md is what the code says: if not, run `npm run generate`', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/commands.md'), 'utf8');
  expect(page).toBe(renderCommandDocs());
});
