import { beforeEach, describe, expect, test } from 'vitest';
import { parseAccounts } from '../../../src/config/accounts-file.ts';
import type { PullRequestEvent, PushEvent, RerunEvent } from '../../../src/domain/delivery.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { type AccountPolicy, NO_POLICY } from '../../../src/domain/repository-configuration.ts';
import { START } from '../deploying/fake-ports.ts';
import { buildWorkspace, REPOSITORY, WORKSPACE_ID } from '../deploying/reconcile-world.ts';
import { buildComment, buildPush, PlanWorld } from './plan-world.ts';

const OTHER = '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const [SHA, NEXT] = ['a'.repeat(40), 'c'.repeat(40)];
const FILE = '.github/meltano-deploy.yml';

let world: PlanWorld;

beforeEach(async () => {
  world = await PlanWorld.open();
  world.heads.set('main', SHA);
  world.head = SHA;
});

/** What an account of the accounts file with these lines sets. */
function operator(...lines: string[]): AccountPolicy {
  const text = ['accounts:', '  acme:', `    token: \${TOKEN}`, ...lines.map((line) => `    ${line}`)].join(
    '\n',
  );
  const source = { apiUrl: 'https://x/api', authUrl: 'https://x/token', audience: null };
  const parsed = parseAccounts(text, {
    file: 'accounts.yml',
    env: { TOKEN: 'a.b.c' },
    defaults: { ...source, adoptJobs: true, allowInsecure: false },
  });
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.accounts[0]?.policy ?? NO_POLICY;
}

async function push(differences: Partial<PushEvent> = {}): Promise<Deployment[]> {
  await world.deliver(buildPush({ message: 'Work', ...differences }));
  await world.planAll();
  return world.open();
}

async function give(body: string) {
  const id = await world.deliver(buildComment(body, { askedAt: world.clock.now() }));
  await world.planAll();
  return (await world.stores.getCommand(id))?.answer;
}

/** The check runs about the file. */
const fileRuns = () =>
  world.reporter.commitRuns.flatMap((run) =>
    run.verdict.kind === 'project' ? [] : [{ ...run, verdict: run.verdict }],
  );

