import { expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { PIPELINE, PROJECT } from './example-project.ts';
import { REPOSITORY, type World } from './world.ts';

const FILE = '.github/meltano-deploy.yml';
const WAITING = 'Waiting for approval: press Deploy';

/** After a push that waits for its approval. `mia` and `max` may maintain the repository; the sandbox's owner pushed. */
function inUnapproved(
  rule: string,
  play: (it: ConversationWorld, run: SandboxCheckRun) => Promise<void>,
): Promise<void> {
  return inConversation(async (it) => {
    const { world } = it;
    for (const login of ['mia', 'max']) world.github.people.setRole(REPOSITORY, { login, role: 'maintain' });
    const file = `workspaces: [{workspace: Analytics, approval: ${rule}}]\n`;
    const files = { ...PROJECT, 'pipelines/orders.yml': PIPELINE, [FILE]: file };
    const { after } = world.push({ files, sender: { login: 'max' } });
    const run = await world.untilTitle(after, WAITING);
    expect(run).toMatchObject({ status: 'completed', conclusion: 'action_required' });
    await play(it, run);
  });
}

function runsOf(world: World, { name, headSha }: SandboxCheckRun): SandboxCheckRun[] {
  return world.github.checks.runs(REPOSITORY, headSha).filter((run) => run.name === name);
}

async function untilDeployed(world: World, old: SandboxCheckRun): Promise<SandboxCheckRun> {
  const job = await world.job(1);
  job.run();
  job.end('COMPLETE');
  return world.until(
    () => runsOf(world, old).find(({ id, conclusion }) => id !== old.id && conclusion === 'success'),
    'the check run of the approved deployment',
  );
}

function untilNote(world: World, run: SandboxCheckRun, words: string): Promise<unknown> {
  return world.until(
    () => runsOf(world, run).some(({ id, output }) => id === run.id && output.summary?.includes(words)),
    `the note ${words}`,
  );
}

test.concurrent('Deploy approves the commit, with the role only, and a new check run says who, as what and when', () =>
  inUnapproved('{}', async ({ world }, run) => {
    expect(run.actions.map(({ label }) => label)).toEqual(['Deploy']);
    expect(run.output.summary).toContain('Someone with the Maintain role or higher can press Deploy here');
    expect(run.output.summary).toContain('**What changes**');
    expect(run.output.summary).toContain('Pipeline `orders` added');
    world.github.checks.press(run.id, 'approve', 'ana');
    const note = '**Not approved:** `ana` pressed Deploy, but this needs the Maintain role or higher';
    await untilNote(world, run, note);
    expect(world.meltano.jobs).toEqual([]);
    world.github.checks.press(run.id, 'approve', 'mia');
    const deployed = await untilDeployed(world, run);
    expect(deployed.output.summary).toMatch(
      /\| Approved by \| \[.mia.\]\(\S+\) \(Maintain\), 20\d\d-\d\d-\d\d \d\d:\d\d UTC, for commit \[/,
    );
    const old = await world.until(
      () =>
        runsOf(world, run).find(
          ({ id, output }) => id === run.id && output.summary?.includes(deployed.htmlUrl),
        ),
      'a link to the new check run',
    );
    expect(old.conclusion).toBe('action_required');
    expect(old.output.title).toBe('Approved: see the new check run');
  }));

test.concurrent('nobody who pushed or wrote the commits approves them, and no bot', () =>
  inUnapproved('{role: write, not_by: author}', async ({ world }, run) => {
    expect(run.output.summary).toContain(
      'nobody who pushed these commits, or is an author or committer of one',
    );
    world.github.checks.press(run.id, 'approve', 'max');
    await untilNote(world, run, 'who pushed the commits cannot approve them');
    world.github.checks.press(run.id, 'approve', 'ray');
    await untilNote(world, run, 'this needs the Write role or higher');
    expect(world.meltano.jobs).toEqual([]);
    world.github.checks.press(run.id, 'approve', 'ana');
    await untilDeployed(world, run);
  }));

test.concurrent('/meltano approve approves what waits; --force goes past a lock, and past no approval', () =>
  inUnapproved('{role: maintain}', async (it, run) => {
    const { world } = it;
    const issue = it.openIssue();
    it.say(issue, '/redeploy --force', 'mia');
    await world.until(
      () => runsOf(world, run).filter(({ output }) => output.title === WAITING).length === 2,
      'another run that waits',
    );
    it.say(issue, '/meltano approve', 'ray');
    await it.untilReply(issue, /^\*\*Not permitted:\*\* you need the Triage role/);
    it.say(issue, '/meltano approve analytics');
    await it.untilReply(
      issue,
      /^\*\*Not approved:\*\* \[`Analytics`\]\(\S+\), because this needs the Maintain role/,
    );
    it.say(issue, '/meltano lock month end', 'mia');
    await it.untilReply(issue, /^\*\*Locked\*\*/);
    expect(world.meltano.jobs).toEqual([]);
    it.say(issue, '/meltano approve', 'max');
    await it.untilReply(issue, /^\*\*Approved:\*\* \[`Analytics`\]\(\S+\), commit /);
    const deployed = await untilDeployed(world, run);
    expect(deployed.output.summary).toMatch(/\| Approved by \| \[.max.\]/);
    expect(deployed.output.summary).toMatch(/\*\*Forced\*\* by \[.mia.\].*`Locked by @mia: month end`/);
    it.say(issue, '/meltano approve', 'mia');
    await it.untilReply(issue, /^\*\*Nothing to approve:\*\*/);
  }));

test.concurrent('the check run of an older commit has no Deploy button, and says why', () =>
  inUnapproved('{}', async ({ world }, run) => {
    const newer = world.push();
    await world.untilTitle(newer.after, WAITING);
    const old = await world.untilTitle(run.headSha, `Superseded by ${newer.after.slice(0, 7)}`);
    expect([old.conclusion, old.actions.map(({ label }) => label)]).toEqual([
      'action_required',
      ['Redeploy'],
    ]);
    const skipped = world.push({ message: 'Notes [skip ci]' });
    const moved = await world.untilTitle(newer.after, 'Not approved: the branch has moved');
    expect(moved.actions.map(({ label }) => label)).toEqual(['Redeploy']);
    expect(moved.output.summary).not.toContain('press Deploy');
    await world.untilTitle(skipped.after, 'Skipped: the commit message says [skip ci]');
    expect(world.meltano.jobs).toEqual([]);
  }));

test.concurrent('pressing says that the branch moved, and changes nothing', () =>
  inUnapproved('{}', async ({ world }, run) => {
    // Nothing tells the app of the new head.
    const { after } = world.push({ deliver: false });
    world.github.checks.press(run.id, 'approve', 'mia');
    await untilNote(world, run, `the branch has moved to ${after.slice(0, 7)}`);
    expect(world.meltano.jobs).toEqual([]);
    expect(runsOf(world, run)).toHaveLength(1);
  }));

test.concurrent('an approval that is stored survives a restart before the start', () =>
  inUnapproved('{}', async ({ world }, run) => {
    const fault = world.meltano.service.faults.add({ path: /.*/, action: { kind: 'status', status: 503 } });
    world.github.checks.press(run.id, 'approve', 'mia');
    await world.until(() => runsOf(world, run).length === 2, 'the new check run');
    await world.app.restart(() => fault.remove());
    await untilDeployed(world, run);
    expect(world.meltano.jobs).toHaveLength(1);
  }));
