import { afterEach, expect, test } from 'vitest';
import { ConversationWorld } from './conversation-world.ts';
import { REPOSITORY, World } from './world.ts';

let world: World;
afterEach(() => world.close());

/** Everything that was written to the repository's check runs. */
function everythingShown(): string {
  return JSON.stringify(world.github.checks.runs(REPOSITORY).map((run) => run.history));
}

test("a public repository's log is never shown, nor its first error; the output says where it is", async () => {
  world = await World.open({ private: false });
  const { after } = world.push();
  const job = await world.job(1);
  job.run();
  job.log('internal-host-name', 'meltano.yml:12: internal-detail');
  await world.untilTitle(after, /^Running/);
  job.end('ERROR');
  const run = await world.untilConcluded(after);
  expect(run.conclusion).toBe('failure');
  expect(run.output.title).toMatch(/^Failed after \d+ s$/);
  expect(run.output.summary).toContain(`/workspaces/${world.workspace.id}`);
  expect(everythingShown()).not.toMatch(/internal-/);
  expect(run.annotations).toEqual([]);
  expect(world.meltano.service.exchanges.some((one) => one.path.includes('/logs'))).toBe(false);
});

test('a repository that is made public: the logs are removed from running and concluded check runs', async () => {
  world = await World.open();
  const over = world.push().after;
  const first = await world.job(1);
  first.run();
  first.log('ERROR internal-host is away');
  first.end('ERROR');
  const before = await world.untilConcluded(over);
  expect(`${before.output.title}${before.output.text}`).toMatch(/internal-host.*internal-host/s);
  const going = world.push().after;
  const second = await world.job(2);
  second.run();
  second.log('another internal-line');
  await world.untilRun(going, (run) => run.output.text?.includes('internal-line') ?? false, 'the live log');
  world.github.repositories.setPrivate(REPOSITORY, false);
  for (const sha of [over, going]) {
    const run = await world.untilRun(
      sha,
      (one) => one.output.text?.startsWith('The log is hidden.') ?? false,
      'no log',
    );
    expect(JSON.stringify(run.output)).not.toContain('internal-');
    expect(run.output.summary).toContain('Logs are hidden in public repositories.');
  }
  expect(world.run(over)?.conclusion).toBe('failure');
  second.end('COMPLETE');
  expect(JSON.stringify((await world.untilConcluded(going)).output)).not.toContain('internal-');
});

test('secrets reach neither GitHub nor the log of the app', async () => {
  world = await World.open();
  const { after } = world.push();
  const job = await world.job(1);
  const password = ['s3cr3t', 'passw0rd'].join('-');
  const githubToken = `ghp_${'aB3dE6gH9k'.repeat(3)}LmNoPq`;
  const secrets = [
    ...[world.meltano.token, world.github.app.webhookSecret, password, githubToken],
    world.github.app.privateKey.split('\n')[3] ?? '',
  ];
  job.run();
  job.log(
    `connecting to postgres://loader:${password}@db.internal:5432/warehouse`,
    `Authorization: Bearer ${world.meltano.token}`,
    `token ${githubToken}`,
    `hook ${world.github.app.webhookSecret}`,
    ...world.github.app.privateKey.split('\n'),
    'a harmless line',
  );
  await world.untilRun(after, (run) => run.output.text?.includes('harmless') ?? false, 'the live log');
  job.end('ERROR');
  const run = await world.untilConcluded(after);
  expect(run.output.text).toContain('[redacted]');
  expect(run.output.text).toContain('a harmless line');
  const logged = JSON.stringify(world.app.lines);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(8);
    expect(everythingShown()).not.toContain(secret);
    expect(logged).not.toContain(secret);
  }
});

