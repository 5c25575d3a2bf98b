import fc from 'fast-check';
import { Lexer, type Token } from 'marked';
import { describe, expect, test } from 'vitest';
import { listExamples } from '../../../../scripts/command-docs/examples.ts';
import { parseCommand } from '../../../../src/commands/parse-command.ts';
import type { WorkspacePipelines } from '../../../../src/commands/pipelines/read-pipelines.ts';
import { renderReply } from '../../../../src/commands/replies/render-reply.ts';
import type {
  BodyOf,
  ReplyBody,
  ReplyView,
  ShownWatch,
} from '../../../../src/commands/replies/reply-view.ts';
import { COMMAND_NAMES } from '../../../../src/domain/command.ts';
import type { Refusal, ShownWorkspace } from '../../../../src/domain/conversation.ts';
import { describePipeline } from '../../../../src/domain/pipeline-watch.ts';
import { buildDeployment } from '../../domain/deployment-builder.ts';
import { buildJob } from '../../domain/job-builder.ts';
import { buildPipeline, buildWatch } from '../../domain/pipeline-builder.ts';

const GITHUB_LENGTH = 65_536;

function viewOf(body: ReplyBody, comment = '/meltano status'): ReplyView {
  const [example] = listExamples();
  if (!example) throw new Error('There are no examples');
  const parsed = parseCommand(comment);
  if (parsed.kind === 'none') throw new Error(`No command in ${comment}`);
  return { ...example.view, command: { ...example.view.command, parsed }, body };
}

function shown(differences: Parameters<typeof buildDeployment>[0]) {
  return { deployment: buildDeployment(differences), supersededBy: null };
}

/** What would come alive on GitHub: links, images, HTML, and the text outside of code. */
function readMarkdown(text: string): { links: string[]; html: string[]; prose: string } {
  const [links, html, prose]: [string[], string[], string[]] = [[], [], []];
  const tokens = Lexer.lex(text, { gfm: true });
  walkTokensOf(tokens, (token) => {
    if (token.type === 'link' || token.type === 'image') links.push(String(token['href']));
    if (token.type === 'html') html.push(token.raw.trim());
    if (token.type === 'text' && !('tokens' in token && token.tokens)) prose.push(token.raw);
  });
  return { links, html, prose: prose.join(' ') };
}

function walkTokensOf(tokens: Token[], see: (token: Token & Record<string, unknown>) => void): void {
  for (const token of tokens as (Token & Record<string, unknown>)[]) {
    see(token);
    if (token.type === 'table') {
      const cells = [token['header'], ...(token['rows'] as unknown[])].flat() as { tokens: Token[] }[];
      for (const cell of cells) walkTokensOf(cell.tokens, see);
    } else if (token.type === 'list') {
      for (const item of token['items'] as { tokens: Token[] }[]) walkTokensOf(item.tokens, see);
    } else if (Array.isArray(token['tokens'])) walkTokensOf(token['tokens'] as Token[], see);
  }
}

const OURS = /^https:\/\/(github\.com\/acme\/data\/|app\.meltano\.com\/workspaces\/)/;

