import { beforeEach, describe, expect, test } from 'vitest';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import { CheckRuns } from '../../../src/github/check-runs.ts';
import { createConversationApi, createOwnApp } from '../../../src/github/conversations.ts';
import { createGitHubDeploymentApi } from '../../../src/github/github-deployments.ts';
import { redactRequest } from '../../../src/github/redact-request.ts';
import { createRedactor } from '../../../src/logs/redact.ts';
import { renderCheckRun } from '../../../src/reporting/render/render-check-run.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { createWriteQueues } from '../reporting/pace/create-queues.ts';
import { makeLog, makeRun, makeView } from '../reporting/render/make-check-run-view.ts';
import { APP_ID, connectGitHub, type GitHub, SECRET, SHA } from './octokit-setup.ts';

const MARKER = `<!-- meltano-deploy:command:${'0a1B2c3D'.repeat(8)} -->`;
const RUNS = '/repos/acme/data/check-runs';

/** An address and an id with the secret show that they stay unchanged. */
const FIELDS = {
  ...renderCheckRun(makeView()),
  name: `Meltano Deploy (${SECRET})`,
  external_id: `workspace/${SECRET}`,
  details_url: `https://app.example/${SECRET}`,
  output: {
    title: `of ${SECRET}`,
    summary: `**${SECRET}** \`${SECRET.slice(0, 12)}…\``,
    text: `\`\`\`\n${SECRET}\n\`\`\``,
  },
};
const HIDDEN = {
  name: 'Meltano Deploy ([redacted])',
  external_id: FIELDS.external_id,
  details_url: FIELDS.details_url,
  output: { title: 'of [redacted]', summary: '**[redacted]** `[redacted]…`', text: '```\n[redacted]\n```' },
};

let github: GitHub;
let bodies: unknown[];
const keep = (body: unknown) => bodies.push(body) > 0;

beforeEach(() => {
  github = connectGitHub();
  bodies = [];
});

describe('what goes out to GitHub', () => {
  test('check runs: texts lose secrets, ids and addresses stay, and a run is looked for by the name that it got', async () => {
    const api = new CheckRuns({ getOctokit: github.getOctokit, appId: APP_ID, now: Date.now });
    github.scope.post(RUNS, keep).reply(201, { id: 9 }).patch(`${RUNS}/9`, keep).reply(200, { id: 9 });
    github.scope
      .get(`/repos/acme/data/commits/${SHA}/check-runs`)
      .query(true)
      .reply(200, { total_count: 0, check_runs: [] });
    const given = structuredClone(FIELDS);
    expect((await api.create(REPOSITORY, FIELDS)).ok).toBe(true);
    expect((await api.update(REPOSITORY, 9, FIELDS)).ok).toBe(true);
    expect(bodies).toEqual([expect.objectContaining(HIDDEN), expect.objectContaining(HIDDEN)]);
    // The renderer compares it with the next rendering.
    expect(FIELDS).toEqual(given);
    expect((await api.find(REPOSITORY, { sha: SHA, name: FIELDS.name, externalId: 'w' })).ok).toBe(true);
    expect(github.requests.at(-1)).toContain('check_name=Meltano+Deploy+([redacted])');
  });

  test('comments: the marker at the end stays as it is', async () => {
    const api = createConversationApi({
      getOctokit: github.getOctokit,
      writeQueues: createWriteQueues(),
      now: Date.now,
      githubClock: new RemoteClock({ now: Date.now, elapsed: () => 0 }),
      ownApp: createOwnApp(APP_ID, github.getForApp),
    });
    github.scope.post('/repos/acme/data/issues/7/comments', keep).reply(201, { id: 1 });
    github.scope.patch('/repos/acme/data/issues/comments/1', keep).reply(200, { id: 1 });
    // A value that continues in the next line, or a key without an end, would include the marker.
    const texts = [`${SECRET} password: \\`, '-----BEGIN PRIVATE KEY-----'];
    await api.createReply(REPOSITORY, { kind: 'issue', number: 7 }, `${texts[0]}\n\n${MARKER}`);
    await api.editReply(REPOSITORY, 1, `${texts[1]}\n\n${MARKER}`);
    expect(bodies).toEqual([
      { body: `[redacted] password: \\\n\n${MARKER}` },
      { body: `[redacted]\n\n${MARKER}` },
    ]);
  });

  test('GitHub Deployments: the environment, which they are also looked for by, and the status', async () => {
    const api = createGitHubDeploymentApi({
      getOctokit: github.getOctokit,
      writeQueues: createWriteQueues(),
      now: Date.now,
    });
    github.scope
      .post('/repos/acme/data/deployments', keep)
      .reply(201, { id: 5 })
      .get('/repos/acme/data/deployments')
      .query(true)
      .reply(200, [])
      .post('/repos/acme/data/deployments/5/statuses', keep)
      .reply(201, {});
    const deployment = { deploymentId: SECRET, sha: SHA, environment: `prod ${SECRET}` };
    await api.create(REPOSITORY, deployment);
    await api.find(REPOSITORY, deployment);
    await api.addStatus(REPOSITORY, 5, {
      state: 'failure',
      description: `no ${SECRET}`,
    });
    expect(bodies[0]).toMatchObject({
      environment: 'prod [redacted]',
      payload: { deployment: SECRET },
      ref: SHA,
    });
    expect(github.requests.at(-2)).toContain('environment=prod+[redacted]');
    expect(bodies[1]).toMatchObject({ state: 'failure', description: 'no [redacted]' });
  });
});

