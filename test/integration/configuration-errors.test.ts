import { expect, test } from 'vitest';
import { inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const CHECK = 'Meltano Deploy configuration';
const YML = '.github/meltano-deploy.yml';
const YAML = '.github/meltano-deploy.yaml';

/** The files of the pull request, and the file, line and message of its only annotation. */
const MISTAKES: readonly (readonly [
  what: string,
  files: Record<string, string>,
  place: readonly [path: string, line: number],
  message: RegExp,
])[] = [
  ['an unknown key', { [YML]: 'version: 1\ndeploi: {}\n' }, [YML, 2], /Did you mean "deploy"\?/],
  ['a key in the wrong place', { [YML]: 'on_push: false\n' }, [YML, 1], /it belongs/],
  ['a wrong type', { [YML]: 'deploy:\n  paths: models/**\n' }, [YML, 2], /deploy\.paths/],
  ['a value that is none', { [YML]: 'deploy:\n  unmatched: skip\n' }, [YML, 2], /must be silent or skipped/],
  ['a bad glob', { [YML]: 'deploy:\n  paths:\n    - "a/[b"\n' }, [YML, 3], /brackets/],
  ['another version', { [YML]: 'version: 2\n' }, [YML, 1], /version/],
  ['no YAML', { [YML]: 'deploy:\n  paths: [a\n' }, [YML, 2], /./],
  ['a key twice', { [YML]: 'version: 1\nversion: 1\n' }, [YML, 2], /version/],
  ['a file without content but a list', { [YML]: '- deploy\n' }, [YML, 1], /./],
  ['the other ending', { [YAML]: 'deploy:\n  on_pus: false\n' }, [YAML, 2], /Did you mean "on_push"\?/],
  ['both endings', { [YML]: '', [YAML]: '' }, [YML, 1], /There are both .*: keep one of them\./],
  ['too much', { [YML]: `#${'x'.repeat(70_000)}\n` }, [YML, 1], /64 KiB/],
];

test('each mistake in a pull request is marked on its line, with advice', () =>
  inConversation(async (it) => {
    const { world } = it;
    const heads = MISTAKES.map(([, files], index) => {
      const head = `mistake-${index}`;
      const { after } = world.push({ branch: head, from: 'main', files });
      it.talk.openPull({ repository: REPOSITORY, head, author: 'ana' });
      return after;
    });
    for (const [index, [what, , [path, line], message]] of MISTAKES.entries()) {
      const sha = heads[index] ?? '';
      const run = await world.until(() => world.run(sha, CHECK), `the run about ${what}`);
      expect({ what, conclusion: run.conclusion, annotations: run.annotations }).toMatchObject({
        what,
        conclusion: 'failure',
        annotations: [{ path, start_line: line, message: expect.stringMatching(message) }],
      });
      expect(run.output.summary).toContain('On the default branch it would be ignored.');
    }
    expect(world.meltano.jobs).toEqual([]);
  }));

test("only the repository's own workspaces can be named, each by a unique name", () =>
  inConversation(async (it) => {
    const { world } = it;
    const add = (name: string, repository: string) =>
      world.meltano.addWorkspace({ name, repositoryUrl: world.app.sandbox.repositoryUrl(repository) });
    for (const name of ['Twin', 'Twin']) add(name, REPOSITORY);
    add('Treasury', 'acme/treasury');
    const names = ['Analytic', 'Treasury', 'Twin', 'analytics', 'ANALYTICS'];
    const text = ['workspaces:', ...names.map((name) => `  - workspace: ${name}`), ''].join('\n');
    // The pull request causes the first read of the workspaces; an older list would be read again later.
    const { after } = world.push({ branch: 'names', from: 'main', files: { [YML]: text }, deliver: false });
    it.talk.openPull({ repository: REPOSITORY, head: 'names', author: 'ana' });
    const run = await world.until(() => world.run(after, CHECK), 'the check run');
    expect(run.annotations.map((one) => `${one.start_line} ${one.message}`)).toEqual([
      expect.stringMatching(/^2 .*"Analytic" is none of .* workspaces\. Did you mean "Analytics"\?$/),
      expect.stringMatching(/^3 .*"Treasury" is none of .* workspaces, which are "Analytics", /),
      expect.stringMatching(/^4 .*"Twin" is 2 workspaces of this repository: name one by its id, /),
      expect.stringMatching(/^6 .*"ANALYTICS" is the workspace of workspaces\[3\] already/),
    ]);
  }));

test('the file is read from the default branch of any name, with either ending', () =>
  inConversation(async (it) => {
    const { world } = it;
    const repository = 'acme/trunk';
    const files = { [YAML]: 'deploy: { unmatched: skipped, on_push: false }\n' };
    world.github.repositories.add({ fullName: repository, private: true, defaultBranch: 'trunk', files });
    const repositoryUrl = world.app.sandbox.repositoryUrl(repository);
    for (const repositoryBranch of ['trunk', 'dev']) {
      world.meltano.addWorkspace({ name: repositoryBranch, repositoryUrl, repositoryBranch });
    }
    const dev = { branch: 'dev', from: 'trunk', files: { [YAML]: 'deploy: { on_push: true }\n' } };
    for (const push of [dev, { files: { 'a.sql': 'select 1' } }]) {
      const { after } = world.github.branches.push({ repository, message: 'Work', ...push });
      const [run] = await world.until(() => {
        const runs = world.github.checks.runs(repository, after);
        return runs.length > 0 && runs;
      }, 'the check run');
      expect(run?.output.title).toBe('Skipped: on_push is false for this workspace');
    }
    expect(world.meltano.jobs).toEqual([]);
  }));
