import { expect, onTestFinished } from 'vitest';
import { addPage } from '../../../../demo/page/add-page.ts';
import { startSandbox } from '../../../../sandbox/sandbox.ts';
import { createOctokit, fetchToken } from '../../sandbox/github/github-client.ts';

export const HOSTILE = '<script>alert("1")</script>\'&';

/** The pages over a private repository with one workspace, and a browser's way to them. */
export async function startPage() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.stop());
  const { github, meltano } = sandbox;
  const installation = github.installations.add({ account: 'acme' });
  github.repositories.add({ fullName: 'acme/data', private: true });
  const workspace = meltano.addWorkspace({
    name: `Data ${HOSTILE}`,
    repositoryUrl: sandbox.repositoryUrl('acme/data'),
    repositoryDirectory: '/pipelines/',
  });
  addPage(sandbox);
  const get = async (path: string) => {
    const answer = await fetch(github.origin + path);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  const post = (path: string, form: Record<string, string>, headers?: Record<string, string>) =>
    fetch(github.origin + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: github.origin, referer: `${github.origin}/acme/data`, ...headers },
      body: new URLSearchParams(form),
    });
  const token = await fetchToken(github, installation.id);
  const addRun = async (fields: object) => {
    const answer = await fetch(`${github.origin}/api/v3/repos/acme/data/check-runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'user-agent': 'test' },
      body: JSON.stringify({
        name: `Deploy ${HOSTILE}`,
        head_sha: github.branches.head('acme/data'),
        ...fields,
      }),
    });
    expect(answer.status).toBe(201);
    const run = github.checks.runs('acme/data').at(-1);
    if (run === undefined) throw new Error('There is no check run');
    return run;
  };
  const octokit = createOctokit(github, token);
  return { sandbox, github, meltano, workspace, get, post, addRun, octokit };
}
