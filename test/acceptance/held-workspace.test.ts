import { expect, test } from 'vitest';
import { openOnServer } from './open-on-server.ts';

/** Set by scripts/with-postgres. */
const SERVER = process.env['TEST_DATABASE_URL'];
const REPOSITORY = 'acme/data';
const PIPELINE = 'version: pipelines/v0.1\nschedule: 0 0 6 * * *\ndata_components:\n- tap-orders\n';
const PROJECT = {
  '.github/meltano-deploy.yml': 'checks: { project: block }\n',
  'meltano.yml': 'version: 1\nplugins:\n  extractors:\n  - { name: tap-orders, namespace: tap_orders }\n',
  'pipelines/orders.yml': PIPELINE,
};

test.skipIf(!SERVER)(
  'an instance killed between the plan and the check leaves the held push to another one',
  async () => {
    const { github, meltano, workspace, startInstance } = await openOnServer(
      SERVER ?? '',
      REPOSITORY,
      PROJECT,
    );
    const first = await startInstance();
    const push = (pipeline: string) =>
      github.branches.push({ repository: REPOSITORY, files: { 'pipelines/orders.yml': pipeline } }).after;
    const find = (sha: string) =>
      github.checks.runs(REPOSITORY, sha).filter(({ name }) => name === 'Meltano Deploy (Analytics)');
    const good = push(`${PIPELINE}# 1\n`);
    await github.waitFor(() => find(good)[0]?.conclusion === 'success', 'the first deployment');

    // Without its files the check isn't made: a blob is read over REST where GraphQL answers with an error.
    const faults = [/\/graphql$/, /\/git\/blobs\//].map((path) =>
      github.service.faults.add({ path, action: { kind: 'status', status: 502 } }),
    );
    const bad = push(PIPELINE.replace('data_components', 'data_component'));
    await github.waitFor(() => find(bad)[0]?.output.title === 'Waiting for the project check', 'the wait');
    await first.kill('SIGKILL');
    for (const fault of faults) fault.remove();
    await startInstance();
    await github.waitFor(() => find(bad)[0]?.status === 'completed', 'the end of the push');
    expect(find(bad).map(({ output }) => output.title)).toEqual([
      'Skipped: pipelines/orders.yml:3: unknown key data_component; did you mean data_components?',
    ]);
    expect(meltano.jobsOf(workspace)).toHaveLength(1);
  },
);
