import { formatCode } from '../reporting/render/escape-markdown.ts';
import { mergeChecks, type ProjectCheck } from './check-project.ts';
import type { LostWorkFound } from './find-lost-work.ts';
import type { Plan } from './plan/plan-model.ts';
import { renderLostWork } from './plan/render-lost-work.ts';
import { renderPlan } from './plan/render-plan.ts';
import { judgeCheck, renderFindingAnnotations, renderFindingSummary } from './render-findings.ts';

/** What a workspace's project is compared with. */
export interface ComparedPlan {
  /** Markdown, as in "since the last successful deployment". */
  readonly heading: string;
  /** A text says why nothing could be compared. */
  readonly plan: Plan | string;
  /** What Meltano Cloud's own commits of the push took from people; a text says why that isn't known. */
  readonly lostWork: LostWorkFound | string;
}

/** One workspace in the check run of a commit. */
export interface ProjectSection {
  readonly name: string;
  readonly directory: string;
  readonly check: ProjectCheck;
  readonly plans: readonly ComparedPlan[];
}

export interface RenderedSections {
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly title: string;
  readonly summary: string;
  readonly annotations: ReturnType<typeof renderFindingAnnotations>;
}

/** The check run of a commit: what is wrong, and what changes in each workspace. */
export function renderSections(sections: readonly ProjectSection[]): RenderedSections {
  // Workspaces that share a directory share what is wrong in it.
  const byDirectory = new Map(sections.map(({ directory, check }) => [directory, check]));
  const merged = mergeChecks([...byDirectory.values()]);
  return {
    ...judgeCheck(merged),
    summary: sections.map((section) => renderSection(section, merged)).join('\n\n'),
    annotations: renderFindingAnnotations(merged),
  };
}

function renderSection({ name, directory, check, plans }: ProjectSection, whole: ProjectCheck): string {
  const place = directory === '' ? '' : `, in ${formatCode(directory)}`;
  return [
    `### ${formatCode(name)}${place}`,
    ...plans.map(renderComparedPlan),
    `**Check**: ${renderFindingSummary(check, whole)}`,
  ].join('\n\n');
}

function renderComparedPlan({ heading, plan, lostWork }: ComparedPlan): string {
  const lost = renderLostWork(lostWork);
  const changes = typeof plan === 'string' ? `The changes are unknown, because ${plan}.` : renderPlan(plan);
  return [`**${heading}**`, ...(lost === '' ? [] : [lost]), changes].join('\n\n');
}