function expectHarmless(text: string): void {
  const { links, html, prose } = readMarkdown(text);
  for (const link of links) expect(link).toMatch(OURS);
  for (const tag of html) expect(tag).toMatch(/^(<details><summary>Log<\/summary>|<\/details>)$/);
  expect(prose).not.toMatch(/@\w|#\d|\bGH-\d|[0-9a-f]{40}|https?:/);
  expect(text.length).toBeLessThan(GITHUB_LENGTH);
}

describe('every reply', () => {
  test.each(listExamples().map((one) => [one.title, one] as const))(
    'is harmless Markdown: %s',
    (_, { view }) => {
      expectHarmless(renderReply(view));
    },
  );

  test('says nothing that only time changes', () => {
    const at = (jobStartedAt: number) => {
      const deployments = [
        shown({ id: 'one', sha: 'a'.repeat(40), state: 'running', jobId: 'job', jobStartedAt }),
      ];
      return renderReply(viewOf({ kind: 'redeploy', missing: [], deployments }, '/redeploy'));
    };
    expect(at(1_000)).toBe(at(900_000));
  });

  test.each([
    ['no changed file passes the path filters', 'paths_unmatched', null],
    ['nothing changed in `dwh`', 'paths_unmatched', 'dwh'],
    ['nothing changed since `a1b2c3d`', 'nothing_changed', 'a1b2c3d'],
    ['on_push is false for this workspace', 'push_off', null],
    ['the commit message says `[skip ci]`', 'skip_token', '[skip ci]'],
    ['pushes by `renovate[bot]` are ignored', 'ignored_sender', 'renovate[bot]'],
  ] as const)('quotes only outside text as code: %s', (words, reason, problem) => {
    const recent = [shown({ state: 'concluded', conclusion: 'skipped', reason, problem })];
    const workspace = { id: 'a', name: 'A', branch: 'main', directory: null };
    const statuses = [{ workspace, recent }];
    const workspaces = [workspace];
    const body = { kind: 'status', workspaces, pipelines: false, statuses, failing: [] } as const;
    expect(renderReply(viewOf(body))).toContain(`**Skipped: ${words}:**`);
  });

  test('names the limits of the operator, and says if one decides', () => {
    const workspace = { id: 'a', name: 'A', branch: 'main', directory: null };
    const source = { file: '.github/meltano-deploy.yml', sha: 'b'.repeat(40) };
    const finding = {
      workspace,
      sha: 'a'.repeat(40),
      isHead: true,
      reason: 'push_off',
      since: null,
      source,
    } as const;
    const limits = [
      { section: 'deploy', key: 'on_push', words: 'allows only false' },
      { section: 'checks', key: 'project', words: 'requires at least block' },
    ] as const;
    const explain = (...of: (typeof limits)[number][]) =>
      renderReply(viewOf({ kind: 'why', findings: [{ ...finding, limits: of }] }, '/meltano why'));
    expect(explain(...limits)).toContain(
      'Rule of the operator of this app: on_push is false for the workspace. The operator of this app limits what the repository may set: `on_push: allows only false`, `checks.project: requires at least block`.',
    );
    expect(explain(limits[1])).toMatch(
      /Rule of `\.github.*: on_push is false for the workspace\. The operator/,
    );
    expect(explain()).not.toContain('operator');
  });

  test('of why name the check that can be required where it is on, once', () => {
    const [one, other] = ['a', 'b'].map((letter) => ({
      workspace: { id: letter, name: letter, branch: 'main', directory: null },
      sha: letter.repeat(40),
      isHead: true,
      reason: 'push' as const,
      since: null,
    }));
    const explain = (hasRequiredCheck: boolean) => {
      const findings = one && other ? [one, other] : [];
      return renderReply(viewOf({ kind: 'why', findings, hasRequiredCheck }, '/meltano why'));
    };
    expect(explain(true).split('check run `Meltano Deploy`')).toHaveLength(2);
    expect(explain(false)).not.toContain('`Meltano Deploy`');
  });

  test('remarks on commands that were ignored', () => {
    const comment = '/meltano status\n/redeploy\n/meltano help';
    const text = renderReply(viewOf({ kind: 'pipelines', workspaces: [], read: [] }, comment));
    expect(text).toContain('2 more commands were ignored: only the first command of a comment counts');
  });
});

const HOSTILE = fc.oneof(
  fc.constantFrom(
    '@acme/admins fixes #1',
    '[click](https://evil.example)',
    '![x](https://evil.example/x.png)',
    '<img src=x onerror=alert(1)>',
    '<details><summary>x',
    '`a` ``b`` |c| \\| **d**',
    'https://evil.example',
    '```\n# out\n```',
    '</details>@ana',
    'GH-1 a1b2c3d4e5f60718293a4b5c6d7e8f9001122334',
    '\u202Egnp.exe\u0000\u001B[31m',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

describe('what others wrote', () => {
  test('is never rendered: names, branches, problems, logs', () => {
    const property = fc.property(HOSTILE, HOSTILE, HOSTILE, (name, branch, text) => {
      const workspace: ShownWorkspace = { id: 'a1', name, branch, directory: text };
      const ended = { state: 'concluded', conclusion: 'failure', reason: 'start_refused' } as const;
      const deployment = shown({ workspaceName: name, branch, problem: text, requestedBy: text, ...ended });
      const { deployment: one } = deployment;
      const logs = { kind: 'logs', workspace, lines: 5 } as const;
      const read = readPipelines(workspace, [name, branch, text]);
      const watch = watchOf([name, branch, text]);
      const lines = [name, branch, text];
      const locks = [null, workspace.id].map((workspaceId) => ({ workspaceId, by: branch, reason: text }));
      const error = { line: 1, message: text, words: text, context: [text], contextBefore: 0 };
      const bodies: { readonly [K in ReplyBody['kind']]: readonly BodyOf<K>[] } = {
        redeploy: [{ kind: 'redeploy', missing: [workspace], deployments: [deployment, deployment] }],
        withdraw: [{ kind: 'withdraw', idle: [workspace], deployments: [deployment] }],
        status: [
          {
            kind: 'status',
            workspaces: [workspace],
            statuses: [{ workspace, recent: [deployment] }],
            pipelines: true,
            locks,
            failing: read,
          },
        ],
        approve: [
          {
            kind: 'approve',
            approved: [{ workspaceId: 'w', workspaceName: name, sha: 'a'.repeat(40) }],
            refused: [{ workspaceId: 'w', workspaceName: text, why: 'it may not' }],
          },
        ],
        lock: [
          { kind: 'lock', workspace, reason: text, replaced: null },
          { kind: 'lock', workspace: null, reason: name, replaced: locks[0] ?? null },
        ],
        unlock: [
          { kind: 'unlock', workspace, removed: locks, isRestLocked: true },
          { kind: 'unlock', workspace, removed: [], isRestLocked: false },
        ],
        pipelines: [{ kind: 'pipelines', workspaces: [workspace], read }],
        preview: [{ kind: 'preview', workspace, pipeline: { id: 'p', name } }],
        verify: [{ kind: 'verify', workspace, leftOut: 1, watch }],
        run: [
          { kind: 'run', workspace, watch },
          { kind: 'run', workspace, watch: { ...watch, state: 'queued' } },
        ],
        logs: [
          { ...logs, log: { kind: 'shown', deployment: one, lines, totalLines: 3, redactions: 0, error } },
          { ...logs, log: { kind: 'unreadable', deployment: one, problem: text } },
        ],
        why: [
          {
            kind: 'why',
            findings: [{ workspace, sha: null, isHead: false, reason: 'branch_deleted', since: null }],
          },
          ...(['forced', 'unjudged'] as const).map(
            (how): BodyOf<'why'> => ({
              kind: 'why',
              findings: [
                {
                  workspace,
                  sha: 'a'.repeat(40),
                  isHead: true,
                  reason: 'project_error',
                  since: null,
                  problem: text,
                  source: { file: text, sha: 'b'.repeat(40) },
                  projectCheck: { state: 'closed', checkRunUrl: null },
                  passed: { kind: 'project', passed: { how, why: text } },
                  forcedBy: text,
                  limits: [{ section: 'deploy', key: 'paths_ignore', words: `adds ${text}` }],
                  lock: locks[0] ?? null,
                  approval: { by: text },
                  freeze: { until: 'Mon 06:00 UTC', why: text },
                  hold: { reason: 'locked', by: name, why: text },
                },
              ],
            }),
          ),
        ],
        help: [{ kind: 'help', level: 'pull' }],
        refused: Object.values(refusalsOf(workspace, text)).map((refusal) => ({ kind: 'refused', refusal })),
      };
      for (const body of Object.values(bodies).flat()) expectHarmless(renderReply(viewOf(body)));
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('in a command that was not understood is quoted as code', () => {
    for (const comment of [
      '/redeploy --@ana',
      '/meltano redploy',
      '/redeploy "@ana fixes #1',
      '/meltano logs --lines=#1',
    ]) {
      expectHarmless(renderReply(viewOf({ kind: 'refused', refusal: { code: 'not_understood' } }, comment)));
    }
  });
});

/** Pipelines whose every text is one of `texts`. */
function readPipelines(workspace: ShownWorkspace, texts: readonly string[]): WorkspacePipelines[] {
  const pipelines = texts.map((text) => ({
    pipeline: buildPipeline({ name: text, status: text, schedule: text, triggeredBy: [text] }),
    lastRun: buildJob({ status: text }),
  }));
  const failing = { pipeline: buildPipeline({ name: texts[0] ?? '', status: 'FAILED' }), lastRun: null };
  return [
    { workspace, kind: 'read', pipelines: [...pipelines, failing] },
    { workspace, kind: 'unreadable', problem: texts[0] ?? '' },
  ];
}

/** Jobs of pipelines whose every text is one of `texts`. */
function watchOf(texts: readonly string[]): ShownWatch {
  const outcomes = ['failed', 'not_started', null] as const;
  return buildWatch({
    state: 'concluded',
    pipelines: texts.map((text, index) => ({
      ...describePipeline({ id: text, name: text }, { file: null, isStarted: true }),
      jobStatus: text,
      problem: text,
      outcome: outcomes[index] ?? null,
      error: { message: text, advice: null },
    })),
  });
}

function refusalsOf(workspace: ShownWorkspace, word: string): Readonly<Record<Refusal['code'], Refusal>> {
  const candidates = [workspace];
  return {
    not_permitted: { code: 'not_permitted', needed: 'push', has: 'pull' },
    stranger: { code: 'stranger' },
    not_understood: { code: 'not_understood' },
    no_workspace: { code: 'no_workspace' },
    name_taken: { code: 'name_taken' },
    configuration_held: { code: 'configuration_held', bad: { file: word, sha: word } },
    account_not_served: { code: 'account_not_served' },
    login_taken: { code: 'login_taken', ownerId: 7 },
    unknown_workspace: { code: 'unknown_workspace', word, candidates },
    ambiguous_workspace: { code: 'ambiguous_workspace', word, candidates },
    choose_workspace: { code: 'choose_workspace', branch: word, candidates },
    branch_missing: { code: 'branch_missing', missing: candidates },
    push_missing: { code: 'push_missing', pushless: candidates },
    pipelines_off: { code: 'pipelines_off' },
    nothing_to_approve: { code: 'nothing_to_approve' },
    no_lock_reason: { code: 'no_lock_reason', workspace },
    no_pipelines: { code: 'no_pipelines', workspace },
    unknown_pipeline: {
      code: 'unknown_pipeline',
      word,
      workspace,
      candidates: [{ id: 'p', name: word }],
      areNear: true,
    },
    ambiguous_pipeline: {
      code: 'ambiguous_pipeline',
      word,
      workspace,
      candidates: [{ id: 'p', name: word }],
      areNear: false,
    },
    too_late: { code: 'too_late' },
    unanswered: { code: 'unanswered', problem: word },
  };
}

describe('the size', () => {
  test('of a reply about thousands of workspaces stays below GitHub’s limit, and counts omitted rows', () => {
    const workspaces = Array.from({ length: 3_000 }, (_, index) => ({
      id: `id-${index}`,
      name: `Workspace ${index}`,
      branch: 'main',
      directory: null,
    }));
    const refusal: Refusal = { code: 'choose_workspace', branch: null, candidates: workspaces };
    const text = renderReply(viewOf({ kind: 'refused', refusal }));
    expect(text.length).toBeLessThan(GITHUB_LENGTH);
    expect(text).toMatch(/… and [\d,]+ more\./);
  });

  test('of a log is cut from its beginning, the end stays', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => `${index} ${'x'.repeat(500)}`);
    const workspace = { id: 'a', name: 'A', branch: 'main', directory: null };
    const log = {
      kind: 'shown',
      deployment: buildDeployment({ jobId: 'job' }),
      lines,
      totalLines: 1_000,
      redactions: 0,
      error: null,
    } as const;
    const text = renderReply(viewOf({ kind: 'logs', workspace, lines: 1_000, log }));
    expect(text.length).toBeLessThan(GITHUB_LENGTH);
    expect(text).toContain('\n999 x');
    expect(text).not.toContain('\n0 x');
  });
});

test('help says of each command whether the person may use it', () => {
  const marks = (level: 'pull' | 'triage' | 'push' | 'maintain') =>
    renderReply(viewOf({ kind: 'help', level }))
      .match(/\| [✓✗] \|/g)
      ?.map((one) => one[2])
      .join('');
  expect(marks('maintain')).toBe('✓'.repeat(COMMAND_NAMES.length));
  expect(marks('push')).toBe('✓✓✓✗✗✓✓✓✓✓✗✓');
  expect(marks('pull')).toBe('✗✗✗✗✗✓✓✓✓✗✗✓');
});

test('help says that commands about pipelines are off', () => {
  const text = renderReply(viewOf({ kind: 'help', level: 'admin', pipelines: false }));
  expect(text.match(/Off here: see `commands\.pipelines`/g)).toHaveLength(3);
});

test.each<[string, Partial<ShownWatch['pipelines'][number]>, Partial<ShownWatch>]>([
  ['**Running** the pipeline `facebook` of ', { jobStatus: 'RUNNING' }, {}],
  [': queued on Meltano Cloud. ', { jobStatus: 'QUEUED' }, {}],
  [': `PAUSED`. ', { jobStatus: 'PAUSED' }, {}],
  [
    ': 1st attempt failed; waiting for the 2nd. ',
    { jobStatus: 'RUNNING', attempts: { first: 0, current: 0, failedAt: 1 } },
    {},
  ],
  [': waiting. ', {}, {}],
  [': `Meltano Cloud did not answer`; trying again. ', { problem: 'Meltano Cloud did not answer' }, {}],
  [
    ': the answer to the start was lost, so the app is looking for the job. ',
    { start: { attemptedAt: 1, knownJobIds: [], outcome: 'lost' } },
    {},
  ],
  [
    '**Run succeeded in 1 min:** ',
    { outcome: 'succeeded', startedAt: 0, endedAt: 60_000 },
    { state: 'concluded' },
  ],
  ['**Run succeeded:** ', { outcome: 'succeeded' }, { state: 'concluded' }],
  ['**Deleted:** ', { outcome: 'deleted' }, { state: 'concluded' }],
  ['Look at [Meltano Cloud](', { outcome: 'unknown' }, { state: 'concluded' }],
  [
    'The Meltano Cloud account of this app lacks the permission',
    { outcome: 'not_started', problem: 'Meltano Cloud answered 403 Forbidden' },
    { state: 'concluded' },
  ],
  ['**No longer watched:** ', { jobStatus: 'RUNNING' }, { state: 'concluded', ending: 'timed_out' }],
])('a run: %s', (words, pipeline, differences) => {
  const job = {
    ...describePipeline({ id: 'p', name: 'facebook' }, { file: null, isStarted: true }),
    error: null,
    ...pipeline,
  };
  const workspace = { id: 'a', name: 'A', branch: 'main', directory: null };
  const watch = buildWatch({ state: 'running', pipelines: [job], ...differences });
  const text = renderReply(viewOf({ kind: 'run', workspace, watch }, '/meltano run facebook --yes'));
  expect(text).toContain(words);
  expect(text).toContain('[Check run](https://github.com/acme/data/runs/42).');
});

test('a name that a table can’t show as it is written is not what to type', () => {
  const workspace = {
    id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
    name: 'a | b',
    branch: 'main',
    directory: null,
  };
  const refusal: Refusal = { code: 'choose_workspace', branch: null, candidates: [workspace] };
  const text = renderReply(viewOf({ kind: 'refused', refusal }, '/redeploy'));
  expect(text).toContain(`\`/redeploy ${workspace.id}\``);
});
