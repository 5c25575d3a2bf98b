import type { NotificationEvent } from '../../../src/notifying/notification-event.ts';

export function buildEvent(
  differences: Partial<NotificationEvent['data']> = {},
  type: NotificationEvent['type'] = 'failed',
): NotificationEvent {
  return {
    type,
    timestamp: '2026-05-04T09:14:02.120Z',
    data: {
      deployment: '0b9d3f52-1c1f-4a50-8f0a-6d0c8f3f9a11',
      conclusion: 'failure',
      reason: 'job_failed',
      summary: 'Failed after 38 s',
      workspace: {
        id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
        name: 'Analytics',
        url: 'https://app.meltano.com/workspaces/71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
      },
      repository: { id: 1_296_269, name: 'acme/data', url: 'https://github.com/acme/data' },
      branch: 'main',
      commit: { requested: 'a'.repeat(40), deployed: 'a'.repeat(40) },
      cause: 'push',
      requested_by: 'ana',
      url: 'https://github.com/acme/data/runs/1',
      ...differences,
    },
  };
}
