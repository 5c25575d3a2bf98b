import { DEV, type Example, example, PROD, refused, SHA } from './example-parts.ts';

export const LOCK = { workspaceId: PROD.id, by: 'ana', reason: 'month end' };

export function listLocks(): readonly Example[] {
  return [
    example('Lock a workspace', '/meltano lock "Analytics (prod)" month end', {
      kind: 'lock',
      workspace: PROD,
      reason: 'month end',
      replaced: null,
    }),
    example('Lock all workspaces', '/meltano lock month end', {
      kind: 'lock',
      workspace: null,
      reason: 'month end',
      replaced: { workspaceId: null, by: 'bob', reason: 'incident' },
    }),
    example(
      'A lock without a reason',
      '/meltano lock "Analytics (prod)"',
      refused({ code: 'no_lock_reason', workspace: PROD }),
    ),
  ];
}

export function listUnlocks(): readonly Example[] {
  return [
    example('Unlock', '/meltano unlock "Analytics (prod)"', {
      kind: 'unlock',
      workspace: PROD,
      removed: [LOCK],
      isRestLocked: true,
    }),
    example('Nothing is locked', '/meltano unlock', {
      kind: 'unlock',
      workspace: null,
      removed: [],
      isRestLocked: false,
    }),
  ];
}

export function listApprovals(): readonly Example[] {
  return [
    example('Approve', '/meltano approve', {
      kind: 'approve',
      approved: [{ workspaceId: PROD.id, workspaceName: PROD.name, sha: SHA }],
      refused: [
        {
          workspaceId: DEV.id,
          workspaceName: DEV.name,
          why: 'authors and committers of the commits cannot approve them',
        },
      ],
    }),
    example('Nothing waits for an approval', '/meltano approve', refused({ code: 'nothing_to_approve' })),
  ];
}
