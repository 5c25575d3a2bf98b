import { setTimeout as sleep } from 'node:timers/promises';
import { CheckRunWatch, waitForAll } from './check-run-watch.ts';
import type { Scenario } from './scenario.ts';

const CHECK = 'Meltano Deploy project';
const INSTALLATIONS = 10;
const PIPELINES = 20;
const PUSH_MS = 700;

/** Pushes to repositories with a project, each beside its deployment. */
export const projectChecks: Scenario = async (sandbox, { quick }) => {
  const { github, meltano } = sandbox;
  const watch = new CheckRunWatch(sandbox);
  const pushed: { readonly sha: string; readonly pushedAt: number }[] = [];
  const repositories = Array.from({ length: quick ? 20 : 150 }, (_, number) => {
    const account = `project-${number % INSTALLATIONS}`;
    if (number < INSTALLATIONS) github.installations.add({ account });
    const fullName = `${account}/data-${number}`;
    github.repositories.add({ fullName, private: true, files: makeProject(number) });
    meltano.addWorkspace({ name: `${account} ${number}`, repositoryUrl: sandbox.repositoryUrl(fullName) });
    return fullName;
  });
  for (const [number, repository] of repositories.entries()) {
    const pushedAt = performance.now();
    const files = { 'pipelines/p0.yml': makePipeline(number + 1) };
    const { after: sha } = github.branches.push({ repository, files });
    pushed.push({ sha, pushedAt });
    await sleep(PUSH_MS);
  }
  const waits = await waitForAll(pushed, ({ sha, pushedAt }) => {
    const at = watch.at(sha, CHECK, 'completed');
    return at === undefined ? undefined : at - pushedAt;
  });
  watch.stop();
  return { 'push → completed project check': waits };
};

function makeProject(number: number): Record<string, string> {
  const plugins = Array.from(
    { length: PIPELINES },
    (_, n) => `  - name: tap-${n}\n    namespace: tap_${n}\n`,
  );
  return {
    'meltano.yml': `version: 1\n# ${number}\nplugins:\n  extractors:\n${plugins.join('')}`,
    ...Object.fromEntries(plugins.map((_, n) => [`pipelines/p${n}.yml`, makePipeline(n)])),
  };
}

function makePipeline(number: number): string {
  return `version: pipelines/v0.1
schedule: 0 ${number % 60} 6 * * MON-FRI
data_components:
- tap-${number % PIPELINES}
- Warehouse
`;
}
