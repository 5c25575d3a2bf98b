import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Project } from '../../../src/project/model.ts';
import { readProject } from '../../../src/project/read-project.ts';
import { MemorySource } from './memory-source.ts';

const commitSchema = z.object({
  n: z.number(),
  changed: z.record(z.string(), z.string()),
  removed: z.array(z.string()).default([]),
  paths: z.array(z.string()).optional(),
});

/** A commit of a history with its whole project. */
export interface HistoryStep {
  /** The letter of the history and the number of the commit, such as `g24`. */
  readonly name: string;
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Histories of real workspaces, which may not be copied into the project. They stand beside a checkout, or where
 * MELTANO_PROJECTS says; null if they don't.
 */
export function findHistories(): string | null {
  const folder =
    process.env['MELTANO_PROJECTS'] ?? join(import.meta.dirname, '../../../../shared/meltano-projects');
  return existsSync(folder) ? folder : null;
}

export function readHistories(folder: string): HistoryStep[][] {
  return globSync('project-*.jsonl', { cwd: folder })
    .toSorted()
    .map((file) => readHistory(join(folder, file)));
}

function readHistory(file: string): HistoryStep[] {
  const letter = basename(file, '.jsonl').replace('project-', '');
  const texts = new Map<string, string>();
  let paths: readonly string[] = [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const commit = commitSchema.parse(JSON.parse(line));
      for (const [path, text] of Object.entries(commit.changed)) texts.set(path, text);
      for (const path of commit.removed) texts.delete(path);
      paths = commit.paths ?? paths;
      // Of lock files and the like only the names are known.
      const others = paths.filter((path) => !texts.has(path)).map((path) => [path, ''] as const);
      return {
        name: `${letter}${commit.n}`,
        texts: new Map([...texts, ...others]),
      };
    });
}

const projects = new WeakMap<HistoryStep, Promise<Project>>();

/** The project at a commit, read once. */
export function readStep(step: HistoryStep): Promise<Project> {
  const project = projects.get(step) ?? readProject(new MemorySource(step.texts), { directory: '' });
  projects.set(step, project);
  return project;
}
