import { describe, expect, test } from 'vitest';
import { checkProject } from '../../../src/project/check-project.ts';
import { ParsedFiles } from '../../../src/project/parsed-files.ts';
import { readProject } from '../../../src/project/read-project.ts';
import { checkFiles, listPlaces } from './check-files.ts';
import { MemorySource } from './memory-source.ts';
import { SAMPLE_WORKSPACE } from './sample-workspace.ts';

function read(files: Readonly<Record<string, string>>, directory = '') {
  return readProject(new MemorySource(new Map(Object.entries(files))), { directory });
}

/** The sample workspace in a folder of its repository. */
function moveTo(directory: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SAMPLE_WORKSPACE).map(([path, text]) => [`${directory}/${path}`, text]),
  );
}

describe('which files are read', () => {
  test('a workspace in a folder of the repository; the other folders are none of its business', async () => {
    const files = {
      ...moveTo('data/shop'),
      'meltano.yml': 'broken: [',
      'data/shop2/pipelines/x.yml': 'broken: [',
    };
    const check = await checkFiles(files, { directory: 'data/shop' });
    expect(listPlaces(check)).toEqual([]);
    expect(check).toMatchObject({ pipelineCount: 3, pluginCount: 8 });
  });

  test('pipelines and data stores of the folders that workspace.yml names, and only those', async () => {
    const project = await read({
      'meltano.yml': 'version: 1',
      'workspace.yml': 'pipeline_paths: [./flows/, more]\ndata_store_paths: lakes',
      'pipelines/old.yml': 'timeout: 1',
      'flows/a.yml': 'timeout: 1',
      'flows/deeper/b.yml': 'timeout: 1',
      'flows/c.yaml': 'timeout: 1',
      'more/d.yml': 'timeout: 1',
      'lakes/e.yml': 'name: E',
    });
    expect(project.pipelines.map(({ path }) => path)).toEqual(['flows/a.yml', 'more/d.yml']);
    expect(project.stores.map(({ path }) => path)).toEqual(['lakes/e.yml']);
  });

  test.each([
    ['teams/*.yml', ['teams/a.yml']],
    ['./teams/?.y[lm]*', ['teams/a.yml']],
    ['teams/[!b].yml', ['teams/a.yml']],
    ['**/*.yml', ['a.meltano.yml', 'teams/.hidden/c.yml', 'teams/a.yml', 'teams/deep/b.yml']],
    ['teams/**/b.yml', ['teams/deep/b.yml']],
    ['teams/{a,b}.yml', []],
    ['teams/**', []],
    ['teams', []],
    ['../*.yml', []],
    ['/teams/*.yml', []],
    [`${'*a'.repeat(200)}.yml`, []],
  ])('include_paths %s', async (pattern, expected) => {
    const project = await read({
      'meltano.yml': `version: 1\ninclude_paths: ['${pattern}']`,
      'a.meltano.yml': '',
      'teams/a.yml': '',
      'teams/deep/b.yml': '',
      'teams/.hidden/c.yml': '',
      [`long/${'a'.repeat(3_000)}`]: '',
    });
    expect(project.manifests.slice(1).map(({ file }) => file.path)).toEqual(expected);
  });

  test('a pattern that matches pipelines too leaves them what they are', async () => {
    const project = await read({
      ...SAMPLE_WORKSPACE,
      'meltano.yml': "version: 1\ninclude_paths: ['**/*.yml']",
    });
    expect(project.pipelines).toHaveLength(3);
    expect(project.manifests.map(({ file }) => file.path)).toEqual([
      'meltano.yml',
      'teams/support.meltano.yml',
      'transform/dbt_project.yml',
    ]);
  });

  test('an include that leaves the workspace for a file of the repository', async () => {
    const files = {
      'shared/x.yml': '',
      'shop/meltano.yml': 'include_paths:\n- ../shared/*.yml\n- ../none/*.yml',
    };
    expect(listPlaces(await checkFiles(files, { directory: 'shop' }))).toEqual([
      'shop/meltano.yml:2: include-outside',
    ]);
  });
});

