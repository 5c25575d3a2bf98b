import { defaultScript, type ScriptContext } from '../../sandbox/meltano/default-script.ts';
import type { JobScript, JobStep } from '../../sandbox/meltano/sandbox-job.ts';
import { BROKEN_MELTANO_YML, describeBrokenMeltanoYml, MELTANO_YML, writeModel } from './example-project.ts';

/** A kind of push to choose from: its changes and the script of its job. */
export interface PushKind {
  readonly message: string;
  /** Paths below the workspace's directory. `revision` differs each time. */
  readonly files: (revision: number) => Record<string, string>;
  readonly script: (context: ScriptContext) => JobScript;
}

const changeModel = (revision: number) => ({
  'meltano.yml': MELTANO_YML,
  'transform/models/orders.sql': writeModel(revision),
});

export const PUSH_KINDS = {
  succeeds: { message: 'Add a total to the orders model', files: changeModel, script: defaultScript },
  fails: {
    message: 'Load orders since January',
    files: (revision) => ({ ...changeModel(revision), 'meltano.yml': BROKEN_MELTANO_YML }),
    script: writeFailingScript,
  },
  slow: {
    message: 'Rebuild all models',
    files: changeModel,
    script: (context) => writeLongScript(context, 30_000),
  },
  busy: {
    message: 'Rebuild the orders model',
    files: changeModel,
    script: (context) => writeLongScript(context, 8_000),
  },
} satisfies Record<string, PushKind>;

export type PushKindName = keyof typeof PUSH_KINDS;

/** A workspace's directory without slashes around it. Empty: the root. */
export function trimDirectory(directory: string | undefined): string {
  return (directory ?? '').replaceAll(/^\/+|\/+$/g, '');
}

function writeFailingScript(context: ScriptContext): JobScript {
  const { steps = [] } = defaultScript(context);
  const project = ['/project', trimDirectory(context.workspace.repositoryDirectory)]
    .filter(Boolean)
    .join('/');
  const error = { afterMs: 1500, lines: describeBrokenMeltanoYml(project) };
  return { steps: [...steps.slice(0, 4), error], status: 'ERROR', endAfterMs: 1600 };
}

/** The default log, then lines of dbt until `ms` have passed. */
function writeLongScript(context: ScriptContext, ms: number): JobScript {
  const { steps = [] } = defaultScript(context);
  const start = Date.now();
  const models = Math.floor(ms / 1000) - 2;
  const runs = Array.from({ length: models }, (_, index): JobStep => {
    const afterMs = 1500 + index * 1000;
    const stamp = new Date(start + 300 + afterMs).toISOString();
    const place = `${index + 1} of ${models}`;
    return {
      afterMs,
      lines: [`${stamp} [info     ] ${place} OK created sql view model dev.model_${index + 1}`],
    };
  });
  return {
    steps: [...steps.slice(0, -1), ...runs, ...steps.slice(-1).map((s) => ({ ...s, afterMs: ms - 100 }))],
    endAfterMs: ms,
  };
}
