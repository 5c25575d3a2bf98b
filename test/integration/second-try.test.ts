import { expect, test } from 'vitest';
import { splitResult } from '../../src/reporting/render/render-result.ts';
import { inWorld, type World } from './world.ts';

const FILE = '.github/meltano-deploy.yml';
const TRY_AGAIN = 'deploy: { retry: { transient: 1 } }\n';
const LOG = [
  'Installing 4 plugins',
  "pip._vendor.urllib3.exceptions.ProtocolError: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
];

/** Pushes, and lets the first job fail with an error that passes. */
async function failFirst(world: World, settings = TRY_AGAIN): Promise<string> {
  const { after } = world.push({ files: { [FILE]: settings } });
  const first = await world.job(1);
  first.run();
  first.log(...LOG);
  first.end('ERROR');
  return after;
}

test.concurrent('one check run tells of both jobs', () =>
  inWorld(async (world) => {
    const sha = await failFirst(world);
    const second = await world.job(2);
    const waiting = await world.untilTitle(
      sha,
      /^1st try: connection to the package index reset after \d+ s; trying again$/,
    );
    expect(waiting.status).toBe('in_progress');
    second.run();
    second.log('Installed 4 plugins');
    await world.untilTitle(sha, /^2nd try running for /);
    second.end('COMPLETE');
    const { conclusion, output } = await world.untilConcluded(sha);
    expect(conclusion).toBe('success');
    expect(output.title).toMatch(/^Deployed in \d+ s on the 2nd try$/);
    const [first] = world.meltano.jobsOf(world.workspace);
    expect(output.summary).toContain(`**1st try:** the job \`${first?.id}\` failed after `);
    expect(output.text).toMatch(
      /^\*\*1st try\*\*, job `[^`]+`\. Error in line 2 of 2:\n\n```\nInstalling[^\n]+\npip\._vendor[^\n]+\n```\n\n\*\*2nd try\*\*, job `[^`]+`\.\n\n```\nInstalled 4 plugins\n```/,
    );
    expect(world.meltano.jobsOf(world.workspace)).toHaveLength(2);
    const metrics = await (await fetch(`${world.app.service.url}/metrics`)).text();
    expect(metrics).toContain('meltano_deploy_second_tries_total{conclusion="success"} 1');
    expect(metrics).toContain(
      'meltano_deploy_deployments_total{conclusion="success",reason="job_complete"} 1',
    );
  }));

test.concurrent('a second failure ends it, and says to programs that it may pass', () =>
  inWorld(async (world) => {
    const sha = await failFirst(world);
    const second = await world.job(2);
    second.run();
    second.log(...LOG);
    second.end('ERROR');
    const { conclusion, output } = await world.untilConcluded(sha);
    expect(conclusion).toBe('failure');
    expect(output.title).toMatch(/^Failed after \d+ s on the 2nd try: /);
    const result = JSON.parse(splitResult(output.text ?? '')?.json ?? '{}');
    expect(result).toMatchObject({ reason: 'job_failed', retryable: true });
    expect(world.meltano.jobsOf(world.workspace)).toHaveLength(2);
  }));

test.concurrent('where the log is hidden, the error of the first try is hidden too', () =>
  inWorld(
    async (world) => {
      const sha = await failFirst(world);
      const second = await world.job(2);
      await world.untilTitle(sha, /^1st try failed after \d+ s; trying again$/);
      second.run();
      second.end('COMPLETE');
      const { output } = await world.untilConcluded(sha);
      expect(`${output.title} ${output.summary} ${output.text}`).not.toMatch(/package index|pip/);
    },
    { private: false },
  ));

test.concurrent('an entry of workspaces sets it for one workspace', () =>
  inWorld(async (world) => {
    const settings = `${TRY_AGAIN}workspaces: [{ workspace: Analytics, retry: { transient: 0 } }]\n`;
    const sha = await failFirst(world, settings);
    const { conclusion, output } = await world.untilConcluded(sha);
    expect(conclusion).toBe('failure');
    expect(output.title).not.toContain('2nd try');
    expect(world.meltano.jobsOf(world.workspace)).toHaveLength(1);
  }));

test.concurrent('without the setting nothing is tried again', () =>
  inWorld(async (world) => {
    const sha = await failFirst(world, '');
    await world.untilConcluded(sha);
    expect(world.meltano.jobsOf(world.workspace)).toHaveLength(1);
  }));
