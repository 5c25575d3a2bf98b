import type { LeftOut, Project } from './model.ts';
import { NameIndex } from './name-index.ts';
import type { Level, Rule } from './rules/rule.ts';
import { RULES } from './rules/rules.ts';

export interface Finding {
  readonly code: string;
  readonly level: Level;
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ProjectCheck {
  /** Errors first, then warnings, then notes; each by file, line and column. */
  readonly findings: readonly Finding[];
  /** Rules that need a file which can't be read. */
  readonly skipped: readonly Rule[];
  readonly leftOut: readonly LeftOut[];
  readonly pipelineCount: number;
  readonly pluginCount: number;
}

/** Most findings of one rule. A malicious file could have millions. */
export const MOST_FINDINGS = 1_000;

const LEVELS: readonly Level[] = ['error', 'warning', 'note'];

export function checkProject(project: Project): ProjectCheck {
  const skipped = RULES.filter((rule) => rule.needs.some((kind) => project.incomplete.has(kind)));
  // Without a meltano.yml every name would be unknown.
  const applied = RULES.filter(
    (rule) => !skipped.includes(rule) && (project.hasManifest || !rule.needs.includes('manifest')),
  );
  const names = new NameIndex(project);
  return {
    findings: applied.flatMap((rule) => listFindings(project, names, rule)).toSorted(compare),
    skipped,
    leftOut: project.leftOut,
    pipelineCount: project.pipelines.length,
    pluginCount: project.plugins.length,
  };
}

/** The checks of several directories of a repository, as one. */
export function mergeChecks(checks: readonly ProjectCheck[]): ProjectCheck {
  return {
    findings: dropRepeated(checks.flatMap(({ findings }) => findings)).toSorted(compare),
    skipped: [...new Set(checks.flatMap(({ skipped }) => skipped))],
    leftOut: checks.flatMap(({ leftOut }) => leftOut),
    pipelineCount: checks.reduce((sum, { pipelineCount }) => sum + pipelineCount, 0),
    pluginCount: checks.reduce((sum, { pluginCount }) => sum + pluginCount, 0),
  };
}

/** A file may be part of two projects, if the directory of one is in the other's. */
function dropRepeated(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((one) => [identifyFinding(one), one])).values()];
}

export function identifyFinding({ code, path, line, column, message }: Finding): string {
  return [code, path, line, column, message].join('\0');
}

function listFindings(project: Project, names: NameIndex, { code, level, check }: Rule): Finding[] {
  const problems = Iterator.from(check(project, names)).take(MOST_FINDINGS);
  return Array.from(problems, ({ place, message }) => ({
    code,
    level,
    path: place.path,
    line: place.locate().line,
    column: place.locate().column,
    message,
  }));
}

function compare(a: Finding, b: Finding): number {
  const byLevel = LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level);
  const byPath = a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
  return byLevel || byPath || a.line - b.line || a.column - b.column;
}
