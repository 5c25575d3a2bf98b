import { expect, test } from 'vitest';
import type { Deployment } from '../../../../src/domain/deployment.ts';
import { renderFailureComment } from '../../../../src/reporting/render/render-failure-comment.ts';
import { buildDeployment } from '../../domain/deployment-builder.ts';
import { buildRepository } from '../../domain/push-builder.ts';

const SHA = 'a'.repeat(40);
const FIX = 'f'.repeat(40);

function failed(differences: Partial<Deployment> = {}): Deployment {
  return buildDeployment({
    sha: SHA,
    state: 'concluded',
    conclusion: 'failure',
    reason: 'job_error',
    jobId: 'job',
    checkRunUrl: 'https://github.com/acme/data/runs/1',
    ...differences,
  });
}

function repaired(differences: Partial<Deployment> = {}): Deployment {
  return failed({
    sha: FIX,
    conclusion: 'success',
    reason: 'job_complete',
    checkRunUrl: 'https://github.com/acme/data/runs/2',
    ...differences,
  });
}

function render(...failures: { deployment: Deployment; repairedBy: Deployment | null }[]): string {
  return renderFailureComment({
    repository: buildRepository(),
    githubUrl: 'https://github.com',
    workspaceUrl: (id) => `https://app.meltano.com/workspaces/${id}`,
    failures,
    wayBack: null,
  });
}

test('a failure, and when the comment changes', () => {
  expect(render({ deployment: failed(), repairedBy: null })).toMatchInlineSnapshot(`
    "**Failed:** [\`Analytics\`](https://app.meltano.com/workspaces/71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e), branch \`main\`, commit [\`aaaaaaa\`](https://github.com/acme/data/commit/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) of this pull request. [Check run](https://github.com/acme/data/runs/1).

    This comment is updated when a later deployment succeeds."
  `);
});

test('a failure that was repaired', () => {
  expect(render({ deployment: failed(), repairedBy: repaired() })).toMatchInlineSnapshot(`
    "**Repaired:** [\`Analytics\`](https://app.meltano.com/workspaces/71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e), [deployed](https://github.com/acme/data/runs/2) with commit [\`fffffff\`](https://github.com/acme/data/commit/ffffffffffffffffffffffffffffffffffffffff).

    The deployment of commit [\`aaaaaaa\`](https://github.com/acme/data/commit/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) of this pull request had failed. [Check run](https://github.com/acme/data/runs/1)."
  `);
});

test('several workspaces, some repaired', () => {
  const other = { workspaceId: 'w2', workspaceName: 'Staging' };
  expect(
    render({ deployment: failed(), repairedBy: repaired() }, { deployment: failed(other), repairedBy: null }),
  ).toMatchInlineSnapshot(`
    "**1 of 2 workspaces failed to deploy this pull request**

    | Workspace | Branch | Commit | State | Repaired by |
    | --- | --- | --- | --- | --- |
    | [\`Analytics\`](https://app.meltano.com/workspaces/71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e) | \`main\` | [\`aaaaaaa\`](https://github.com/acme/data/commit/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) | [Failed](https://github.com/acme/data/runs/1) | [\`fffffff\`](https://github.com/acme/data/commit/ffffffffffffffffffffffffffffffffffffffff) |
    | [\`Staging\`](https://app.meltano.com/workspaces/w2) | \`main\` | [\`aaaaaaa\`](https://github.com/acme/data/commit/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) | [Failed](https://github.com/acme/data/runs/1) |  |

    This comment is updated when a later deployment succeeds."
  `);
  expect(
    render(
      { deployment: failed(), repairedBy: repaired() },
      { deployment: failed(other), repairedBy: repaired(other) },
    ),
  ).toMatch(/^\*\*Repaired: all 2 /);
});

test('outside text is never rendered', () => {
  const text = render({
    deployment: failed({
      workspaceName: '@ana #1 <b>',
      reason: 'start_refused',
      problem: '@ana says ![x](y)',
    }),
    repairedBy: null,
  });
  expect(text.replace(/`[^`]*`/g, '')).not.toMatch(/@|#1|<b>|!\[/);
});