const { redactText } = createRedactor({ secrets: [SECRET] });

test('what went through once goes through as it is', () => {
  const once = { body: `${SECRET} ${SECRET.slice(0, 9)}… password=${SECRET}x | ${SECRET}\n\n${MARKER}` };
  redactRequest(once, redactText);
  const twice = { ...once };
  redactRequest(twice, redactText);
  expect(twice).toEqual(once);
});

const failed = makeRun(38, { conclusion: 'failure', reason: 'job_error' });
const locatedErrors = [{ path: 'models/a.sql', line: 12, column: null, message: 'syntax error' }];

describe('the app’s own secrets', () => {
  const render = (deployment: Parameters<typeof makeView>[0], errors = locatedErrors) => {
    const given = makeView({ ...failed, ...deployment }, { log: makeLog(['x'], { locatedErrors: errors }) });
    const fields = renderCheckRun(given);
    redactRequest(fields, redactText);
    return fields;
  };

  test.each([
    'workspaceName',
    'environment',
    'branch',
    'directory',
    'requestedBy',
    'problem',
    'jobStatus',
    'checkName',
  ])('in %s are hidden, also where the text is cut in the middle of one', (field) => {
    for (let before = 0; before <= 300; before += 5) {
      const value = `${'x'.repeat(before)}${SECRET}`;
      const reason = field === 'problem' ? 'start_refused' : 'job_error';
      const shown = JSON.stringify(render({ [field]: value, reason }));
      expect(shown).not.toContain(SECRET.slice(0, 10));
      if (before === 0 && field !== 'requestedBy') expect(shown).toContain('[redacted]');
    }
  });

  test('in the status of a running job are hidden where it is cut', () => {
    for (let before = 0; before <= 60; before += 1) {
      const running = { state: 'running', conclusion: null, reason: 'push' } as const;
      const shown = JSON.stringify(render({ ...running, jobStatus: `${'x'.repeat(before)}${SECRET}` }));
      expect(shown).not.toContain(SECRET.slice(0, 10));
    }
  });

  test('that make a text longer than GitHub takes cut it again', () => {
    const short = createRedactor({ secrets: ['s3cr3t'] }).redactText;
    const request = {
      description: `${'x'.repeat(134)}s3cr3t`,
      output: { title: `${'x'.repeat(249)}s3cr3t`, summary: `${'x'.repeat(65_529)}s3cr3t`, text: 'ok' },
    };
    redactRequest(request, short);
    expect(request.description).toHaveLength(140);
    expect(request.output.title).toHaveLength(255);
    expect(Buffer.byteLength(request.output.summary)).toBeLessThanOrEqual(65_535);
    expect(JSON.stringify(request)).not.toContain('s3cr3t');
  });

  test('in an error are hidden; one in a path leaves no annotation', () => {
    const errors = [
      { path: 'a.sql', line: 1, column: null, message: `bad ${SECRET}` },
      { path: `${SECRET}/a.sql`, line: 1, column: null, message: 'bad' },
    ];
    expect(render({ directory: null }, errors).output.annotations).toMatchObject([
      { path: 'a.sql', message: 'bad [redacted]' },
    ]);
    expect(render({ directory: SECRET }, errors.slice(0, 1)).output.annotations).toEqual([]);
  });
});
