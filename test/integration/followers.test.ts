import { expect, test } from 'vitest';
import { inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const FILE = '.github/meltano-deploy.yml';

test.concurrent('a failed deployment gets a comment on its merged pull request, which is edited after the repair', () =>
  inConversation(async (it) => {
    const { world, talk } = it;
    world.push({ files: { [FILE]: 'deploy:\n  on_push: true\ncomments:\n  on_failure: pull_request\n' } });
    const first = await world.job(1);
    first.end('COMPLETE');
    world.push({ branch: 'feature', from: 'main', files: { 'meltano.yml': 'broken\n' } });
    const { number } = talk.openPull({ repository: REPOSITORY, author: 'ana', head: 'feature' }).request;
    const { after } = talk.merge(REPOSITORY, number);
    const failing = await world.job(2);
    failing.run();
    failing.end('ERROR');
    expect((await world.untilConcluded(after)).conclusion).toBe('failure');
    const comment = await it.untilReply(number, /^\*\*Failed/);
    expect(comment.body).toContain(`](${world.run(after)?.htmlUrl})`);

    const fix = world.push();
    const mending = await world.job(3);
    mending.run();
    mending.end('COMPLETE');
    await world.untilConcluded(fix.after);
    await it.untilReply(number, /^\*\*Repaired/);
    expect(it.replies(number).map(({ id }) => id)).toEqual([comment.id]);
  }));

test.concurrent('each deployment is a GitHub Deployment where the repository wants it', () =>
  inConversation(async (it) => {
    const { world } = it;
    const { github, workspace } = world;
    const file =
      'github_deployments: true\nworkspaces:\n  - workspace: Analytics\n    environment: prod/eu\n';
    const { after } = world.push({ files: { [FILE]: file } });
    const states = (sha: string) =>
      github.repositories
        .deployments(REPOSITORY)
        .find((one) => one.sha === sha)
        ?.statuses.map(({ state }) => state);
    const untilState = (sha: string, state: string) =>
      world.until(() => states(sha)?.at(-1) === state, `the state ${state}`);
    const job = await world.job(1);
    await untilState(after, 'queued');
    job.run();
    await untilState(after, 'in_progress');
    job.end('COMPLETE');
    await untilState(after, 'success');
    expect(github.repositories.deployments(REPOSITORY)).toMatchObject([
      { environment: 'prod/eu', sha: after },
    ]);
    expect(github.repositories.deployments(REPOSITORY)[0]?.statuses.at(-1)).toMatchObject({
      description: expect.stringMatching(/^Deployed/),
      logUrl: world.run(after)?.htmlUrl,
      environmentUrl: expect.stringContaining(`/workspaces/${workspace.id}`),
    });
    const next = world.push();
    const failing = await world.job(2);
    failing.run();
    failing.end('ERROR');
    await untilState(next.after, 'failure');
    const last = await it.deployPush();
    await untilState(last, 'success');
    await untilState(after, 'inactive');
    expect(states(next.after)?.at(-1)).toBe('failure');
  }));

test.concurrent('with `all`, a push that changes nothing in a workspace is a successful one at once', () =>
  inConversation(async (it) => {
    const { world } = it;
    const file = 'github_deployments: all\ndeploy: { paths_ignore: ["**/*.md"] }\n';
    const states = (sha: string) =>
      world.github.repositories
        .deployments(REPOSITORY)
        .filter((one) => one.sha === sha)
        .map(({ environment, statuses }) => [environment, ...statuses.map(({ state }) => state)].join());
    const untilStates = (sha: string, wanted: string[]) =>
      world.until(() => states(sha).join(';') === wanted.join(';'), `${wanted}, not ${states(sha)}`);
    const head = await it.deployPush({ files: { [FILE]: file } });
    await world.until(() => states(head)[0]?.endsWith('success'), 'the first deployment');
    const first = world.push({ files: { 'README.md': '# More\n' } });
    await untilStates(first.after, ['Analytics,success']);
    const shown = world.github.repositories.deployments(REPOSITORY).find(({ sha }) => sha === first.after);
    expect(shown?.statuses[0]?.description).toBe(`Unchanged since ${head.slice(0, 7)}`);
    const second = world.push({ files: { 'README.md': '# Even more\n' } });
    await untilStates(second.after, ['Analytics,success']);
    await untilStates(first.after, ['Analytics,success,inactive']);
    // What is deployed stays so.
    expect(states(head)[0]?.endsWith('success')).toBe(true);
    await it.deployPush();
    await untilStates(second.after, ['Analytics,success,inactive']);
    expect(world.meltano.jobs).toHaveLength(2);
  }));
