import type { GitHubSandboxOptions } from './github/create-context.ts';
import { GitHubSandbox } from './github/github-sandbox.ts';
import { MeltanoSandbox } from './meltano/meltano-sandbox.ts';
import type { SandboxWorkspace } from './meltano/sandbox-workspace.ts';

/** A simulated GitHub and a simulated Meltano Cloud that know each other. */
export interface Sandbox {
  readonly github: GitHubSandbox;
  readonly meltano: MeltanoSandbox;
  /** The app's environment for both services. The caller adds `PORT`, `HOST` and `DATA_DIR`. */
  appEnvironment(): Record<string, string>;
  /** Adds a repository's own webhook to Meltano Cloud, which starts a job for each push. Returns a function that removes it. */
  addOldWebhook(fullName: string, workspace: SandboxWorkspace): () => void;
  /** The URL of a repository in a workspace. */
  repositoryUrl(fullName: string): string;
  stop(): Promise<void>;
}

export interface SandboxOptions extends GitHubSandboxOptions {
  /** Ports on 127.0.0.1. Default: free ones. */
  readonly githubPort?: number;
  readonly meltanoPort?: number;
}

/** Starts both on the loopback interface. A job deploys the head of its workspace's branch, as at Meltano Cloud. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const github = new GitHubSandbox(options);
  const meltano = new MeltanoSandbox();
  await Promise.all([github.start(options.githubPort), meltano.start(options.meltanoPort)]);
  meltano.headOf = (workspace) => {
    const path = new URL(workspace.repositoryUrl).pathname.replace(/^\/|\.git$|\/$/g, '');
    try {
      return github.branches.head(path, workspace.repositoryBranch ?? undefined);
    } catch {
      return null;
    }
  };
  return {
    github,
    meltano,
    appEnvironment: () => ({
      APP_ID: String(github.app.id),
      PRIVATE_KEY: github.app.privateKey,
      WEBHOOK_SECRET: github.app.webhookSecret,
      GHE_HOST: new URL(github.origin).host,
      GHE_PROTOCOL: 'http',
      MELTANO_API_URL: meltano.apiUrl,
      MELTANO_API_TOKEN: meltano.token,
      MELTANO_AUTH_URL: meltano.tokenUrl,
    }),
    addOldWebhook: (fullName, { id, deploymentSecret: secret }) => {
      const url = `${meltano.apiUrl}/workspaces/${id}/deployments/github-webhook`;
      return github.repositories.addWebhook(fullName, { url, secret });
    },
    repositoryUrl: (fullName) => `${github.origin}/${fullName}.git`,
    async stop() {
      await Promise.all([github.stop(), meltano.stop()]);
    },
  };
}
