import { expect, test } from 'vitest';
import { prepareSetUp } from '../../../src/config/prepare-set-up.ts';

function prepare(env: Record<string, string>) {
  const prepared: Record<string, string | undefined> = { ...env };
  return { problem: prepareSetUp(prepared), env: prepared };
}

test('the set-up page gets normalised values', () => {
  expect(prepare({ HOST: 'localhost\n', GH_ORG: ' acme ', GHE_HOST: '', OTHER: 'x\n' })).toEqual({
    problem: null,
    env: { HOST: 'localhost', GH_ORG: 'acme', OTHER: 'x\n' },
  });
  expect(prepare({ GHE_HOST: 'https://api.github.com/' })).toEqual({ problem: null, env: {} });
  expect(prepare({ GHE_HOST: 'http://git.example:8080/' })).toEqual({
    problem: null,
    env: { GHE_HOST: 'git.example:8080', GHE_PROTOCOL: 'http' },
  });
});

test('the set-up page refuses GHE.com, whose API address it does not know', () => {
  expect(prepare({ GHE_HOST: 'acme.ghe.com' }).problem).toContain('https://acme.ghe.com/settings/apps/new');
});
