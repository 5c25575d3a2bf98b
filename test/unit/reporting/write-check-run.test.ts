import { expect, test } from 'vitest';
import { createOnce } from '../../../src/reporting/create-once.ts';
import { renderCheckRun } from '../../../src/reporting/render/render-check-run.ts';
import { writeCheckRun } from '../../../src/reporting/write-check-run.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { FakeCheckRuns } from './fake-check-runs.ts';
import { makeDeployment, makeView } from './render/make-check-run-view.ts';

const CLOCK = {
  now: () => 2,
  elapsed: () => 2,
};

test('a run is looked for by the name that it was given, not by one with a secret in it', async () => {
  const api = new FakeCheckRuns();
  const deployment = makeDeployment({ checkName: 'Meltano Deploy (a secret)', checkRunAttemptedAt: 1 });
  const fields = { ...renderCheckRun(makeView(deployment)), name: 'Meltano Deploy ([redacted])' };
  await api.create(REPOSITORY, fields);
  const store = {
    getDeployment: async () => deployment,
    listUnreported: async () => [],
    saveReport: async () => undefined,
  };
  const outcome = await writeCheckRun(
    {
      deployment,
      repository: REPOSITORY,
      fields,
      timeless: fields,
      lastDigest: null,
      externalId: deployment.workspaceId,
      duplicateCheck: 'no',
    },
    {
      api,
      store,
      send: (request) => request(),
      createOnce: createOnce(CLOCK),
      clock: CLOCK,
    },
  );
  expect(outcome).toMatchObject({ kind: 'written', sent: true });
  expect(api.calls.map((call) => call.kind)).toEqual(['create', 'find', 'update']);
});
