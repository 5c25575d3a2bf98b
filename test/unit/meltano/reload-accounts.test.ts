import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, expect, onTestFinished, test } from 'vitest';

import { createRedactor, REDACTED } from '../../../src/logs/redact.ts';
import { reloadAccounts } from '../../../src/meltano/wiring.ts';

const SECRET = 'value-of-the-new-token';
const redactor = createRedactor({ secrets: [] });

let file: string;
/** What the accounts were replaced by, and whether its secret was known by then. */
let replaced: { logins: string[]; isSecretKnown: boolean }[];
let problems: unknown[];

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  file = join(directory, 'accounts.yml');
  [replaced, problems] = [[], []];
});

function reload(text: string): void {
  writeFileSync(file, text);
  const defaults = {
    apiUrl: 'https://app.meltano.com/api',
    authUrl: 'https://x',
    audience: null,
    adoptJobs: true,
    allowInsecure: false,
  };
  const sink = { write: (line: string) => void problems.push(JSON.parse(line).problem) };
  reloadAccounts({
    source: { file, env: { NEW_TOKEN: SECRET }, defaults },
    replaceAccounts: (accounts) => {
      const isSecretKnown = redactor.redactText(SECRET) === REDACTED;
      replaced.push({ logins: accounts.map((one) => one.login), isSecretKnown });
    },
    redactor,
    log: pino({ level: 'error' }, sink),
  });
}

test('a bad file replaces nothing, and each of its problems is logged', () => {
  reload('accounts:\n  acme:\n    token: literal\n    brunch: x\n');
  expect(replaced).toEqual([]);
  expect(problems).toEqual([
    ...[expect.stringContaining('.token must be'), expect.stringContaining('.brunch is not')],
    undefined,
  ]);
});

test('a good file replaces the accounts, and its secrets are hidden before they can be used', () => {
  reload(`accounts:\n  acme:\n    token: \${NEW_TOKEN}\n`);
  expect(replaced).toEqual([{ logins: ['acme'], isSecretKnown: true }]);
  expect(problems).toEqual([]);
});
