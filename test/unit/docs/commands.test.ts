import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderCommandDocs } from '../../../scripts/command-docs/render-command-docs.ts';
import { COMMAND_HELP } from '../../../src/commands/replies/render-help.ts';
import { COMMAND_NAMES } from '../../../src/domain/command.ts';

test('docs/commands.md matches the code: if not, run `npm run generate`', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/commands.md'), 'utf8');
  expect(page).toBe(renderCommandDocs());
});

test.each(COMMAND_NAMES)('docs/repository.md tells owners of a repository about %s', (name) => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/repository.md'), 'utf8');
  const [command] = COMMAND_HELP[name].usage.split(/ [[<]/);
  expect(page).toContain(`\`${command}\``);
});
