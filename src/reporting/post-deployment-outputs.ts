import type { Clock } from '../domain/clock.ts';
import type { Conclusion, Deployment } from '../domain/deployment.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { FailureCommentStore } from './failure-comment.ts';
import type { GitHubDeploymentStore } from './github-deployment.ts';

/** What a repository wants to see besides check runs. */
export interface WantedOutputs {
  readonly failureComments: boolean;
  readonly githubDeployments: boolean;
}

export interface PostDeploymentOutputPorts {
  readonly store: Pick<FailureCommentStore, 'noteFailure' | 'listOpenFailureComments'> &
    Pick<GitHubDeploymentStore, 'listOpenGitHubDeployments'>;
  /** As far as it is known without asking GitHub. */
  readonly readWantedOutputs: (repositoryId: number) => Promise<WantedOutputs>;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
}

/** What follows the changes of a deployment besides its check run: comments about failures, and GitHub Deployments. */
export interface PostDeploymentOutputs {
  /** Notes a failure first, so that an end of the process in between loses no comment. */
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
    async beforeEnd({ repositoryId, sha }, conclusion) {
      if (conclusion !== 'failure' || !(await readWantedOutputs(repositoryId)).failureComments) return;
      await store.noteFailure({ repositoryId, sha, now: clock.now() });
    },

    async changed(deployment) {
      const { id, repositoryId, jobId, conclusion } = deployment;
      if (conclusion === 'failure' || conclusion === 'success') {
        for (const one of await store.listOpenFailureComments(repositoryId)) dispatcher.wake('comment', one);
      }
      if (jobId === null) return;
      const shown = new Set((await readWantedOutputs(repositoryId)).githubDeployments ? [id] : []);
      // Earlier successes of the workspace are active no more; and what was begun is ended, wanted still or not.
      if (conclusion !== null) {
        for (const one of await store.listOpenGitHubDeployments(deployment)) shown.add(one);
      }
      for (const one of shown) dispatcher.wake('environment', one);
    },
  };
}
