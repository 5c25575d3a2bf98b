import { expect, test } from 'vitest';
import { type ProjectSection, renderSections } from '../../../src/project/render-sections.ts';
import { checkFiles } from './check-files.ts';

async function section(directory: string, files: Readonly<Record<string, string>>): Promise<ProjectSection> {
  const moved = Object.entries(files).map(([path, text]) => [`${directory}/${path}`, text]);
  return {
    name: directory,
    directory,
    plans: [],
    check: await checkFiles(Object.fromEntries(moved), { directory }),
  };
}

test('all sections share 50 annotations, errors first, and each counts its own that are not shown', async () => {
  const warnings = Array.from({ length: 40 }, (_, index) => `owner${index}: me\n`).join('');
  const manifest = { 'meltano.yml': 'version: 1\n' };
  const sections = [
    await section('a', { ...manifest, 'pipelines/x.yml': warnings }),
    await section('b', { ...manifest, 'pipelines/x.yml': `${warnings}timeouts: 2\n` }),
  ];
  const { annotations, summary, title } = renderSections(sections);
  expect(title).toMatch(/^b\/pipelines\/x\.yml:41: /);
  expect(annotations.map(({ path, start_line: line }) => `${path}:${line}`)).toEqual([
    'b/pipelines/x.yml:41',
    ...Array.from({ length: 40 }, (_, index) => `a/pipelines/x.yml:${index + 1}`),
    ...Array.from({ length: 9 }, (_, index) => `b/pipelines/x.yml:${index + 1}`),
  ]);
  expect(summary.match(/^\*\*Check.*$/gm)).toEqual([
    '**Check**: 0 errors, 40 warnings.',
    '**Check**: 1 error, 40 warnings; 31 of them are not shown on their lines.',
  ]);
});
