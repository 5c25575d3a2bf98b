import { expect, test } from 'vitest';
import { DEFAULT_CONFIGURATION, settingsOf } from '../../../src/domain/repository-configuration.ts';
import { listGates } from '../../../src/planning/plan-deployment.ts';
import { buildWorkspace } from '../deploying/reconcile-world.ts';

const OWN = buildWorkspace();
const STAGING = buildWorkspace({ id: 'staging-1', name: 'Staging' });
const OTHER = buildWorkspace({ id: 'staging-2', name: 'staging' });

test.each([
  ['the workspace of that name', [OWN, STAGING], [{ workspaceId: 'staging-1', name: 'Staging' }]],
  [
    'all of that name',
    [OWN, STAGING, OTHER],
    [
      { workspaceId: 'staging-1', name: 'Staging' },
      { workspaceId: 'staging-2', name: 'staging' },
    ],
  ],
  ['one that is gone, which never deploys', [OWN], [{ workspaceId: '', name: 'STAGING' }]],
])('a deployment waits for %s', (_, workspaces, after) => {
  const settings = { ...settingsOf(DEFAULT_CONFIGURATION, OWN), after: ['STAGING'] };
  const gate = { kind: 'order', after, timeoutMinutes: 60, passed: null };
  expect(listGates(settings, workspaces)).toEqual([gate]);
});
