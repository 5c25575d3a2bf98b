import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PATIENCE } from '../patience.ts';
import { World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

test('/metrics shows each figure of a push', async () => {
  const { after } = world.push();
  const job = await world.job(1);
  job.run();
  job.log(`token ${world.meltano.token}`);
  job.end('COMPLETE');
  await world.untilConcluded(after);
  let lines: string[] = [];
  const find = (start: string) => lines.find((line) => line.startsWith(`meltano_deploy_${start}`));
  // The app stores the report after GitHub has it.
  const readLast = async () => {
    lines = (await (await fetch(`${world.app.service.url}/metrics`)).text()).split('\n');
    return find('report_lag_seconds_count{report="last"}');
  };
  await expect.poll(readLast, PATIENCE).toMatch(/ 1$/);
  expect(find('deliveries_total{event="push",outcome="stored"}')).toMatch(/ 1$/);
  expect(find('plan_decisions_total{reason="push"}')).toMatch(/ 1$/);
  expect(find('deployments_total{conclusion="success",reason="job_complete"}')).toMatch(/ 1$/);
  expect(find('deployment_run_seconds_count')).toMatch(/ 1$/);
  expect(find('report_lag_seconds_count{report="first"}')).toMatch(/ 1$/);
  expect(find('redactions_total')).toMatch(/ [1-9]/);
  expect(find('queue_depth{queue="waiting"}')).toMatch(/ 0$/);
  expect(find('oldest_unfinished_deployment_seconds')).toMatch(/ 0$/);
  expect(find('github_rate_limit_remaining{installation=')).toMatch(/ 4\d{3}$/);
  expect(
    find('github_requests_total{method="POST",route="/repos/{owner}/{repo}/check-runs",status="201"}'),
  ).toMatch(/ 1$/);
  expect(
    find('meltano_requests_total{method="POST",route="/api/workspaces/{id}/deployments",status="202"}'),
  ).toMatch(/ 1$/);
});

test("/metrics counts a check run that is created after the hour's 500 writes", async () => {
  const [installation] = world.github.installations.list();
  const readBeyond = async () => {
    const text = await (await fetch(`${world.app.service.url}/metrics`)).text();
    return /^meltano_deploy_github_writes_beyond_budget_total (\d+)$/m.exec(text)?.[1];
  };
  await world.app.restart(() => {
    const database = new DatabaseSync(join(world.app.dataDirectory, 'meltano-deploy.db'));
    const insert = database.prepare('insert into github_write (installation_id, at) values (?, ?)');
    const at = Date.now() - 10 * 60_000;
    for (let n = 0; n < 500; n += 1) insert.run(installation?.id ?? 0, at);
    database.close();
  });
  expect(await readBeyond()).toBe('0');
  const { after } = world.push();
  await world.untilRun(after, () => true, 'the check run');
  expect(await readBeyond()).toBe('1');
});
