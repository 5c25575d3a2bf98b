import { beforeEach, describe, expect, test } from 'vitest';
import type { CommandRecord } from '../../../src/domain/conversation.ts';
import type { CommentEvent } from '../../../src/domain/delivery.ts';
import type { MeltanoResult } from '../../../src/domain/meltano.ts';
import { formatWatchId } from '../../../src/domain/pipeline-watch.ts';
import { buildWorkspace, MINUTE, REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildComment, PlanWorld } from '../planning/plan-world.ts';

const HEADS: Record<string, string> = { main: 'a'.repeat(40), dev: 'd'.repeat(40) };
const PUBLIC = { repository: { ...REPOSITORY, private: false } };

let world: PlanWorld;

beforeEach(async () => {
  world = await PlanWorld.open();
  for (const [branch, head] of Object.entries(HEADS)) world.heads.set(branch, head);
  world.head = HEADS['main'] ?? null;
  world.permission = 'maintain';
  world.meltano.addPipeline('facebook');
  world.meltano.addPipeline('Google Ads', { repositoryPath: 'pipelines/ads.yml', label: 'Ads (EU)' });
  world.meltano.addPipeline('Café');
  world.meltano.addPipeline('draft', { status: 'DRAFT' });
});

async function give(body: string, differences: Partial<CommentEvent> = {}): Promise<CommandRecord | null> {
  const id = await world.deliver(buildComment(body, differences));
  await world.planAll();
  return world.stores.getCommand(id);
}

function planned(command: CommandRecord | null, purpose: 'run' | 'verification') {
  return world.stores.getPipelineWatch(formatWatchId(purpose, command?.id ?? ''));
}

function refused(status: number): MeltanoResult<never> {
  return { ok: false, failure: { kind: 'status', status, message: '', retryAfterMs: null } };
}

function twoWorkspaces(): void {
  const dev = { id: '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e', name: 'Dev', alias: 'dev', branch: 'dev' };
  world.meltano.workspaces = [buildWorkspace({ alias: 'prod' }), buildWorkspace(dev)];
}

