import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import { findFreePort } from '../../sandbox/http/find-free-port.ts';
import { NotificationReceiver } from '../../sandbox/receiver/notification-receiver.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import { type Examination, examine } from '../../src/cli/doctor/examine.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { renderFinding } from '../../src/cli/doctor/finding.ts';
import { startReceiver } from '../unit/sandbox/github/github-client.ts';
import { World } from './world.ts';

const WEBHOOK_URL = 'https://deploy.example/api/github/webhooks';

let folder: string;
let sandbox: Sandbox;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await sandbox?.stop();
});

/** A repository with one workspace, and a correctly set up App. */
async function open(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox(options);
  const { github, meltano } = sandbox;
  github.hook.url = WEBHOOK_URL;
  github.installations.add({ account: 'acme' });
  github.repositories.add({
    fullName: 'acme/data',
    files: { 'meltano.yml': 'version: 1\n', 'pipelines/daily.yml': 'x: 1\n' },
  });
  meltano.addWorkspace({ name: 'Analytics', repositoryUrl: sandbox.repositoryUrl('acme/data') });
}

async function ask(
  env: Record<string, string | undefined> = {},
  options: Partial<Examination> = {},
): Promise<{ findings: Finding[]; lines: string[]; text: string; wrong: string[] }> {
  const variables = { ...sandbox.appEnvironment(), DATA_DIR: join(folder, 'data'), ...env };
  const findings: Finding[] = [];
  for await (const finding of examine({ env: variables, hasEnvFile: false, now: Date.now, ...options })) {
    findings.push(finding);
  }
  const lines = findings.map(renderFinding);
  const wrong = lines.filter((line) => line.startsWith('✗'));
  return { findings, lines, text: lines.join('\n'), wrong };
}

describe('beside an app that works', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open({
      workspace: { repositoryDirectory: 'pipelines' },
      // Creating the hundred check runs of another App takes no time.
      sandbox: { limits: { writesPerMinute: 200 } },
    });
    sandbox = world.app.sandbox;
  });
  afterEach(() => world.app.stop());

  test('everything is right and reported, and the app runs undisturbed', async () => {
    const after = await world.deployPush({ files: { 'pipelines/daily.yml': 'x: 1\n' } });
    const { lines, wrong } = await ask({ DATA_DIR: world.app.dataDirectory });
    expect(wrong).toEqual([]);
    const sha = after.slice(0, 7);
    expect(lines.map((line) => line.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, '<origin>'))).toEqual([
      '✓ The environment (without a .env file) is complete and valid',
      '✓ APP_ID and the private key sign in as the GitHub App meltano-deploy',
      '✓ The App has the permissions of app.yml',
      '✓ The App subscribes to the events of app.yml',
      "✓ This machine's clock agrees with GitHub's",
      '✓ GitHub sends deliveries to <origin>/api/github/webhooks',
      expect.stringMatching(
        /^✓ The last \d+ deliveries arrived; the newest one \([a-z_.]+, .+ ago\) was answered 20\d$/,
      ),
      '✓ Meltano Cloud shows 1 workspace at <origin>/api',
      `✓ The database in DATA_DIR ${world.app.dataDirectory} can be read; an app is running on it`,
      '✓ The database has the tables of this version',
      '✓ @acme: 1 of 1 repository has workspaces',
      '✓ acme/data: no configuration file, so the defaults apply',
      expect.stringMatching(
        new RegExp(
          `^✓ acme/data → Analytics: branch main, directory pipelines: the head ${sha}: Deployed in `,
        ),
      ),
      expect.stringMatching(
        /^· acme\/data: .*empty check suites.* → gh api --method PATCH repos\/acme\/data\/check-suites\/preferences -F 'auto_trigger_checks\[\]\[app_id\]=\d+' -F 'auto_trigger_checks\[\]\[setting\]=false'$/,
      ),
    ]);
    await world.app.restart();
    expect(world.github.refusals).toEqual([]);
  });

  test('a check run is found behind a hundred others of its commit', async () => {
    const after = await world.deployPush({ files: { 'pipelines/daily.yml': 'x: 4\n' } });
    const octokit = connectAsInstallation(world.github);
    const other = { owner: 'acme', repo: 'data', name: 'Another', head_sha: after };
    await Promise.all(Array.from({ length: 100 }, () => octokit.rest.checks.create(other)));
    const { text } = await ask({ DATA_DIR: world.app.dataDirectory });
    expect(text).toMatch(/→ Analytics: .*: the head \w{7}: Deployed in /);
  });

  test('a failed deployment is reported with its title', async () => {
    const { after } = world.push({ files: { 'pipelines/daily.yml': 'x: 2\n' } });
    const job = await world.job(1);
    job.run();
    job.log('Error: no such table');
    job.end('ERROR');
    await world.untilConcluded(after);
    const { wrong } = await ask({ DATA_DIR: world.app.dataDirectory });
    expect(wrong).toEqual([
      expect.stringMatching(/→ Analytics: .*: Failed after .* → Its check run says what to do$/),
    ]);
  });

  test('refused deliveries are reported with advice', async () => {
    world.github.hook.settings.secret = 'another secret';
    await world.push({ files: { 'pipelines/daily.yml': 'x: 3\n' } }).delivered;
    const { wrong } = await ask({ DATA_DIR: world.app.dataDirectory });
    expect(wrong).toEqual([
      expect.stringMatching(
        /^✗ Deliveries fail: the newest one \(.*\) was answered 400 → Set WEBHOOK_SECRET to the secret/,
      ),
    ]);
  });
});