describe('files that can not be read', () => {
  test('broken YAML is the only finding, and rules that need the file are skipped', async () => {
    const check = await checkFiles({ ...SAMPLE_WORKSPACE, 'datastores/Lake.yml': 'name: [\nfoo: 1' });
    expect(listPlaces(check)).toEqual(['datastores/Lake.yml:1: unreadable-yaml']);
    expect(check.skipped.map(({ code }) => code)).toContain('unknown-component');
    expect(check.skipped.map(({ code }) => code)).not.toContain('bad-schedule');
  });

  test('a message about broken YAML never repeats what may be a secret', async () => {
    for (const text of [
      'a: @hunter2',
      'a: "x" hunter2',
      'a: !hunter2 x',
      'a: *hunter2',
      'a: [x]hunter2',
      '\thunter2: x',
      'a: |hunter2\n',
    ]) {
      const { findings } = await checkFiles({ 'meltano.yml': text });
      expect(findings).toMatchObject([{ code: 'unreadable-yaml' }]);
      expect(findings[0]?.message).not.toContain('hunter2');
    }
  });

  test('text that is not UTF-8', async () => {
    const text = Buffer.from('name: Caf\xe9', 'latin1').toString('utf8');
    expect(listPlaces(await checkFiles({ ...SAMPLE_WORKSPACE, 'datastores/Lake.yml': text }))).toEqual([
      'datastores/Lake.yml:1: unreadable-yaml',
    ]);
  });

  test('a file that is too large is left out, and named', async () => {
    const text = `# ${'x'.repeat(256 * 1024)}\n${SAMPLE_WORKSPACE['meltano.yml']}`;
    const check = await checkFiles({ ...SAMPLE_WORKSPACE, 'meltano.yml': text });
    expect(listPlaces(check)).toEqual([]);
    expect(check.leftOut).toEqual([{ path: 'meltano.yml', why: 'it is larger than 256 KiB' }]);
  });

  test.each([
    ['brackets', `name: ${'['.repeat(900)}${']'.repeat(900)}\n`, 'it is nested too deeply'],
    [
      'mappings',
      Array.from({ length: 40 }, (_, n) => `${' '.repeat(n)}a:\n`).join(''),
      'it is nested too deeply',
    ],
    ['values', `name: [${'1,'.repeat(40_000)}]\nlabel: [${'1,'.repeat(40_000)}]\n`, /^it has /],
    [
      'aliases',
      Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]\n`)
        .join('')
        .replace(/\*a0/g, 'x'),
      'it has too many values',
    ],
  ])('a file over the limits of %s may be right: it is left out, and no error', async (_, text, why) => {
    const check = await checkFiles({ ...SAMPLE_WORKSPACE, 'pipelines/x.yml': text });
    expect(listPlaces(check)).toEqual([]);
    expect(check.leftOut).toEqual([
      { path: 'pipelines/x.yml', why: typeof why === 'string' ? why : expect.stringMatching(why) },
    ]);
  });

  test('more files than anyone has', async () => {
    const many = Array.from({ length: 2_010 }, (_, index) => [`pipelines/p${index}.yml`, 'timeout: 1']);
    const check = await checkFiles({ 'meltano.yml': 'version: 1', ...Object.fromEntries(many) });
    expect(check.pipelineCount).toBe(1_999);
    expect(check.leftOut).toHaveLength(11);
    expect(check.leftOut[0]?.why).toBe('there are more than 2000 files');
  });
});

describe('what YAML allows', () => {
  test('empty values, and one text for a list of one', async () => {
    const pipeline =
      'schedule:\ntimeout:\nactions:\nproperties:\ndata_components: tap-shop\ntriggered_by: Tickets\nscript: x\n';
    expect(listPlaces(await checkFiles({ ...SAMPLE_WORKSPACE, 'pipelines/x.yml': pipeline }))).toEqual([]);
  });

  test('anchors and merged keys', async () => {
    const text = `x-base: &base
  variant: acme
plugins:
  extractors:
  - <<: *base
    name: tap-shop
  - <<: [*base]
    name: tap-missing
`;
    const files = { 'meltano.yml': text, 'plugins/extractors/tap-shop--acme.lock': '{}' };
    expect(listPlaces(await checkFiles(files))).toEqual(['meltano.yml:8: no-lock-file']);
  });

  test('the words of a text over several lines have their own places', async () => {
    const text = 'jobs:\n- name: all\n  tasks:\n  - >-\n    tap-shop\n    tap-shop tap-none\n';
    const files = { 'meltano.yml': `plugins:\n  extractors:\n  - name: tap-shop\n    namespace: x\n${text}` };
    expect((await checkFiles(files)).findings[0]).toMatchObject({ line: 10, column: 14 });
  });
});

test('a directory that lost its meltano.yml', async () => {
  const options = { directory: '', hadManifest: true };
  expect(listPlaces(await checkFiles({ 'README.md': '' }, options))).toEqual(['meltano.yml:1: no-manifest']);
  expect(listPlaces(await checkFiles({ 'README.md': '' }))).toEqual([]);
});

test('a file that two commits have is parsed once, under each of its paths', async () => {
  const parsed = new ParsedFiles();
  const read = (files: Record<string, string>) =>
    readProject(new MemorySource(new Map(Object.entries(files))), { directory: '', parsed });
  const text = '\uFEFFschedule: 0 0 6 * * *\ntriggered_by: Unknown\n';
  const before = await read({ 'meltano.yml': 'version: 1', 'pipelines/a.yml': text });
  const after = await read({ 'meltano.yml': 'version: 2', 'pipelines/b.yml': text });
  const [old, young] = [before, after].map(({ pipelines }) => pipelines[0]?.node.file);
  expect(young?.content).toBe(old?.content);
  expect(young?.path).toBe('pipelines/b.yml');
  expect(before.manifests[0]?.value).not.toEqual(after.manifests[0]?.value);
  expect(listPlaces(checkProject(after))).toEqual(['pipelines/b.yml:2: unknown-trigger']);
});