describe('a pipeline', () => {
  test.each([
    'Google Ads',
    'google-ads',
    'GOOGLE_ADS',
    'googleads',
    '"Google  Ads"',
    'ads',
    'Ads (EU)',
    'pipeline-Google Ads',
  ])('is run by name, label, file or id in any spelling: %s', async (name) => {
    const command = await give(`/meltano run ${name} --yes`);
    expect(command?.answer).toMatchObject({ kind: 'run', workspace: { name: 'Analytics' } });
    const watch = await planned(command, 'run');
    expect(watch).toMatchObject({
      purpose: 'run',
      sha: HEADS['main'],
      checkName: 'Meltano Deploy (Analytics): run of Google Ads',
      requestedBy: 'ana',
      deliveryId: command?.id,
      pipelines: [{ pipelineId: 'pipeline-Google Ads', start: { attemptedAt: null } }],
    });
    expect(world.dispatcher.wakes).toContainEqual({ queue: 'pipelines', key: watch?.id });
  });

  test('with an accent is found, however the accent is composed', async () => {
    expect((await give('/meltano run Cafe\u0301 --yes'))?.answer).toMatchObject({ kind: 'run' });
  });

  test('is not run without --yes', async () => {
    const command = await give('/meltano run google ads');
    expect(command?.answer).toMatchObject({ kind: 'preview', pipeline: { name: 'Google Ads' } });
    expect(await planned(command, 'run')).toBeNull();
  });

  test.each([
    ['facebok', 'unknown_pipeline', ['facebook'], true],
    ['gogle ads', 'unknown_pipeline', ['Google Ads'], true],
    ['sales', 'unknown_pipeline', ['Café', 'Google Ads', 'draft', 'facebook'], false],
    ['twin', 'ambiguous_pipeline', ['Twin', 'TWIN'], false],
  ])('that is named %s is refused as %s', async (name, code, names, areNear) => {
    if (name === 'twin') {
      world.meltano.addPipeline('Twin');
      world.meltano.addPipeline('TWIN');
    }
    const command = await give(`/meltano run ${name} --yes`);
    const candidates = names.map((one) => ({ name: one }));
    expect(command?.answer).toMatchObject({ refusal: { code, word: name, candidates, areNear } });
    expect(await planned(command, 'run')).toBeNull();
  });

  test('of two with the same name in other spellings is the one that is spelled so', async () => {
    world.meltano.addPipeline('Twin');
    world.meltano.addPipeline('TWIN');
    const command = await give('/meltano run TWIN --yes');
    expect(await planned(command, 'run')).toMatchObject({ pipelines: [{ name: 'TWIN' }] });
  });

  test('is verified without a check run, and its log is never shown', async () => {
    const command = await give('/meltano verify google ads');
    expect(await planned(command, 'verification')).toMatchObject({
      checkName: null,
      log: 'none',
      pipelines: [{ name: 'Google Ads' }],
    });
  });

  test('without a name: all but drafts are verified, failing ones first, at most five', async () => {
    world.meltano.addPipeline('z', { status: 'FAILED' });
    for (const name of ['a', 'b', 'c']) world.meltano.addPipeline(name);
    const command = await give('/meltano verify');
    expect(command?.answer).toMatchObject({ kind: 'verify', leftOut: 2 });
    const watch = await planned(command, 'verification');
    expect(watch?.pipelines.map(({ name }) => name)).toEqual(['z', 'Café', 'Google Ads', 'a', 'b']);
  });

  test('of several workspaces is asked for, and found by the option or the place of the comment', async () => {
    twoWorkspaces();
    const which = await give('/meltano run facebook --yes');
    expect(which?.answer).toMatchObject({ refusal: { code: 'choose_workspace' } });
    const dev = { workspace: { name: 'Dev' } };
    expect((await give('/meltano run facebook --yes --workspace dev'))?.answer).toMatchObject(dev);
    const onCommit = { place: { kind: 'commit', sha: 'd'.repeat(40) } } as const;
    expect((await give('/meltano run facebook --yes', onCommit))?.answer).toMatchObject(dev);
  });

  test.each([
    ['/meltano run facebook --yes', 'push', 'not_permitted'],
    ['/meltano run facebook', 'push', 'not_permitted'],
    ['/meltano verify facebook', 'triage', 'not_permitted'],
    ['/meltano verify facebook', 'push', undefined],
    ['/meltano pipelines', 'pull', undefined],
  ] as const)('%s by one with %s is refused as %s', async (body, level, code) => {
    world.permission = level;
    const { answer } = (await give(body)) ?? {};
    expect(answer?.kind === 'refused' ? answer.refusal.code : undefined).toBe(code);
  });

  describe.each(['/meltano pipelines', '/meltano verify', '/meltano run facebook --yes'])(
    'of a public repository: %s',
    (body) => {
      test('is refused by default, and status reads no pipelines', async () => {
        expect((await give(body, PUBLIC))?.answer).toMatchObject({ refusal: { code: 'pipelines_off' } });
        expect(await give('/meltano status', PUBLIC)).toMatchObject({ answer: { pipelines: false } });
        expect(world.meltano.timesOf('listPipelines')).toEqual([]);
      });

      test('is answered if the configuration says so', async () => {
        world.files.everywhere = 'commands: { pipelines: true }';
        expect((await give(body, PUBLIC))?.answer.kind).not.toBe('refused');
        expect(await give('/meltano status', PUBLIC)).toMatchObject({ answer: { pipelines: true } });
      });
    },
  );

  test('of a private repository takes none if the configuration says so', async () => {
    world.files.everywhere = 'commands: { pipelines: false }';
    expect((await give('/meltano pipelines'))?.answer).toMatchObject({ refusal: { code: 'pipelines_off' } });
    expect(await give('/meltano help')).toMatchObject({ answer: { pipelines: false } });
  });

  test('that Meltano Cloud does not show is refused at once; during an outage, after ten minutes', async () => {
    world.meltano.always('listPipelines', refused(403));
    expect((await give('/meltano run facebook --yes'))?.answer).toMatchObject({
      refusal: { code: 'unanswered', problem: expect.stringContaining('403 Forbidden') },
    });
    world.meltano.always('listPipelines', refused(503));
    const before = world.clock.now();
    expect((await give('/meltano verify facebook'))?.answer).toMatchObject({
      refusal: { code: 'unanswered', problem: expect.stringContaining('The pipelines could not be read') },
    });
    expect(world.clock.now() - before).toBeGreaterThan(9 * MINUTE);
    expect(world.meltano.pipelineJobs.size).toBe(0);
  });

  test('of a branch that does not exist, or of a workspace without pipelines, is refused', async () => {
    world.heads.delete('main');
    const gone = await give('/meltano run facebook --yes');
    expect(gone?.answer).toMatchObject({ refusal: { code: 'branch_missing' } });
    world.meltano.pipelines = [];
    const none = await give('/meltano verify');
    expect(none?.answer).toMatchObject({ refusal: { code: 'no_pipelines' } });
  });
});
