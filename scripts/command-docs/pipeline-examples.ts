import type { WorkspacePipelines } from '../../src/commands/pipelines/read-pipelines.ts';
import type { ShownWatch } from '../../src/commands/replies/reply-view.ts';
import type { Job } from '../../src/domain/job.ts';
import type { Pipeline } from '../../src/domain/pipeline.ts';
import { describePipeline } from '../../src/domain/pipeline-watch.ts';
import { buildJob } from '../../test/unit/domain/job-builder.ts';
import { buildPipeline, buildWatch } from '../../test/unit/domain/pipeline-builder.ts';
import { type Example, example, NOW, PROD } from './example-parts.ts';

function lastRun(status: string, seconds: number): Job {
  return buildJob({ status, startTime: NOW + 1_000, endTime: NOW + 1_000 * (1 + seconds) });
}

export const FACEBOOK = buildPipeline({ name: 'facebook', status: 'FAILED', schedule: '0 0 */6 * * *' });
const GOOGLE_ADS = buildPipeline({ name: 'Google Ads', schedule: '0 0 9-17 * * MON-FRI' });
const REPORTS = buildPipeline({ name: 'reports', triggeredBy: ['deploy', 'Google Ads'] });
export const READ_PIPELINES: readonly WorkspacePipelines[] = [
  {
    workspace: PROD,
    kind: 'read',
    pipelines: [
      { pipeline: FACEBOOK, lastRun: lastRun('ERROR', 38) },
      { pipeline: GOOGLE_ADS, lastRun: lastRun('COMPLETE', 102) },
      { pipeline: REPORTS, lastRun: null },
    ],
  },
];

export function listPipelines(): readonly Example[] {
  return [
    example('Pipelines', '/meltano pipelines', {
      kind: 'pipelines',
      workspaces: [PROD],
      read: READ_PIPELINES,
    }),
  ];
}

function watchOf(purpose: 'run' | 'verification', ...pipelines: ShownJob[]): ShownWatch {
  const state = pipelines.every(({ outcome }) => outcome !== null) ? 'concluded' : 'running';
  return buildWatch({ purpose, state, pipelines, ...(purpose === 'verification' && { checkName: null }) });
}

type ShownJob = ShownWatch['pipelines'][number];

function job(of: Pipeline, differences: Partial<ShownJob> = {}): ShownJob {
  return { ...describePipeline(of, { file: null, isStarted: true }), error: null, ...differences };
}

const EXPIRED: Partial<ShownJob> = {
  outcome: 'failed',
  error: { message: 'tap-facebook: the access token has expired', advice: null },
};

export function listVerifications(): readonly Example[] {
  const verify = { kind: 'verify', workspace: PROD, leftOut: 0 } as const;
  return [
    example('Verify a pipeline', '/meltano verify facebook', {
      ...verify,
      watch: watchOf('verification', job(FACEBOOK, EXPIRED)),
    }),
    example('Verify all', '/meltano verify', {
      ...verify,
      watch: watchOf(
        'verification',
        job(FACEBOOK, EXPIRED),
        job(GOOGLE_ADS, { jobStatus: 'RUNNING' }),
        job(REPORTS),
      ),
    }),
  ];
}

export function listRuns(): readonly Example[] {
  const asked = '/meltano run google ads --yes';
  const ran = { outcome: 'succeeded', startedAt: NOW, endedAt: NOW + 102_000 } as const;
  const busy = {
    outcome: 'not_started',
    problem: 'Meltano Cloud answered 409 Conflict: The pipeline is already running',
  } as const;
  const run = (differences: Partial<ShownJob>) =>
    ({
      kind: 'run',
      workspace: PROD,
      watch: watchOf('run', job(GOOGLE_ADS, differences)),
    }) as const;
  return [
    example('What a run would do', '/meltano run google ads', {
      kind: 'preview',
      workspace: PROD,
      pipeline: GOOGLE_ADS,
    }),
    example('A run', asked, run(ran)),
    example('A run while another one is under way', asked, run(busy)),
  ];
}
