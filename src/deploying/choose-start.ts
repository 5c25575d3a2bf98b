import type { Deployment } from '../domain/deployment.ts';
import type { Job } from '../domain/job.ts';
import type { MeltanoApi, MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import type { ReconcileContext } from './reconcile-context.ts';

export type ChosenStart =
  | {
      readonly kind: 'start';
      /** Sends nothing once the start isn't fresh any more. */
      readonly send: (isFresh: () => boolean) => Promise<MeltanoResult<Job>>;
      /** True if the request is authorised by the workspace's deployment secret alone. */
      readonly isSigned: boolean;
    }
  /** The deployment secret can't be read now. */
  | { readonly kind: 'failed'; readonly failure: MeltanoFailure }
  /** The push or the deployment secret is missing; `problem` is shown to people. */
  | { readonly kind: 'impossible'; readonly problem: string };

/** Prepares the request that starts a deployment, so that `send` needs no further reads. */
export async function chooseStart(
  context: ReconcileContext,
  { account: key, workspaceId, repositoryId, branch }: Deployment,
  api: MeltanoApi,
): Promise<ChosenStart> {
  const trigger = context.accounts.byKey(key)?.triggerOf(workspaceId) ?? { kind: 'api' };
  if (trigger.kind === 'api')
    return { kind: 'start', isSigned: false, send: (isFresh) => api.startDeployment(workspaceId, isFresh) };
  const payload = await context.store.findPush(repositoryId, branch);
  if (payload === null) return { kind: 'impossible', problem: describeMissingPush(branch) };
  const read =
    trigger.secret === null
      ? await api.readDeploymentSecret(workspaceId)
      : ({ ok: true, value: trigger.secret } as const);
  if (!read.ok) return { kind: 'failed', failure: read.failure };
  const secret = read.value;
  if (secret === null) {
    const problem =
      "Meltano Cloud does not show the workspace's deployment secret to this app's credentials: the operator has to set deployment_secret";
    return { kind: 'impossible', problem };
  }
  return { kind: 'start', isSigned: true, send: () => api.startByPush({ workspaceId, payload, secret }) };
}

/** Explains that a start by push lacks the push; the text is a clause shown to people. */
function describeMissingPush(branch: string): string {
  return `deployments of the workspace are started by sending its last push to Meltano Cloud, and none to the branch ${branch} is kept here: push once more`;
}