describe('the GitHub App', () => {
  test('a key that is not its own', async () => {
    await open({ appId: 17 });
    const { wrong, text } = await ask({ APP_ID: '18' });
    expect(wrong).toEqual([
      expect.stringMatching(
        /^✗ The GitHub App can't sign in at http.*GitHub answered 401 .* → Use a private key of the App 18/,
      ),
    ]);
    expect(text).toContain('✓ Meltano Cloud shows 1 workspace');
  });

  test('GitHub does not answer: this is reported, and the rest is checked', async () => {
    await open();
    const { wrong, text } = await ask({ GHE_HOST: `127.0.0.1:${await findFreePort()}` });
    expect(wrong).toEqual([
      expect.stringMatching(/GitHub did not answer \(ECONNREFUSED\) → Check the network/),
    ]);
    expect(text).toContain('✓ Meltano Cloud shows 1 workspace');
  });

  test('permissions and events that it lacks', async () => {
    await open({
      permissions: { metadata: 'read', checks: 'read', contents: 'write', issues: 'write', actions: 'read' },
      events: ['push', 'check_run', 'issue_comment'],
    });
    const { wrong, text } = await ask();
    expect(wrong.slice(0, 2)).toEqual([
      expect.stringMatching(
        /^✗ The App lacks permissions of app.yml: checks: write, pull_requests: write, deployments: write → http\S+\/organizations\/meltano-deploy-authors\/settings\/apps\/meltano-deploy\/permissions/,
      ),
      expect.stringMatching(
        /^✗ The App doesn't subscribe to these events: repository, commit_comment, check_suite, pull_request → /,
      ),
    ]);
    expect(text).toContain("· The App has permissions that it doesn't use: actions →");
    expect(text).toContain('✗ @acme: the installation lacks permissions: checks: write');
  });

  test('a clock that is wrong', async () => {
    await open();
    const late = await ask({}, { now: () => Date.now() - 90_000 });
    expect(late.wrong).toEqual([
      expect.stringMatching(
        /^✗ This machine's clock is (89|90|91) s behind GitHub's → Synchronise it with a time server/,
      ),
    ]);
    const early = await ask({}, { now: () => Date.now() + 90_000 });
    expect(early.wrong).toEqual([expect.stringMatching(/clock is (89|90|91) s ahead of GitHub's/)]);
  });
});

describe('the webhook', () => {
  test('has no address', async () => {
    await open();
    sandbox.github.hook.url = null;
    expect((await ask()).wrong).toEqual([
      expect.stringMatching(
        /^✗ The App has no webhook URL.* → .*: set the webhook URL to https:\/\/<your host>\/api\/github\/webhooks$/,
      ),
    ]);
  });

  test('has the bare address of the host', async () => {
    await open();
    sandbox.github.hook.url = 'https://deploy.example';
    expect((await ask()).wrong).toEqual([
      expect.stringMatching(
        /^✗ GitHub sends deliveries to https:\/\/deploy\.example\/, and the app listens on \/api\/github\/webhooks →/,
      ),
    ]);
  });

  test('has another channel than the app, or the same', async () => {
    await open();
    const channel = 'https://smee.example/abc';
    expect((await ask({ WEBHOOK_PROXY_URL: channel })).wrong).toEqual([
      expect.stringMatching(/the app fetches them from another channel/),
    ]);
    sandbox.github.hook.url = channel;
    const { text, wrong } = await ask({ WEBHOOK_PROXY_URL: channel });
    expect(wrong).toEqual([]);
    expect(text).toContain('✓ GitHub sends deliveries to the channel WEBHOOK_PROXY_URL');
  });

  test('has no secret, sends forms and takes any certificate', async () => {
    await open();
    Object.assign(sandbox.github.hook.settings, { secret: null, contentType: 'form', insecureSsl: true });
    expect((await ask()).wrong).toEqual([
      expect.stringContaining('The webhook has no secret'),
      expect.stringContaining('The webhook sends form instead of JSON'),
      expect.stringContaining("The webhook doesn't check the certificate"),
    ]);
  });

  test('failed and works again: a note, not a mistake', async () => {
    await open();
    const { github } = sandbox;
    const send = () => github.hook.send('ping', {}).delivered;
    github.hook.url = `http://127.0.0.1:${await findFreePort()}/api/github/webhooks`;
    await send();
    expect((await ask()).wrong).toEqual([
      expect.stringMatching(
        /^✗ Deliveries fail: the newest one \(ping, .*\) did not arrive: .* → Make the webhook URL reachable/,
      ),
    ]);
    github.hook.url = (await startReceiver()).url;
    await send();
    const { wrong, lines } = await ask();
    expect(wrong).toEqual([]);
    expect(lines).toContainEqual(expect.stringMatching(/^· 1 of the last 2 deliveries failed before that/));
  });
});

describe('Meltano Cloud', () => {
  test('refuses the token', async () => {
    await open();
    const { wrong, text } = await ask({ MELTANO_API_TOKEN: 'of someone else' });
    expect(wrong).toEqual([
      expect.stringMatching(
        /^✗ Meltano Cloud can't be used at http.*401.* → Replace the credentials: MELTANO_API_TOKEN/,
      ),
    ]);
    expect(text).toContain("· @acme: its repositories can't be checked without the list of workspaces");
  });

  test('shows nothing', async () => {
    await open();
    sandbox.meltano.workspaces.clear();
    expect((await ask()).wrong).toEqual([
      expect.stringContaining('Meltano Cloud shows no workspace'),
      expect.stringContaining('@acme: 0 of 1 repository has workspaces'),
    ]);
  });

  test('each account of the accounts file is asked by its own credentials', async () => {
    await open();
    sandbox.github.installations.add({ account: 'globex' });
    const file = join(folder, 'accounts.yml');
    const unseen = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
    writeFileSync(
      file,
      `accounts:\n  acme:\n    token: \${ACME}\n    allowed_workspaces: [${unseen}]\n  globex:\n    token: \${GLOBEX}\n`,
    );
    const env = {
      ACCOUNTS_FILE: file,
      ACME: sandbox.meltano.token,
      GLOBEX: 'bad-globex-token',
      MELTANO_API_TOKEN: '',
    };
    const { wrong, text } = await ask(env);
    expect(wrong).toEqual([
      expect.stringMatching(/^✗ Meltano Cloud, for @acme shows no workspace/),
      expect.stringMatching(new RegExp(`^✗ Meltano Cloud, for @acme doesn't show the workspace ${unseen}`)),
      expect.stringMatching(/^✗ Meltano Cloud, for @globex can't be used/),
      expect.stringMatching(/^✗ @acme: 0 of 1/),
    ]);
    expect(text).not.toContain('bad-globex-token');
  });
});

test.each(['ignores page', 'repeats a page'] as const)(
  'a Meltano Cloud that %s: fewer workspaces and pipelines are listed than it counts',
  async (lie) => {
    await open();
    const { meltano } = sandbox;
    const [workspace] = meltano.workspaces.values();
    if (!workspace) throw new Error('There is no workspace.');
    for (let n = 0; n < 149; n += 1) {
      meltano.addWorkspace({ name: `Other ${n}`, repositoryUrl: sandbox.repositoryUrl('acme/other') });
    }
    for (let n = 0; n < 120; n += 1) meltano.addPipeline(workspace, { name: `p${n}` });
    meltano.pagingLie = lie;
    const { lines, wrong } = await ask();
    expect(wrong).toEqual([]);
    const warnings = lines.filter((line) => line.includes('lists only'));
    expect(warnings).toEqual([
      expect.stringMatching(/^· Meltano Cloud counts 150 workspaces, but lists only 100 → Its pages repeat/),
      expect.stringMatching(
        /^· Meltano Cloud counts 120 pipelines of Analytics, but lists only 100 → Its pages/,
      ),
    ]);
  },
);

test('pipelines that are not shown are noted', async () => {
  await open();
  const action = { kind: 'status', status: 403 } as const;
  sandbox.meltano.service.faults.add({ path: /\/pipelines\?/, action });
  const { text } = await ask();
  expect(text).toMatch(/· Meltano Cloud doesn't show the pipelines of Analytics: .*403/);
});

test('limits of the accounts file: patterns that match nothing, and looser values of a repository', async () => {
  await open();
  const path = '.github/meltano-deploy.yml';
  sandbox.github.branches.push({ repository: 'acme/data', files: { [path]: 'deploy:\n  log: live\n' } });
  const file = join(folder, 'accounts.yml');
  const entries = ['{match: "Ana*", limits: {log: final}}', '{match: "* (prod)", limits: {on_push: false}}'];
  writeFileSync(file, `accounts: {acme: {token: "\${TOKEN}", workspaces: [${entries.join(', ')}]}}\n`);
  const { lines, wrong } = await ask({ ACCOUNTS_FILE: file, TOKEN: sandbox.meltano.token });
  expect(wrong.filter((line) => line.includes('matches'))).toEqual([
    `✗ No workspace matches "* (prod)", so its limits do nothing → Correct match in the workspaces of accounts.acme of ${file}: it is a name or id, in which * stands for any characters`,
  ]);
  expect(lines).toContain(`✓ acme/data: ${path} is valid`);
  expect(lines).toContain(
    `· acme/data: ${path}:2:8: deploy.log: the operator allows at most final → This limit holds`,
  );
});

test('an account without credentials is a mistake in the file that names it', async () => {
  await open();
  const file = join(folder, 'accounts.yml');
  writeFileSync(file, `accounts:\n  acme:\n    trigger: webhook\n    deployment_secret: \${HOOK}\n`);
  const { wrong, text } = await ask({ ACCOUNTS_FILE: file, HOOK: 'the-deployment-secret' });
  expect(wrong).toEqual([
    expect.stringContaining(
      `${file}:2:3: accounts.acme has no Meltano Cloud credentials: add token, or client_id and client_secret`,
    ),
  ]);
  expect(text).not.toContain('the-deployment-secret');
});

test('the repositories of an account are checked by its mappings', async () => {
  await open();
  const [workspace] = sandbox.meltano.workspaces.values();
  const file = join(folder, 'accounts.yml');
  writeFileSync(
    file,
    `accounts:\n  acme:\n    token: \${ACME}\n    mappings:\n      - repository: acme/data\n        directory: pipelines\n        workspace: ${workspace?.id}\n`,
  );
  const { wrong, text } = await ask({
    ACCOUNTS_FILE: file,
    ACME: sandbox.meltano.token,
    MELTANO_API_TOKEN: '',
  });
  expect(wrong).toEqual([]);
  expect(text).toContain(`acme/data → ${workspace?.name}: branch main, directory pipelines`);
  expect(text).not.toContain('TENANTS_FILE');
  const former = await ask({ TENANTS_FILE: file, ACME: sandbox.meltano.token, MELTANO_API_TOKEN: '' });
  expect(former.text).toContain('· TENANTS_FILE is now called ACCOUNTS_FILE → Rename the variable');
  expect(former.text).toContain(`acme/data → ${workspace?.name}: branch main, directory pipelines`);
});

function connectAsInstallation({ app, installations, service }: GitHubSandbox): Octokit {
  const { id: appId, privateKey } = app;
  const [installation] = installations.list();
  return new Octokit({
    authStrategy: createAppAuth,
    auth: { appId, privateKey, installationId: installation?.id },
    baseUrl: `${service.origin}/api/v3`,
  });
}

describe('repositories', () => {
  test('the configuration file: valid, or each mistake with its place', async () => {
    await open();
    const { github } = sandbox;
    const write = (text: string) =>
      github.branches.push({
        repository: 'acme/data',
        files: { '.github/meltano-deploy.yml': text },
        deliver: false,
      });
    write('deploy:\n  on_push: true\nworkspaces:\n  - workspace: Analytics\n');
    expect((await ask()).text).toContain('✓ acme/data: .github/meltano-deploy.yml is valid');
    write('deploy:\n  on_push: yes\nworkspaces:\n  - workspace: Analitics\n');
    expect((await ask()).wrong).toEqual([
      expect.stringContaining(
        'acme/data: .github/meltano-deploy.yml:2:12: deploy.on_push must be true or false',
      ),
      expect.stringContaining('acme/data: .github/meltano-deploy.yml:4:16:'),
    ]);
  });

  test('the check that can be required, where the file turns it on', async () => {
    await open();
    const { after } = sandbox.github.branches.push({
      repository: 'acme/data',
      files: { '.github/meltano-deploy.yml': 'checks: { gate: true }\n' },
      deliver: false,
    });
    expect((await ask()).wrong).toEqual([
      expect.stringContaining(
        'acme/data: checks.gate is true, but the head has no check run "Meltano Deploy" → Push to the default branch.',
      ),
    ]);
    const octokit = connectAsInstallation(sandbox.github);
    await octokit.rest.checks.create({
      owner: 'acme',
      repo: 'data',
      name: 'Meltano Deploy',
      head_sha: after,
      external_id: `required:1:${after}/1/`,
      conclusion: 'success',
      output: { title: '1 workspace deployed', summary: '' },
    });
    const { text } = await ask();
    expect(text).toContain(
      `acme/data: checks.gate is true: "Meltano Deploy" on the head ${after.slice(0, 7)}: 1 workspace deployed`,
    );
  });

  test('the checks to wait for, with their names on the head', async () => {
    await open();
    const { github } = sandbox;
    const { after } = github.branches.push({
      repository: 'acme/data',
      files: { '.github/meltano-deploy.yml': 'deploy: { wait_for: ["ci / *", test] }\n' },
      deliver: false,
    });
    const about = 'acme/data → Analytics: wait_for: the head of main has';
    expect((await ask()).text).toContain(`· ${about} no check "ci / *", "test", and no others → Correct`);
    github.checks.report('acme/data', after, { name: 'ci / lint', deliver: false });
    github.checks.report('acme/data', after, { name: 'tests', deliver: false });
    expect((await ask()).wrong).toEqual([
      expect.stringContaining(`${about} no check "test"; there are: tests, ci / lint → Correct wait_for`),
    ]);
    github.checks.report('acme/data', after, { name: 'test', deliver: false });
    expect((await ask()).text).toContain(`✓ ${about} these checks`);
  });

  test('a deployment that waits for a person is a note, not a mistake', async () => {
    await open();
    const [workspace] = sandbox.meltano.workspaces.values();
    const octokit = connectAsInstallation(sandbox.github);
    await octokit.rest.checks.create({
      owner: 'acme',
      repo: 'data',
      name: 'Meltano Deploy (Analytics)',
      head_sha: sandbox.github.branches.head('acme/data'),
      external_id: `${workspace?.id}/0d1f1b1e-5a0c-4d4e-9b7f-7c7a3f0a2b11`,
      conclusion: 'action_required',
      output: { title: 'Waiting for approval: press Deploy', summary: '' },
    });
    const { text } = await ask();
    expect(text).toMatch(
      /^· acme\/data → Analytics: .*: Waiting for approval: press Deploy → Its check run/m,
    );
  });

  test('a branch or a directory that is not there', async () => {
    await open();
    const repositoryUrl = sandbox.repositoryUrl('acme/data');
    sandbox.meltano.addWorkspace({ name: 'Prod', repositoryUrl, repositoryBranch: 'prod' });
    sandbox.meltano.addWorkspace({ name: 'Old', repositoryUrl, repositoryDirectory: 'gone' });
    sandbox.meltano.addWorkspace({ name: 'File', repositoryUrl, repositoryDirectory: 'meltano.yml' });
    expect((await ask()).wrong).toEqual([
      expect.stringContaining('acme/data → Prod: branch prod, the root: there is no such branch'),
      expect.stringContaining('acme/data → Old: branch main, directory gone: there is no such directory'),
      expect.stringContaining(
        'acme/data → File: branch main, directory meltano.yml: there is no such directory',
      ),
    ]);
  });

  test('a head without a deployment is a note, not a mistake', async () => {
    await open();
    const { wrong, text } = await ask();
    expect(wrong).toEqual([]);
    expect(text).toMatch(
      /^· acme\/data → Analytics: branch main, the root: the head [0-9a-f]{7} has no deployment →/m,
    );
  });

  test('an installation that is suspended, not allowed or missing', async () => {
    await open();
    const [installation] = sandbox.github.installations.list();
    expect((await ask({ ALLOWED_ACCOUNTS: 'globex' })).text).toContain(
      "· @acme: ALLOWED_ACCOUNTS doesn't name it",
    );
    await sandbox.github.installations.suspend(installation?.id ?? 0).delivered;
    expect((await ask()).text).toContain('· @acme: the installation is suspended');
    await sandbox.github.installations.remove(installation?.id ?? 0).delivered;
    expect((await ask()).text).toContain("✗ The App isn't installed on any account");
  });

  test('requests to GitHub are limited, and skipped checks are reported', async () => {
    await open();
    const { wrong } = await ask({}, { mostRequests: 7 });
    expect(wrong).toEqual([expect.stringContaining('@acme: its other repositories were not checked')]);
    expect(sandbox.github.service.exchanges).toHaveLength(7);
  });

  test('a repository that GitHub fails on does not hide the others', async () => {
    await open();
    sandbox.github.repositories.add({ fullName: 'acme/more', files: { a: '1' } });
    sandbox.meltano.addWorkspace({ name: 'More', repositoryUrl: sandbox.repositoryUrl('acme/more') });
    sandbox.github.service.faults.add({
      path: /graphql|data\/contents/,
      action: { kind: 'status', status: 502 },
    });
    const { wrong, text } = await ask();
    expect(wrong).toEqual([
      expect.stringContaining("acme/data: its configuration can't be read: GitHub answered 502"),
    ]);
    expect(text).toContain('acme/data → Analytics: branch main');
    expect(text).toContain('acme/more → More: branch main');
  });
});

describe('the database', () => {
  test('is not there yet, or may not be written', async () => {
    await open();
    expect((await ask()).text).toContain(`· There is no database in DATA_DIR ${join(folder, 'data')} yet`);
    expect((await ask({ DATA_DIR: '/dev/null/data' })).wrong).toEqual([
      expect.stringContaining("DATA_DIR /dev/null/data can't be written"),
    ]);
  });

  test('is no database', async () => {
    await open();
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'meltano-deploy.db'), 'not a database, whatever it is called');
    expect((await ask()).wrong).toEqual([
      expect.stringMatching(/The database in DATA_DIR .* can't be read: .* → Run the doctor as the user/),
    ]);
  });

  test('is of a development version', async () => {
    await open();
    mkdirSync(join(folder, 'data'));
    const database = new DatabaseSync(join(folder, 'data', 'meltano-deploy.db'));
    database.exec(
      "create table kysely_migration (name text); insert into kysely_migration values ('0001-first')",
    );
    database.close();
    expect((await ask()).wrong).toEqual([
      expect.stringMatching(/The database was made by a development version .* → Move DATA_DIR aside/),
    ]);
  });

  test('is on a server that does not answer', async () => {
    await open();
    const password = 'pg-password-of-the-test';
    const { wrong, text } = await ask({ DATABASE_URL: `postgres://app:${password}@127.0.0.1:1/app` });
    expect(wrong).toEqual([
      expect.stringMatching(/^✗ The PostgreSQL server of DATABASE_URL can't be used: .*ECONNREFUSED/),
    ]);
    expect(text).not.toContain(password);
  });
});

test('a problem in one part is reported, and the other parts are checked', async () => {
  await open();
  const { wrong, text } = await ask({ WEBHOOK_SECRET: '', PORT: 'http' });
  expect(wrong).toEqual([
    expect.stringContaining('PORT must be a port number'),
    expect.stringContaining('WEBHOOK_SECRET is missing'),
  ]);
  expect(text).toContain('✓ APP_ID and the private key sign in');
  const without = await ask({ APP_ID: '', MELTANO_API_TOKEN: '' });
  expect(without.text).toContain('· The GitHub App was not checked');
  expect(without.text).toContain('· Meltano Cloud was not checked');
});

test('its output contains no secret, whatever the services answer', async () => {
  await open();
  const { github, meltano } = sandbox;
  const [workspace] = meltano.workspaces.values();
  const answer = { status: 403, body: { message: `no: ${meltano.token} ${github.app.webhookSecret}` } };
  meltano.service.faults.add({ path: /workspaces/, action: { kind: 'status', ...answer } });
  github.service.faults.add({ path: /hook\/config/, action: { kind: 'status', ...answer } });
  const { text, findings } = await ask({
    MELTANO_CLIENT_SECRET: 'the-client-secret',
    SOME_PASSWORD: 'of something else',
  });
  expect(text).toContain('[redacted]');
  const secrets = [
    ...[meltano.token, github.app.webhookSecret, 'the-client-secret', 'of something else'],
    ...[github.app.privateKey, github.app.privateKey.split('\n')[3] ?? '', workspace?.deploymentSecret ?? ''],
  ];
  for (const secret of secrets) expect(JSON.stringify(findings)).not.toContain(secret);
});

test('destinations of notifications are reached without a message, and never named', async () => {
  await open();
  const receiver = new NotificationReceiver();
  await receiver.start();
  onTestFinished(() => receiver.stop());
  const file = join(folder, 'accounts.yml');
  const closed = `http://127.0.0.1:${await findFreePort()}/secret-path`;
  const entries = [
    `{url: "\${HOOK}", format: slack, private_network: true}`,
    `{url: "\${CLOSED}", format: teams, private_network: true}`,
    `{url: "\${PRIVATE}", format: slack}`,
  ];
  writeFileSync(file, `accounts: {acme: {token: "\${TOKEN}", notify: [${entries.join(', ')}]}}\n`);
  const { lines, text } = await ask({
    ACCOUNTS_FILE: file,
    TOKEN: sandbox.meltano.token,
    HOOK: receiver.url('slack'),
    CLOSED: closed,
    PRIVATE: receiver.url('slack').replace('http:', 'https:'),
  });
  const advice = `Check the network, and url and private_network in accounts.acme.notify of ${file}`;
  expect(lines.filter((line) => line.includes('Notifications'))).toEqual([
    '✓ Notifications of @acme, entry 1 (slack): the address answers',
    `✗ Notifications of @acme, entry 2 (teams): no connection (ECONNREFUSED) → ${advice}`,
    `✗ Notifications of @acme, entry 3 (slack): its address is private, and private_network is not true → ${advice}`,
  ]);
  expect(receiver.service.exchanges.map(({ method, body }) => [method, body])).toEqual([['HEAD', '']]);
  expect(text).not.toMatch(/secret-path|slack\/team/);
});
