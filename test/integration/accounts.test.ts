import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MeltanoSandbox } from '../../sandbox/meltano/meltano-sandbox.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import { World } from './world.ts';

/** `acme` and its workspace; `beta` has a Meltano Cloud of its own. */
let world: World;
let other: MeltanoSandbox;
let betas: SandboxWorkspace;
let directory: string;

const QUICK = () => ({ queuedMs: 20, steps: [], endAfterMs: 20 });

/** The accounts of the file, each with the lines below its name. */
type Accounts = Record<string, readonly string[]>;

function writeFile(accounts: Accounts): void {
  const text = Object.entries(accounts).map(([login, lines]) =>
    [`  ${login}:`, ...lines.map((line) => `    ${line}`)].join('\n'),
  );
  writeFileSync(join(directory, 'accounts.yml'), ['accounts:', ...text, ''].join('\n'));
}

const acme = (...more: string[]) => [`token: \${ACME_TOKEN}`, `api_url: ${world.meltano.apiUrl}`, ...more];
const beta = () => [`token: \${BETA_TOKEN}`, `api_url: ${other.apiUrl}`];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  other = new MeltanoSandbox();
  await other.start();
  world = await World.open({
    env: ({ meltano }) => {
      writeFile({
        ACME: [`token: \${ACME_TOKEN}`, `api_url: ${meltano.apiUrl}`],
        beta: [`token: \${BETA_TOKEN}`, `api_url: ${other.apiUrl}`],
      });
      return {
        ACCOUNTS_FILE: join(directory, 'accounts.yml'),
        MELTANO_API_TOKEN: '',
        ACME_TOKEN: meltano.token,
        BETA_TOKEN: other.token,
        CLIENT_SECRET: meltano.client.secret,
      };
    },
  });
  world.meltano.script = QUICK;
  other.script = QUICK;
  addRepository('beta');
  betas = other.addWorkspace({ name: 'Analytics', repositoryUrl: urlOf('beta') });
});

afterEach(async () => {
  await world.close();
  await other.stop();
  rmSync(directory, { recursive: true });
});

function urlOf(owner: string): string {
  return world.app.sandbox.repositoryUrl(`${owner}/data`);
}

function addRepository(owner: string): void {
  world.github.installations.add({ account: owner });
  world.github.repositories.add({ fullName: `${owner}/data`, private: true, files: { 'models/a.sql': '0' } });
}

let count = 0;
function pushTo(owner: string): string {
  count += 1;
  return world.github.branches.push({ repository: `${owner}/data`, files: { 'models/a.sql': String(count) } })
    .after;
}

function runOf(owner: string, sha: string) {
  return world.github.checks.runs(`${owner}/data`, sha)[0];
}

function untilEnded(owner: string, sha: string) {
  const read = () => {
    const run = runOf(owner, sha);
    return run?.status === 'completed' ? run : null;
  };
  return world.until(read, `the conclusion for ${owner}`);
}

function tokensSeenBy(meltano: MeltanoSandbox): Set<string | undefined> {
  return new Set(meltano.service.exchanges.map((one) => one.headers.authorization));
}

describe('two accounts', () => {
  test('each deploy with their own credentials, and never see the other’s data', async () => {
    // A workspace of beta's that claims acme's repository.
    const claiming = other.addWorkspace({ name: 'Analytics', repositoryUrl: urlOf('acme') });
    const [first, second] = [pushTo('acme'), pushTo('beta')];
    expect((await untilEnded('acme', first)).conclusion).toBe('success');
    const run = await untilEnded('beta', second);
    expect(run.conclusion).toBe('success');
    expect(run.output.summary).toContain(`${other.origin}/workspaces/${betas.id}`);
    expect(tokensSeenBy(other)).toEqual(new Set([`Bearer ${other.token}`]));
    expect(tokensSeenBy(world.meltano)).toEqual(new Set([`Bearer ${world.meltano.token}`]));
    expect(other.jobsOf(claiming)).toEqual([]);
  });

  test("go on through each other's outage; what the file doesn't name isn't served", async () => {
    const outage = other.service.faults.add({
      path: /./,
      action: { kind: 'hang', when: 'before', ms: 1_000 },
    });
    const held = pushTo('beta');
    await world.until(() => outage.hits > 0, 'the outage to be felt');
    expect((await untilEnded('acme', pushTo('acme'))).conclusion).toBe('success');
    addRepository('gamma');
    pushTo('gamma');
    await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'account_not_served' });
    expect(other.jobs).toEqual([]);
    outage.remove();
    expect((await untilEnded('beta', held)).conclusion).toBe('success');
  });
});

