import { expect, test } from 'vitest';
import { readRepositoryConfiguration } from '../../../src/config/repository-configuration-file.ts';

function read(approval: string) {
  return readRepositoryConfiguration(`workspaces:\n  - workspace: a\n    approval: ${approval}\n`, {
    workspaces: null,
  });
}

test.each([
  ['{}', { role: 'maintain', notBy: null }],
  ['{role: triage}', { role: 'triage', notBy: null }],
  ['{role: admin, not_by: author}', { role: 'admin', notBy: 'author' }],
  ['', undefined],
])('%j', (text, approval) => {
  const result = read(text);
  expect(result.ok && result.configuration.workspaces?.[0]?.approval).toEqual(approval);
});

test.each([
  [
    '{role: owner}',
    '3 workspaces[0].approval.role must be triage, write, maintain or admin, not the text "owner".',
  ],
  ['{not_by: pusher}', '3 workspaces[0].approval.not_by must be author, not the text "pusher".'],
  ['{roles: admin}', '3 workspaces[0].approval.roles is not a known key. Did you mean "role"?'],
  ['true', '3 workspaces[0].approval must be a section with its own keys, not true.'],
])('%j is refused', (text, problem) => {
  const result = read(text);
  expect(result.ok ? [] : result.problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
    problem,
  ]);
});

test('belongs to a workspace', () => {
  const result = readRepositoryConfiguration('deploy: {approval: {}}', { workspaces: null });
  expect(result.ok ? [] : result.problems.map(({ message }) => message)).toEqual([
    'deploy.approval is not a known key here: it belongs to an entry of "workspaces".',
  ]);
});
