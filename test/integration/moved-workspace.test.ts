import { expect, test } from 'vitest';
import { inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const VAULT = 'acme/vault';
const SECRET = 'the customers of data are unhappy';

test('a workspace that moved to another private repository shows it nothing of the former one', () =>
  inConversation(async (it) => {
    const { world, talk } = it;
    const { github, meltano, app } = world;
    github.repositories.add({ fullName: VAULT, private: true, files: { 'meltano.yml': '1' } });
    github.people.setRole(VAULT, { login: 'vera', role: 'write' });
    const done = await it.deployPush();
    const going = world.push({ sender: { login: 'ana' } }).after;
    const job = await world.job(2);
    job.run();
    job.log(SECRET);
    await world.untilRun(going, (run) => run.output.text?.includes(SECRET) ?? false, 'the live log');
    const waiting = world.push({ sender: { login: 'ana' } }).after;
    await world.untilTitle(waiting, `Waiting for ${going.slice(0, 7)}, which is being deployed`);

    // A restart drops the list of workspaces at once.
    await app.restart(() => {
      world.workspace.repositoryUrl = app.sandbox.repositoryUrl(VAULT);
    });
    const theirs = github.branches.push({ repository: VAULT, files: { 'meltano.yml': '2' } }).after;
    await world.until(
      () =>
        github.checks.runs(VAULT, theirs)[0]?.output.title ===
        'Waiting for another deployment of this workspace',
      'the wait for the other repository',
    );
    const replaced = await world.untilConcluded(waiting);
    expect(replaced.output.title).toBe('Superseded by a newer deployment');

    const numbers = ['status', 'logs', 'why', 'withdraw'].map((name) => {
      const { number } = talk.openIssue({ repository: VAULT, author: 'vera' });
      talk.comment({ repository: VAULT, number, body: `/meltano ${name}`, author: 'vera' });
      return number;
    });
    const replies = () =>
      numbers.flatMap((number) => talk.comments(VAULT, number).filter((one) => one.viaApp));
    await world.until(() => replies().length === numbers.length, 'a reply to each command');
    await world.until(() => github.checks.runs(VAULT, theirs)[0]?.status === 'completed', 'the withdrawal');
    expect(github.checks.runs(VAULT, theirs)[0]?.output.title).toMatch(/^Withdrawn by @vera/);
    expect(job.status, 'their withdrawal stops no job of another repository').toBe('RUNNING');

    const toldTheirs = JSON.stringify([replies(), github.checks.runs(VAULT).map((one) => one.history)]);
    expect(toldTheirs).toContain(theirs.slice(0, 7));
    for (const ours of [done, going, waiting]) expect(toldTheirs).not.toContain(ours.slice(0, 7));
    for (const ours of [SECRET, '@ana', `${REPOSITORY}/`]) expect(toldTheirs).not.toContain(ours);
    const toldOurs = JSON.stringify(github.checks.runs(REPOSITORY).map((one) => one.history));
    expect(toldOurs).toContain(SECRET);
    for (const other of [theirs.slice(0, 7), '@vera', `${VAULT}/`]) expect(toldOurs).not.toContain(other);

    job.end('COMPLETE');
    expect((await world.untilConcluded(going)).conclusion).toBe('success');
    expect(meltano.jobs).toHaveLength(2);
  }));
