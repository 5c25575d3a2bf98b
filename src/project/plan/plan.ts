import type { Project } from '../model.ts';
import { NameIndex } from '../name-index.ts';
import { planLockFiles } from './plan-lock-files.ts';
import { planManifest } from './plan-manifest.ts';
import { type Plan, type PlanItem, type Step, SUBJECTS } from './plan-model.ts';
import { planPipelines } from './plan-pipelines.ts';
import { planStores, planWorkspaceFiles } from './plan-workspace.ts';

/** Plans the changes from one version to another; `before` is null for the first version. */
export function planChanges(before: Project | null, after: Project): Plan {
  const changed = listChangedFiles(before, after);
  const unreadable = new Set([before, after].flatMap((project) => listUnreadable(project)));
  const step: Step = {
    before,
    after,
    changed,
    unreadable,
    areFoldersUnknown: [before, after].some((project) => project?.incomplete.has('workspace')),
    names: {
      before: before && new NameIndex(before),
      after: new NameIndex(after),
    },
  };
  const items = [
    ...[...changed].filter((path) => unreadable.has(path)).map(toUnreadable),
    ...planPipelines(step),
    ...planLockFiles(step, planManifest(step)),
    ...planStores(step),
    ...planWorkspaceFiles(step),
  ].toSorted(compare);
  const explained = new Set(items.flatMap(({ files }) => files));
  return {
    items,
    otherFiles: [...changed].filter((path) => !explained.has(path)).length,
  };
}

function listChangedFiles(before: Project | null, after: Project): Set<string> {
  const old = before?.files ?? new Map();
  const paths = new Set([...old.keys(), ...after.files.keys()]);
  const differs = (path: string) => {
    const [one, other] = [old.get(path), after.files.get(path)];
    return one?.sha !== other?.sha || one?.mode !== other?.mode;
  };
  return new Set([...paths].filter(differs));
}

function listUnreadable(project: Project | null): string[] {
  if (project === null) return [];
  const broken = project.yamlProblems.filter(({ isKeyTwice }) => !isKeyTwice).map(({ place }) => place.path);
  return [...broken, ...project.leftOut.map(({ path }) => path)];
}

function toUnreadable(path: string): PlanItem {
  return {
    subject: 'file',
    name: path,
    change: 'unreadable',
    warning: null,
    details: [],
    files: [path],
  };
}

function compare(a: PlanItem, b: PlanItem): number {
  const byRisk = Number(a.warning === null) - Number(b.warning === null);
  const bySubject = SUBJECTS.indexOf(a.subject) - SUBJECTS.indexOf(b.subject);
  return byRisk || bySubject || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
