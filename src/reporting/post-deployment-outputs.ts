import type { Clock } from '../domain/clock.ts';
import type { Conclusion, Deployment } from '../domain/deployment.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { NotedFailures } from './failure-comment.ts';
import type { NotedIssues } from './failure-issue.ts';
import type { OpenGitHubDeployments } from './github-deployment.ts';

/** What a repository wants besides check runs. */
export interface WantedOutputs {
  readonly failureComments: boolean;
  readonly failureIssues: boolean;
  readonly issueLabels: readonly string[];
  readonly githubDeployments: boolean;
  /** Whether pushes that change nothing also get one. */
  readonly unchangedDeployments: boolean;
}

export interface PostDeploymentOutputPorts {
  readonly store: NotedFailures & NotedIssues & OpenGitHubDeployments;
  /** Reads only the stored configuration, without asking GitHub. */
  readonly readWantedOutputs: (repositoryId: number) => Promise<WantedOutputs>;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
}

/** Failure comments, failure issues and GitHub Deployments, which follow the changes of a deployment. */
export interface PostDeploymentOutputs {
  /** Call it before storing the end, so that a crash in between loses no comment and no issue. */
  beforeEnd(deployment: Deployment, conclusion: Conclusion): Promise<void>;
  changed(deployment: Deployment): Promise<void>;
}

export function createPostDeploymentOutputs({
  store,
  readWantedOutputs,
  dispatcher,
  clock,
}: PostDeploymentOutputPorts): PostDeploymentOutputs {
  return {
    async beforeEnd(deployment, conclusion) {
      const { repositoryId, sha } = deployment;
      if (conclusion !== 'failure' && conclusion !== 'timed_out' && conclusion !== 'success') return;
      const wanted = await readWantedOutputs(repositoryId);
      if (conclusion === 'success') {
        await store.noteRepaired(deployment, { now: clock.now(), mayBeLost: wanted.failureIssues });
        return;
      }
      if (wanted.failureIssues) await store.noteBroken(deployment, clock.now());
      if (wanted.failureComments && conclusion === 'failure') {
        await store.noteFailure({ repositoryId, sha, now: clock.now() });
      }
    },

    async changed(deployment) {
      const { repositoryId, conclusion } = deployment;
      if (conclusion === 'failure' || conclusion === 'success') {
        for (const one of await store.listOpenFailureComments(repositoryId)) dispatcher.wake('comment', one);
      }
      if (conclusion === 'failure' || conclusion === 'timed_out' || conclusion === 'success') {
        dispatcher.wake('issue', String(repositoryId));
      }
      for (const one of await listShown(deployment)) dispatcher.wake('environment', one);
    },
  };

  /** The deployments whose GitHub Deployments may change. */
  async function listShown({ id, jobId, reason, conclusion, ...of }: Deployment): Promise<Iterable<string>> {
    if (jobId === null && reason !== 'nothing_changed') return [];
    const { githubDeployments, unchangedDeployments } = await readWantedOutputs(of.repositoryId);
    if (jobId === null) return unchangedDeployments ? [id] : [];
    const shown = new Set(githubDeployments ? [id] : []);
    // An end makes earlier successes inactive. It also finishes open ones if the setting was turned off meanwhile.
    if (conclusion === null) return shown;
    for (const one of await store.listOpenGitHubDeployments(of)) shown.add(one);
    return shown;
  }
}
