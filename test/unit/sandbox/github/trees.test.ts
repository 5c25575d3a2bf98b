import { describe, expect, test } from 'vitest';
import { buildTree } from '../../../../sandbox/github/git-tree.ts';
import { PLACE, startWithOctokit } from './github-client.ts';

const FILES = {
  'a/b/x.sql': 'x',
  'a.sql': 'a',
  'a/run.sh': '#!',
  'a/link': 'a.sql',
  'a/lib': 'c'.repeat(40),
};
const MODES = { 'a/run.sh': '100755', 'a/link': '120000', 'a/lib': '160000' } as const;

test('a tree has the sha that git gives it', () => {
  const files = new Map(Object.entries(FILES));
  // From `git write-tree`.
  expect(buildTree(files, new Map(Object.entries(MODES))).sha).toBe(
    'e901a7541600a539d6e456292aa8af0c6fa164ec',
  );
});

describe('a tree', () => {
  test('is listed with all its levels in git order, or with one', async () => {
    const { sandbox, octokit } = await startWithOctokit();
    const { after } = sandbox.branches.push({ repository: 'acme/data', files: FILES, modes: MODES });
    const all = await octokit.rest.git.getTree({ ...PLACE, tree_sha: after, recursive: '1' });
    expect(all.data.truncated).toBe(false);
    expect(all.data.tree.map(({ mode, type, path }) => `${mode} ${type} ${path}`)).toEqual([
      '100644 blob a.sql',
      '040000 tree a',
      '040000 tree a/b',
      '100644 blob a/b/x.sql',
      '160000 commit a/lib',
      '120000 blob a/link',
      '100755 blob a/run.sh',
      '100644 blob meltano.yml',
    ]);
    const one = await octokit.rest.git.getTree({ ...PLACE, tree_sha: after });
    expect(one.data.tree.map(({ path }) => path)).toEqual(['a.sql', 'a', 'meltano.yml']);
    const inner = one.data.tree.find(({ path }) => path === 'a');
    const below = await octokit.rest.git.getTree({ ...PLACE, tree_sha: inner?.sha ?? '', recursive: '0' });
    expect(below.data.tree.map(({ path }) => path)).toEqual(['b', 'b/x.sql', 'lib', 'link', 'run.sh']);
  });

  test('keeps its sha while its content stays, whatever changes beside it', async () => {
    const { sandbox, octokit } = await startWithOctokit();
    const shas = [];
    for (const files of [FILES, { 'README.md': 'new' }, { 'a/b/x.sql': 'other' }]) {
      const { after } = sandbox.branches.push({ repository: 'acme/data', files });
      const { data } = await octokit.rest.git.getTree({ ...PLACE, tree_sha: after });
      shas.push(data.tree.find(({ path }) => path === 'a')?.sha);
    }
    expect(shas[1]).toBe(shas[0]);
    expect(shas[2]).not.toBe(shas[0]);
  });

  test.each([
    ['entries', { entries: 3, bytes: Infinity }],
    ['bytes', { entries: Infinity, bytes: 500 }],
  ])('with too many %s is cut where it is read with all its levels', async (_, treeLimits) => {
    const { sandbox, octokit } = await startWithOctokit({ treeLimits });
    const { after } = sandbox.branches.push({ repository: 'acme/data', files: FILES });
    const all = await octokit.rest.git.getTree({ ...PLACE, tree_sha: after, recursive: '1' });
    expect(all.data.truncated).toBe(true);
    expect(all.data.tree.length).toBeLessThanOrEqual(3);
    const one = await octokit.rest.git.getTree({ ...PLACE, tree_sha: after });
    expect(one.data.truncated).toBe(false);
  });

  test('of a commit that is gone is not found, and an empty repository has none', async () => {
    const { sandbox, octokit } = await startWithOctokit();
    const { after } = sandbox.branches.push({ repository: 'acme/data', files: FILES });
    sandbox.branches.hideCommit(after, 1);
    const read = (repo: string, tree_sha: string) =>
      octokit.rest.git.getTree({ owner: 'acme', repo, tree_sha });
    await expect(read('data', after)).rejects.toMatchObject({ status: 404 });
    await expect(read('data', after)).resolves.toMatchObject({ status: 200 });
    sandbox.repositories.add({ fullName: 'acme/empty', files: null });
    await expect(read('empty', 'main')).rejects.toMatchObject({ status: 409 });
    expect(sandbox.refusals).toEqual([]);
  });
});
