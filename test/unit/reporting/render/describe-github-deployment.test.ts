import { expect, test } from 'vitest';
import { nameEnvironment } from '../../../../src/reporting/render/describe-github-deployment.ts';

const ID = '61c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const SECRET = 'a-secret-of-this-app';
const redact = (text: string) => text.replaceAll(SECRET, '***');

test.each([
  ['as it is', 'Analytics (prod/eu)', 'Analytics (prod/eu)'],
  ['on one line', 'Ana\nlytics\u001b[31m', 'Ana lytics'],
  ['without a secret, and none is left at the cut', `${'x'.repeat(245)}${SECRET}`, `${'x'.repeat(245)}***`],
  ['cut to what GitHub takes, between characters', `${'x'.repeat(254)}😀`, 'x'.repeat(254)],
  ['the id where nothing is left', ' \u0007 ', ID],
])('the name of an environment: %s', (_, name, shown) => {
  expect(nameEnvironment({ name, workspaceId: ID }, redact)).toBe(shown);
});
