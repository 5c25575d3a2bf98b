import { checkProject, type ProjectCheck } from '../../../src/project/check-project.ts';
import { type ReadOptions, readProject } from '../../../src/project/read-project.ts';
import { MemorySource } from './memory-source.ts';

/** Checks a project of texts by path. */
export async function checkFiles(
  files: Readonly<Record<string, string>>,
  options: ReadOptions = { directory: '' },
): Promise<ProjectCheck> {
  return checkProject(await readProject(new MemorySource(new Map(Object.entries(files))), options));
}

/** `path:line: code` of errors and warnings. */
export function listPlaces({ findings }: ProjectCheck): string[] {
  return findings
    .filter(({ level }) => level !== 'note')
    .map(({ path, line, code }) => `${path}:${line}: ${code}`);
}