describe('a workspace', () => {
  test('that the file maps is deployed from that repository, by the branch and directory of the mapping', async () => {
    const mapped = world.meltano.addWorkspace({
      name: 'Mapped',
      repositoryUrl: 'https://gitlab.com/x/mirror',
    });
    world.workspace.repositoryUrl = 'https://gitlab.com/x/other';
    const mapping = [
      'mappings:',
      '  - repository: Acme/Data',
      '    branch: release',
      '    directory: models/',
    ];
    writeFile({ acme: acme(...mapping, `    workspace: ${mapped.id}`) });
    world.app.service.reload();
    const main = pushTo('acme');
    await world.untilLogged('Workspace not deployed', { noop: 'branch_not_tracked', sha: main });
    const branch = { branch: 'release', from: 'main' };
    const inside = world.push({ ...branch, files: { 'models/a.sql': '1' } });
    expect((await untilEnded('acme', inside.after)).name).toBe('Meltano Deploy (Mapped)');
    const quiet = world.push({ branch: 'release', files: { 'README.md': 'x' } });
    await world.untilLogged('Workspace not deployed', { noop: 'paths_unchanged', sha: quiet.after });
    expect(world.github.checks.runs('acme/data')).toHaveLength(1);
    expect(world.meltano.jobsOf(mapped)).toHaveLength(1);
  });

  test('that the file does not allow is ignored', async () => {
    const allowed = world.meltano.addWorkspace({ name: 'Allowed', repositoryUrl: urlOf('acme') });
    writeFile({ acme: acme(`allowed_workspaces: [${allowed.id}]`) });
    world.app.service.reload();
    const run = await untilEnded('acme', pushTo('acme'));
    expect(run.name).toBe('Meltano Deploy (Allowed)');
    expect(world.github.checks.runs('acme/data')).toHaveLength(1);
    expect(world.meltano.jobsOf(world.workspace)).toEqual([]);
  });
});