describe('a looser value in the file', () => {
  test('gets a notice on its line, once for each head of the default branch', async () => {
    world.policy = operator('limits: { log: final, on_push: true, paths_ignore: ["docs/**"] }');
    world.files.everywhere = 'deploy:\n  log: live\n  on_push: true\n  paths_ignore:\n    - a\n    - b\n';
    world.trees.put(SHA, ['README.md']);
    world.trees.put(NEXT, ['README.md']);
    expect(await push()).toMatchObject([{ log: 'final' }]);
    expect(fileRuns()).toMatchObject([
      {
        sha: SHA,
        verdict: {
          kind: 'good',
          file: FILE,
          isInForce: true,
          loose: [
            {
              line: 2,
              column: 8,
              path: 'deploy.log',
              message: 'deploy.log: the operator allows at most final.',
            },
            { line: 5, endLine: 6, message: 'deploy.paths_ignore: the operator adds "docs/**".' },
          ],
        },
      },
    ]);
    await push({ ref: 'refs/heads/dev', after: NEXT });
    await push({ after: NEXT, pushedAt: START + 1_000 });
    expect(new Set(fileRuns().map(({ sha }) => sha))).toEqual(new Set([SHA, NEXT]));
    expect(new Set(fileRuns().map(({ id }) => id)).size).toBe(2);
  });

  test('names the workspaces that the limit concerns, and the entry that counts', async () => {
    world.meltano.workspaces = [
      buildWorkspace({ name: 'Analytics (prod)' }),
      buildWorkspace({ id: OTHER, name: 'Analytics (dev)' }),
    ];
    world.policy = operator(
      'workspaces:',
      '  - { match: "* (prod)", limits: { log: none, project: block } }',
    );
    world.files.everywhere = [
      'deploy: { log: live }',
      'checks: { project: report }',
      'workspaces:',
      '  - workspace: Analytics (prod)',
      '    checks:',
      '      project: off',
    ].join('\n');
    await push();
    const [run] = fileRuns();
    expect(run?.verdict).toMatchObject({
      loose: [
        { line: 1, message: 'deploy.log: the operator allows at most none for "Analytics (prod)".' },
        { line: 6, message: 'workspaces[0].checks.project: the operator requires at least block.' },
      ],
    });
    expect(run?.verdict).toMatchObject({
      workspaces: [
        { name: 'Analytics (prod)', log: 'none', blocks: true },
        { name: 'Analytics (dev)', log: 'live', blocks: false },
      ],
    });
    expect(await world.open()).toMatchObject([{ log: 'none', gates: [{ kind: 'project' }] }]);
  });

  test('gets its notice on the head of the default branch if the file is first read for another one', async () => {
    world.meltano.workspaces = [buildWorkspace({ branch: 'dev' })];
    world.policy = operator('limits: { commands: { permission: admin } }');
    world.files.everywhere = 'commands:\n  permission: write\n';
    world.head = SHA;
    await push({ ref: 'refs/heads/dev', after: NEXT });
    const message = 'commands.permission: the operator requires at least admin.';
    expect(fileRuns()).toMatchObject([{ sha: SHA, verdict: { loose: [{ line: 2, message }] } }]);
  });

  test.each([
    ['no file', undefined],
    ['a file without the key', 'deploy: { unmatched: silent }'],
    ['a value as strict as the limit', 'deploy: { log: final }'],
    ['a stricter value', 'deploy: { log: none }'],
    [
      'a looser value for all, and a stricter one for its workspace',
      'deploy: { log: live }\nworkspaces: [{ workspace: Analytics, log: none }]',
    ],
  ])('is missing, so there is no check run: %s', async (_, text) => {
    world.policy = operator('limits: { log: final }');
    if (text !== undefined) world.files.everywhere = text;
    expect(await push()).toHaveLength(1);
    expect(fileRuns()).toEqual([]);
  });

  test('in a pull request gets its notice before it is merged', async () => {
    world.policy = operator('limits: { log: final }');
    world.files.changedBy.add(5);
    world.files.at.set(NEXT, 'deploy: { log: live }');
    const event: PullRequestEvent = {
      kind: 'pull_request',
      account: 'acme',
      repository: REPOSITORY,
      number: 5,
      headSha: NEXT,
      base: { branch: 'main', sha: SHA },
    };
    await world.deliver(event);
    await world.planAll();
    expect(fileRuns()).toMatchObject([
      { sha: NEXT, verdict: { kind: 'good', loose: [{ line: 1 }], workspaces: [{ log: 'final' }] } },
    ]);
    expect(fileRuns()[0]?.verdict).not.toHaveProperty('isInForce');
  });
});

describe('a default of the operator', () => {
  test('does what the file would do, until the file says otherwise', async () => {
    world.policy = operator('defaults: { on_push: false, unmatched: skipped }');
    expect(await push()).toEqual([]);
    expect(world.reporter.reports.at(-1)).toMatchObject({ reason: 'push_off', conclusion: 'skipped' });
    world.files.everywhere = 'deploy: { on_push: true }';
    expect(await push({ after: NEXT, pushedAt: START + 1_000 })).toHaveLength(1);
    expect(fileRuns()).toEqual([]);
  });

  test('that changes holds for the next plan, without a new read of the file', async () => {
    world.files.everywhere = 'deploy: { unmatched: skipped }';
    expect(await push()).toHaveLength(1);
    world.policy = operator('defaults: { skip_tokens: ["[hold]"] }', 'limits: { log: final }');
    await push({ message: 'x [hold]', after: SHA, pushedAt: START + 1_000 });
    expect(world.reporter.reports.at(-1)).toMatchObject({ reason: 'skip_token' });
    expect(await give('/redeploy')).toMatchObject({ kind: 'redeploy' });
    expect((await world.open()).at(-1)).toMatchObject({ cause: 'command', log: 'final_if_private' });
    expect(world.files.reads).toEqual([SHA]);
  });
});

