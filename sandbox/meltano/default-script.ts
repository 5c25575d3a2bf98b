import type { JobScript } from './sandbox-job.ts';
import type { SandboxWorkspace } from './sandbox-workspace.ts';

export interface ScriptContext {
  workspace: SandboxWorkspace;
  /** The present head of the tracked branch. If it moves before the job runs, the script is requested again. */
  commitId: string | null;
  /** The n-th job of the workspace, from 1. */
  number: number;
}

/** A short successful deployment with lines of Meltano and dbt. Only its times vary. */
export function defaultScript(context: ScriptContext, now = Date.now()): JobScript {
  const line = (afterMs: number, level: string, text: string) => ({
    afterMs,
    lines: [`${new Date(now + 300 + afterMs).toISOString()} [${level.padEnd(9)}] ${text}`],
  });
  const { repositoryBranch, repositoryDirectory, defaultEnvironment } = context.workspace;
  const project = ['/project', repositoryDirectory?.replaceAll(/^\/+|\/+$/g, '')].filter(Boolean).join('/');
  const commit = context.commitId?.slice(0, 7) ?? 'HEAD';
  return {
    steps: [
      line(0, 'info', `Cloning branch '${repositoryBranch || 'HEAD'}' into /project`),
      line(150, 'info', `Checked out ${commit}`),
      line(300, 'info', `Environment '${defaultEnvironment}' is active`),
      line(500, 'info', `Reading ${project}/meltano.yml`),
      line(700, 'info', 'Installing 3 plugins'),
      line(900, 'info', "Installed extractor 'tap-github'"),
      line(1050, 'info', "Installed loader 'target-postgres'"),
      line(1200, 'info', "Installed utility 'dbt-postgres'"),
      line(1350, 'info', 'Running with dbt=1.10.2: compiled 12 models, 34 tests, 2 sources'),
      line(1450, 'info', 'Deployment finished: 3 plugins, 2 schedules, 1 dataset'),
    ],
    status: 'COMPLETE',
    endAfterMs: 1500,
  };
}

/** A deployment that fails because of `meltano.yml`. */
export function failingScript(context: ScriptContext, now = Date.now()): JobScript {
  const { steps = [] } = defaultScript(context, now);
  const stamp = new Date(now + 900).toISOString();
  return {
    steps: [
      ...steps.slice(0, 4),
      {
        afterMs: 600,
        lines: [
          `${stamp} [error    ] meltano.yml:12 mapping values are not allowed here`,
          `${stamp} [error    ] Deployment failed`,
        ],
      },
    ],
    status: 'ERROR',
    endAfterMs: 650,
  };
}