describe('reading the file again', () => {
  const OWNERS = ['acme', 'beta', 'gamma', 'delta'];

  test('during deployments, repeatedly, loses and repeats none', async () => {
    for (const owner of ['gamma', 'delta']) {
      addRepository(owner);
      world.meltano.addWorkspace({ name: owner, repositoryUrl: urlOf(owner) });
    }
    const { client, tokenUrl, apiUrl } = world.meltano;
    const byClient = [`client_id: ${client.id}`, `client_secret: \${CLIENT_SECRET}`, `auth_url: ${tokenUrl}`];
    const signIns = [acme(), [...byClient, `api_url: ${apiUrl}`], ['token: literal-secret']];
    let reloads = 0;
    const reload = () => {
      const mine = signIns[reloads % signIns.length] ?? [];
      writeFile({ acme: mine, gamma: mine, delta: mine, beta: [...beta(), `# ${reloads}`] });
      reloads += 1;
      world.app.service.reload();
    };
    reload();
    const pushed: { owner: string; sha: string }[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (const owner of OWNERS) pushed.push({ owner, sha: pushTo(owner) });
      const jobs = () => world.meltano.jobs.length + other.jobs.length;
      const before = jobs();
      await world.until(() => {
        reload();
        return jobs() >= before + OWNERS.length;
      }, 'a job for each account');
    }
    const runs = await Promise.all(pushed.map(({ owner, sha }) => untilEnded(owner, sha)));
    expect(new Set(runs.map((run) => run.conclusion))).toEqual(new Set(['success']));
    expect(world.meltano.jobs.length + other.jobs.length).toBe(pushed.length);
    expect(reloads).toBeGreaterThan(20);
    expect(JSON.stringify(world.app.lines)).not.toContain('literal-secret');
  });

  test('keeps the former accounts if the file is bad, and logs every problem', async () => {
    writeFile({ acme: ['token: literal-secret', 'brunch: x'] });
    world.app.service.reload();
    const problems = world.app.lines.filter((line) => line['msg'] === 'The accounts file has a problem');
    expect(problems.map((line) => line['problem'])).toEqual([
      expect.stringContaining('accounts.yml:3:12: accounts.acme.token must be'),
      expect.stringContaining('accounts.yml:4:5: accounts.acme.brunch is not a known key'),
    ]);
    expect(JSON.stringify(problems)).not.toContain('literal-secret');
    expect((await untilEnded('beta', pushTo('beta'))).conclusion).toBe('success');
  });

  test('ends the deployments of a removed account, and serves a new one', async () => {
    other.script = () => 'manual';
    const sha = pushTo('beta');
    await world.until(() => other.jobs[0], "beta's job");
    addRepository('gamma');
    world.meltano.addWorkspace({ name: 'gamma', repositoryUrl: urlOf('gamma') });
    writeFile({ acme: acme(), gamma: acme() });
    world.app.service.reload();
    const ended = await untilEnded('beta', sha);
    expect(ended.conclusion).toBe('timed_out');
    expect(ended.output.summary).toContain('no Meltano Cloud credentials for the account @beta any more');
    expect((await untilEnded('gamma', pushTo('gamma'))).conclusion).toBe('success');
  });
});

describe('limits of the file', () => {
  const FILE = '.github/meltano-deploy.yml';
  const LIVE = { [FILE]: 'deploy:\n  log: live\n', 'models/a.sql': 'x' };
  const checkOf = (sha: string, name: string) =>
    world.github.checks.runs('acme/data', sha).find((run) => run.name === name);
  const untilChecked = (sha: string) =>
    world.until(() => checkOf(sha, 'Meltano Deploy configuration'), 'the check run about the file');

  test('hold over a looser file, which gets a notice on its line', async () => {
    writeFile({ acme: acme('limits: { log: final }') });
    world.app.service.reload();
    const { after } = world.push({ files: LIVE });
    const check = await untilChecked(after);
    expect(check).toMatchObject({
      conclusion: 'neutral',
      output: {
        title: 'Line 2: deploy.log: the operator allows at most final',
        summary: expect.stringContaining("the operator's limits hold instead"),
      },
      annotations: [
        {
          path: FILE,
          start_line: 2,
          annotation_level: 'notice',
          message: 'deploy.log: the operator allows at most final.',
        },
      ],
    });
    expect(check.output.summary).toMatch(/It applies to the workspaces .*\n\n.*\n.*\n.*\| final \|/);
  });

  test('of logs hold for jobs that run when the file is read again', async () => {
    world.meltano.script = () => 'manual';
    const { after } = world.push({ files: LIVE });
    const job = await world.until(() => world.meltano.jobs[0], 'the job');
    job.run();
    job.log('Installing plugins');
    const shown = () => checkOf(after, 'Meltano Deploy (Analytics)')?.output.text ?? '';
    await world.until(() => shown().includes('Installing plugins'), 'the log');
    writeFile({ acme: acme('workspaces:', '  - { match: "Ana*", limits: { log: none } }') });
    world.app.service.reload();
    await world.until(() => shown() === 'The log is hidden.', 'the hidden log');
    job.log('Installing more');
    job.end('COMPLETE');
    const run = await world.until(() => {
      const read = checkOf(after, 'Meltano Deploy (Analytics)');
      return read?.status === 'completed' ? read : null;
    }, 'the conclusion');
    expect(run.output.text).not.toContain('Installing');
  });
});