describe('a limit', () => {
  test('holds for commands, before the file was ever read, and while it is bad', async () => {
    world.policy = operator('limits: { commands: { permission: admin }, log: none, project: block }');
    world.permission = 'maintain';
    world.files.everywhere = 'deploy: { log: live }\ncommands: { permission: triage }';
    const refused = { kind: 'refused', refusal: { code: 'not_permitted', needed: 'admin' } };
    expect(await give('/redeploy')).toMatchObject(refused);
    world.files.everywhere = 'deploy: { logs: live }';
    await push({ after: SHA });
    world.clock.advance(20_000);
    expect(await give('/redeploy')).toMatchObject(refused);
    world.permission = 'admin';
    world.clock.advance(20_000);
    world.files.everywhere = 'deploy: { log: live }';
    await push({ after: NEXT, pushedAt: START + 1_000 });
    expect(await give('/redeploy')).toMatchObject({ kind: 'redeploy' });
    expect((await world.open()).at(-1)).toMatchObject({
      cause: 'command',
      log: 'none',
      gates: [{ kind: 'project' }],
    });
    expect(await give('/meltano logs')).toMatchObject({ kind: 'logs', logMode: 'none' });
  });

  test('adds the gates of the operator to pushes and commands', async () => {
    world.policy = operator(
      'limits: { wait_for: ["ci*"], approval: { role: maintain, not_by: author } }',
      'workspaces:',
      '  - { match: "Ana*", limits: { approval: { role: admin } } }',
    );
    world.files.everywhere =
      'deploy: { wait_for: [lint] }\nworkspaces: [{ workspace: Analytics, approval: { role: write } }]';
    const gates = [
      { kind: 'checks', wanted: [{ name: 'lint' }, { name: 'ci*' }] },
      { kind: 'approval', role: 'admin', notBy: 'author' },
    ];
    expect(await push()).toMatchObject([{ cause: 'push', gates }]);
    await give('/redeploy');
    expect((await world.open()).at(-1)).toMatchObject({ cause: 'command', gates });
    const messages = fileRuns().flatMap(({ verdict }) => (verdict.kind === 'good' ? verdict.loose : []));
    expect(messages).toMatchObject([
      { line: 1, message: 'deploy.wait_for: the operator adds "ci*".' },
      {
        line: 2,
        message:
          'workspaces[0].approval: the operator requires an approval with at least admin, not by the author.',
      },
    ]);
  });

  test('turns commands off, but not buttons and re-runs', async () => {
    world.policy = operator('limits: { commands: { enabled: false } }');
    world.files.everywhere = 'commands: { enabled: true }';
    expect(await give('/meltano help')).toBeUndefined();
    expect(world.noops()).toEqual(['commands_off']);
  });

  test('holds for a button', async () => {
    const [old] = await push();
    world.policy = operator('limits: { commands: { permission: maintain }, log: final }');
    const event: RerunEvent = {
      kind: 'rerun',
      account: 'acme',
      repository: REPOSITORY,
      how: 'button',
      sha: SHA,
      actor: 'bob',
      run: {
        id: 1,
        url: 'https://github.test/runs/1',
        name: 'Run',
        conclusion: 'success',
        title: 'Deployed in 8 s',
        externalId: `${WORKSPACE_ID}/${old?.id}/job-1`,
        startedAt: START,
        completedAt: START,
      },
    };
    await world.stores.saveDeployment(old?.id ?? '', {
      state: 'concluded',
      conclusion: 'success',
      concludedAt: 1,
      jobId: 'job-1',
    });
    await world.deliver(event);
    await world.planAll();
    expect(await world.open()).toEqual([]);
    world.permission = 'maintain';
    world.clock.advance(20_000);
    await world.deliver(event);
    await world.planAll();
    expect(await world.open()).toMatchObject([{ cause: 'button', log: 'final_if_private' }]);
  });

  test('is named by why, with what it is in place of', async () => {
    world.policy = operator('limits: { log: final, on_push: false, commands: { permission: write } }');
    world.files.everywhere = 'deploy: { on_push: true }';
    expect(await give('/meltano why')).toMatchObject({
      findings: [
        {
          reason: 'push_off',
          limits: [
            { section: 'deploy', key: 'on_push', words: 'allows only false' },
            { section: 'deploy', key: 'log', words: 'allows at most final' },
          ],
        },
      ],
    });
  });
});
