import type { ReplyBody } from '../../src/commands/replies/reply-view.ts';
import { COMMAND_NAMES, type CommandName } from '../../src/domain/command.ts';
import type { ShownWorkspace } from '../../src/domain/conversation.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import type { ShownDeployment } from '../../src/reporting/render/describe-shown.ts';
import { buildDeployment } from '../../test/unit/domain/deployment-builder.ts';
import { DEV, type Example, example, NEWER, NOW, PROD, refused, SHA } from './example-parts.ts';
import { LOCK, listApprovals, listLocks, listUnlocks } from './lock-examples.ts';
import { FACEBOOK, listPipelines, listRuns, listVerifications, READ_PIPELINES } from './pipeline-examples.ts';

const FINDING = 'pipelines/google-ads.yml:7: unknown key data_component; did you mean data_components?';

function deployment(of: ShownWorkspace, differences: Partial<Deployment>): ShownDeployment {
  const run = differences.checkRunId ?? 42;
  return {
    deployment: buildDeployment({
      workspaceId: of.id,
      workspaceName: of.name,
      branch: of.branch,
      directory: of.directory,
      sha: SHA,
      cause: 'command',
      reason: 'command',
      pushedAt: NOW,
      receivedAt: NOW,
      checkRunUrl: `https://github.com/acme/data/runs/${run}`,
      ...differences,
    }),
    supersededBy: null,
  };
}

function ended(seconds: number): Partial<Deployment> {
  return {
    state: 'concluded',
    reason: 'job_complete',
    conclusion: 'success',
    jobId: 'job',
    deployedSha: SHA,
    acceptedAt: NOW + 2_000,
    jobStartedAt: NOW + 6_000,
    jobEndedAt: NOW + 6_000 + seconds * 1_000,
    concludedAt: NOW + 7_000 + seconds * 1_000,
  };
}

const FAILED: Partial<Deployment> = { ...ended(38), reason: 'job_error', conclusion: 'failure' };

/** One example of each kind of reply, in the order of the page. */
export function listExamples(): readonly Example[] {
  return [...COMMAND_NAMES.flatMap((name) => EXAMPLES[name]()), ...listRefusals()];
}

const EXAMPLES: Readonly<Record<CommandName, () => readonly Example[]>> = {
  redeploy: listRedeployments,
  withdraw: listWithdrawals,
  approve: listApprovals,
  lock: listLocks,
  unlock: listUnlocks,
  status: listStatuses,
  logs: listLogs,
  why: listExplanations,
  pipelines: listPipelines,
  verify: listVerifications,
  run: listRuns,
  help: () => [example('Help', '/meltano help', { kind: 'help', level: 'triage' })],
};

function redeploy(...deployments: ShownDeployment[]): ReplyBody {
  return { kind: 'redeploy', missing: [], deployments };
}

function listRedeployments(): readonly Example[] {
  return [
    example(
      'While it is in progress',
      '/redeploy',
      redeploy(deployment(PROD, { state: 'running', jobId: 'job', jobStartedAt: NOW })),
    ),
    example('When it has ended', '/redeploy', redeploy(deployment(PROD, ended(102)))),
    example(
      'Several workspaces',
      '/redeploy "Analytics (prod)" "Analytics (dev)"',
      redeploy(deployment(PROD, ended(102)), {
        ...deployment(DEV, { ...FAILED, checkRunId: 43 }),
        error: { message: 'relation "orders" does not exist', advice: null },
      }),
    ),
    example('Superseded by a newer push', '/redeploy', {
      kind: 'redeploy',
      missing: [],
      deployments: [
        {
          ...deployment(PROD, {
            state: 'concluded',
            reason: 'superseded',
            conclusion: 'skipped',
            concludedAt: NOW,
          }),
          supersededBy: deployment(PROD, { sha: NEWER, checkRunId: 44 }).deployment,
        },
      ],
    }),
    example(
      'The project check found an error',
      '/redeploy',
      redeploy(
        deployment(PROD, {
          state: 'concluded',
          conclusion: 'skipped',
          reason: 'project_error',
          problem: FINDING,
        }),
      ),
    ),
    example(
      'Forced past the project check',
      '/redeploy --force',
      redeploy(
        deployment(PROD, {
          ...ended(102),
          gates: [{ kind: 'project', passed: { how: 'forced', why: FINDING } }],
          forcedBy: 'ana',
        }),
      ),
    ),
    example('A branch that does not exist', '/redeploy', refused({ code: 'branch_missing', missing: [DEV] })),
  ];
}