test('secrets that the app learns at run time are hidden too, in names and during a poll', async () => {
  world = await World.open({
    env: ({ meltano }) => ({
      MELTANO_API_TOKEN: '',
      MELTANO_CLIENT_ID: meltano.client.id,
      MELTANO_CLIENT_SECRET: meltano.client.secret,
    }),
  });
  const { secret } = world.meltano.client;
  // So long that the check run's name is cut within it.
  world.workspace.name = `${'Sales '.repeat(11)}${secret}`;
  world.workspace.defaultEnvironment = `prod ${secret}`;
  const { after } = world.push();
  const job = await world.job(1);
  const asked = world.meltano.service.exchanges.find((one) => one.path.includes('/workspaces'));
  const accessToken = asked?.headers.authorization?.replace('Bearer ', '') ?? '';
  job.run();
  job.write(`connecting\nwith ${accessToken.slice(0, 20)}`);
  const untilReadTo = (line: number) =>
    world.until(
      () => world.meltano.service.exchanges.some((one) => one.path.endsWith(`/logs?sequence=${line}`)),
      `the poll from line ${line}`,
    );
  await untilReadTo(1);
  job.write(`${accessToken.slice(20)} and\nwith ${secret.slice(0, 20)}`);
  await untilReadTo(2);
  job.write(secret.slice(20));
  job.end('ERROR');
  const run = await world.until(() => {
    const [one] = world.github.checks.runs(REPOSITORY, after);
    return one?.status === 'completed' ? one : null;
  }, 'the conclusion');
  expect(run.output.text).toContain('connecting\nwith [redacted] and\nwith [redacted]');
  expect(run.output.summary).toContain('2 secrets were redacted from the log.');
  expect(run.output.summary).toContain('`prod [redacted]`');
  expect(run.name).toContain('Sales [redacted]');
  const logged = JSON.stringify(world.app.lines);
  for (const part of [accessToken, secret].flatMap((one) => [one.slice(0, 12), one.slice(-12)])) {
    expect(part).toHaveLength(12);
    expect(everythingShown()).not.toContain(part);
    expect(logged).not.toContain(part);
  }
});

test('a hostile log stays inside its fence and within the limits', async () => {
  world = await World.open();
  const { after } = world.push();
  const job = await world.job(1);
  job.run();
  job.log(
    '\u001b[31mred\u001b[0m and \u001b]8;;https://evil.example\u0007a link\u001b]8;;\u0007',
    ' 10%\r 50%\r100% done',
    '`````` </details> <img src=x onerror=alert(1)> @everyone closes #1',
    `one long line ${'x'.repeat(200_000)}`,
    ...Array.from({ length: 5_000 }, (_, n) => `line ${n} ü€😀`),
    'the very last line',
  );
  job.end('COMPLETE');
  const run = await world.untilConcluded(after);
  const text = run.output.text ?? '';
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
  expect(text).toContain('the very last line');
  expect(text).not.toContain('\u001b');
  expect(run.conclusion).toBe('success');
});

test('commands on a public repository show no log, and no secret of the app, of a log or of a comment', async () => {
  const it = await ConversationWorld.open({ private: false });
  ({ world } = it);
  const { after } = world.push();
  const job = await world.job(1);
  const logged = ['s3cr3t', 'of-the-log'].join('-');
  const written = ['s3cr3t', 'of-a-comment'].join('-');
  const ownToken = world.meltano.token;
  job.run();
  job.log(`internal-host-name password=${logged}`, `Authorization: Bearer ${ownToken}`);
  job.log('meltano.yml:12: internal-detail');
  job.end('ERROR');
  await world.untilConcluded(after);
  const number = it.openIssue();
  it.say(number, `The password is ${written}\n\n/meltano logs`);
  const hidden = await it.untilReply(number, /log/);
  expect(hidden.body).toMatch(/^\*\*Logs are hidden in public repositories\.\*\*/);
  expect(hidden.body).toContain(`/workspaces/${world.workspace.id}`);
  it.say(number, `/meltano status\n\npassword=${written}`);
  await it.untilReply(number, /Failed after/);
  it.say(number, '/redeploy');
  const again = await world.job(2);
  again.run();
  again.log('meltano.yml:12: internal-detail');
  again.end('ERROR');
  await it.untilReply(number, /^\*\*Failed after \d+ s:\*\*/);
  const refused = it.say(number, `/meltano logs --lines ${ownToken}`);
  await it.untilReply(number, /\[redacted\]/);
  await it.untilReaction(refused, 'confused');
  const said = JSON.stringify(it.replies(number).map((one) => [one.body, one.edits]));
  const lines = JSON.stringify(world.app.lines);
  expect(lines).toContain('Command handled');
  for (const secret of ['internal-', logged, written, ownToken, world.github.app.webhookSecret]) {
    expect(said).not.toContain(secret);
    expect(everythingShown()).not.toContain(secret);
    expect(lines).not.toContain(secret);
  }
  expect(world.meltano.service.exchanges.some((one) => one.path.includes('/logs'))).toBe(false);
});
