import type { Configurations } from '../domain/configuration-in-use.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Pages } from '../domain/pages.ts';
import { DEFAULT_CONFIGURATION, settingsOf } from '../domain/repository-configuration.ts';
import { createConversationApi } from '../github/conversations.ts';
import { createGitHubDeploymentApi } from '../github/github-deployments.ts';
import type { GetOctokit } from '../github/octokit.ts';
import type { OwnApp } from '../github/own-app.ts';
import type { Wishes } from '../reporting/create-followers.ts';
import { createFailureCommentKeeper } from '../reporting/keep-failure-comment.ts';
import { createGitHubDeploymentKeeper } from '../reporting/keep-github-deployment.ts';
import type { WriteLanes } from '../reporting/pace/write-lanes.ts';
import { describeStatus } from '../reporting/render/describe-status.ts';
import { findRunUrl } from '../reporting/render/link-commit.ts';
import { nameEnvironment } from '../reporting/render/name-environment.ts';
import { renderFailureComment } from '../reporting/render/render-failure-comment.ts';
import type { Foundation } from './foundation.ts';

export interface FollowerAdapters {
  readonly getOctokit: GetOctokit;
  readonly lanes: WriteLanes;
  readonly ownApp: OwnApp;
  readonly configurations: Pick<Configurations, 'known'>;
  readonly pages: Pages;
}

/** What follows a deployment besides its check run, for repositories that want it. */
export function handleFollowers(foundation: Foundation, adapters: FollowerAdapters): void {
  const { stores, clock, githubClock, log, dispatcher, redactor } = foundation;
  const { getOctokit, lanes, ownApp, configurations, pages } = adapters;
  const common = { store: stores, repositories: stores, clock, log, random: Math.random };
  dispatcher.handle(
    'comment',
    createFailureCommentKeeper({
      ...common,
      pages,
      api: createConversationApi({ getOctokit, lanes, ownApp, githubClock, now: clock.now }),
      render: (view) => redactor.redactOwn(renderFailureComment(view)),
    }),
  );
  dispatcher.handle(
    'environment',
    createGitHubDeploymentKeeper({
      ...common,
      api: createGitHubDeploymentApi({ getOctokit, lanes, now: clock.now }),
      async chooseEnvironment(deployment) {
        const name = await chooseEnvironment(configurations, deployment);
        const { workspaceId } = deployment;
        return name === null ? null : nameEnvironment({ name, workspaceId }, redactor.redactOwn);
      },
      describe: (deployment, repository) => ({
        description: describeStatus(deployment, redactor.redactOwn),
        logUrl: findRunUrl({ githubUrl: pages.githubUrl, repository }, deployment),
        environmentUrl: pages.workspaceUrl(deployment),
      }),
    }),
  );
}

/** What a repository wants besides check runs, as far as it is known. */
export async function readWishes(
  configurations: Pick<Configurations, 'known'>,
  repositoryId: number,
): Promise<Wishes> {
  const { comments, githubDeployments } = await readKnown(configurations, repositoryId);
  return { failureComments: comments.onFailure === 'pull_request', githubDeployments };
}

/** The configured name, else the workspace's: Meltano Cloud calls the environment of every workspace `dev`. */
async function chooseEnvironment(
  configurations: Pick<Configurations, 'known'>,
  { repositoryId, workspaceId, workspaceName, directory }: Deployment,
): Promise<string | null> {
  const configuration = await readKnown(configurations, repositoryId);
  if (!configuration.githubDeployments) return null;
  const workspace = { id: workspaceId, name: workspaceName, alias: null, directory };
  return settingsOf(configuration, workspace).environment ?? workspaceName;
}

async function readKnown(configurations: Pick<Configurations, 'known'>, repositoryId: number) {
  const inUse = await configurations.known(repositoryId);
  return inUse?.kind === 'usable' ? inUse.configuration : DEFAULT_CONFIGURATION;
}
