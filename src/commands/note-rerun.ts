import type { RerunEvent } from '../domain/delivery.ts';
import type { Rerun } from '../domain/deployment.ts';
import type { LogSetting } from '../domain/log-setting.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { NotedRerun, Plan } from '../planning/plan-store.ts';
import { describeLostRun } from './describe-lost-run.ts';
import type { OldRun } from './trust-runs.ts';
/** The request. The account is null if the app no longer has one for the owner. */
export interface AskedRerun {
  readonly event: RerunEvent;
  readonly account: { readonly key: string } | null;
}

export function refuse({ actor: by, how }: RerunEvent, why: string, problem?: string): Rerun {
  const asked = how === 'approve' ? ({ asked: 'approval' } as const) : {};
  return { kind: 'refused', by, why, ...(problem === undefined ? {} : { problem }), ...asked };
}

interface FoundWorkspace {
  readonly workspace?: Workspace | null;
  readonly log?: LogSetting;
}

/** Notes the outcome on the old run. A run from a lost database is reconstructed from GitHub. */
export function noteOn(
  { event, account }: AskedRerun,
  run: OldRun,
  rerun: Rerun,
  { workspace = null, log = null }: FoundWorkspace = {},
): NotedRerun {
  const facts = { run: run.shown, ids: run.ids, account: account?.key ?? '', repository: event.repository };
  const lost = describeLostRun({
    ...facts,
    sha: event.sha,
    pushedBy: event.pushedAt ?? null,
    workspace,
    log,
  });
  return { deploymentId: run.ids.deploymentId, repositoryId: event.repository.id, rerun, lost };
}

export function refuseAll(asked: AskedRerun, runs: readonly OldRun[], why: string, problem?: string): Plan {
  const rerun = refuse(asked.event, why, problem);
  const reruns = runs.map((run) => noteOn(asked, run, rerun));
  return { outcome: 'command_refused', deployments: [], reruns };
}