function listWithdrawals(): readonly Example[] {
  return [
    example('Withdraw', '/meltano withdraw "Analytics (prod)" "Analytics (dev)"', {
      kind: 'withdraw',
      idle: [DEV],
      deployments: [
        deployment(PROD, { ...ended(20), reason: 'withdrawn', conclusion: 'cancelled', withdrawnBy: 'ana' }),
      ],
    }),
  ];
}

function listStatuses(): readonly Example[] {
  return [
    example('Status', '/meltano status', {
      kind: 'status',
      workspaces: [PROD, DEV],
      lags: [
        {
          workspaceId: PROD.id,
          deployed: SHA,
          head: NEWER,
          commits: 4,
          since: NOW,
          cause: 'push_off',
          others: [{ id: 'job', commit: SHA, endedAt: NOW }],
        },
      ],
      locks: [LOCK],
      pipelines: true,
      failing: READ_PIPELINES,
      statuses: [
        {
          workspace: PROD,
          recent: [deployment(PROD, ended(102)), deployment(PROD, { ...FAILED, cause: 'push' })],
        },
        { workspace: DEV, recent: [] },
      ],
    }),
  ];
}

function listLogs(): readonly Example[] {
  return [
    example('Logs', '/meltano logs "Analytics (prod)" --lines 3', {
      kind: 'logs',
      workspace: PROD,
      lines: 3,
      log: {
        kind: 'shown',
        deployment: deployment(PROD, ended(102)).deployment,
        totalLines: 214,
        redactions: 1,
        error: null,
        lines: ['Installing 3 plugins', 'TAP_PASSWORD=[redacted]', 'Deployed'],
      },
    }),
    example('Logs of a public repository', '/meltano logs', {
      kind: 'logs',
      workspace: PROD,
      lines: 100,
      log: { kind: 'hidden', mode: 'none', deployment: deployment(PROD, ended(102)).deployment },
    }),
  ];
}

function listExplanations(): readonly Example[] {
  return [
    example('Why', '/meltano why', {
      kind: 'why',
      findings: [
        { workspace: PROD, sha: SHA, isHead: true, reason: 'push', since: null },
        { workspace: DEV, sha: NEWER, isHead: true, reason: 'paths_unchanged', since: SHA },
      ],
    }),
    example('Why, with a lock and a freeze', '/meltano why "Analytics (prod)"', {
      kind: 'why',
      findings: [
        {
          workspace: PROD,
          sha: SHA,
          isHead: true,
          reason: 'push',
          since: null,
          lock: LOCK,
          freeze: { until: 'Mon 06:00 Europe/London', why: 'weekend' },
        },
      ],
    }),
    example('Why, with an error in the project', '/meltano why a1b2c3d', {
      kind: 'why',
      findings: [
        {
          workspace: PROD,
          sha: SHA,
          isHead: true,
          reason: 'project_error',
          problem: FINDING,
          since: null,
          source: { file: '.github/meltano-deploy.yml', sha: NEWER },
          projectCheck: { state: 'closed', checkRunUrl: 'https://github.com/acme/data/runs/43' },
        },
      ],
    }),
  ];
}

function listRefusals(): readonly Example[] {
  return [
    example('Not permitted', '/redeploy', refused({ code: 'not_permitted', needed: 'push', has: 'triage' })),
    example(
      'A name that matches nothing',
      '/redeploy Analitics',
      refused({ code: 'unknown_workspace', word: 'Analitics', candidates: [PROD, DEV] }),
    ),
    example(
      'No workspace is named',
      '/redeploy',
      refused({ code: 'choose_workspace', branch: null, candidates: [PROD, DEV] }),
    ),
    example(
      'A pipeline that does not exist',
      '/meltano run facebok --yes',
      refused({
        code: 'unknown_pipeline',
        word: 'facebok',
        workspace: PROD,
        candidates: [FACEBOOK],
        areNear: true,
      }),
    ),
    example('A typing error', '/meltano redploy', refused({ code: 'not_understood' })),
    example('A wrong flag', '/redeploy --forse', refused({ code: 'not_understood' })),
    example('No workspace uses the repository', '/meltano status', refused({ code: 'no_workspace' })),
    example('The app was offline', '/meltano withdraw', refused({ code: 'too_late' })),
    example(
      'GitHub or Meltano Cloud is unavailable',
      '/redeploy',
      refused({ code: 'unanswered', problem: 'Meltano Cloud did not answer' }),
    ),
  ];
}
