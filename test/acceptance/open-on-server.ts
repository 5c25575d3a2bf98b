import { onTestFinished } from 'vitest';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { createDatabase } from '../contract/postgres-databases.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

/** A private repository with one workspace, and a database on this PostgreSQL server. All of it ends with the test. */
export async function openOnServer(server: string, repository: string, files: Record<string, string>) {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.stop());
  const { github, meltano } = sandbox;
  github.installations.add({ account: repository.split('/')[0] ?? '' });
  github.repositories.add({ fullName: repository, private: true, files });
  const repositoryUrl = sandbox.repositoryUrl(repository);
  const workspace = meltano.addWorkspace({ name: 'Analytics', repositoryUrl });
  const database = await createDatabase(server);
  onTestFinished(() => database.drop());

  /** Starts an instance, which gets the deliveries from now on. */
  async function startInstance(): Promise<AppProcess> {
    const env = {
      ...(await makeEnvironment(sandbox)),
      DATABASE_URL: database.url,
      POLL_MAX_MS: '300',
    };
    const app = new AppProcess({ env, cwd: import.meta.dirname });
    onTestFinished(async () => void (await app.kill('SIGKILL')));
    await app.ready();
    github.hook.url = `${app.url}/api/github/webhooks`;
    return app;
  }
  return { github, meltano, workspace, database, startInstance };
}
