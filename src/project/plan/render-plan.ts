import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { hideCredentials } from '../quote-name.ts';
import { countOf } from '../render-findings.ts';
import { describeSchedule } from './describe-schedule.ts';
import type { Plan, PlanDetail, PlanItem } from './plan-model.ts';

/** More than a person reads. */
const MOST_ITEMS = 200;
const MOST_NAMES = 20;
const SCHEDULES = ['schedule', 'interval'];

/** Renders a plan for the summary of a check run, as Markdown with all names escaped. */
export function renderPlan({ items, otherFiles }: Plan): string {
  if (items.length === 0 && otherFiles === 0) return 'Nothing changes in the workspace.';
  const hidden = items.length - MOST_ITEMS;
  return [
    ...items.slice(0, MOST_ITEMS).map(renderItem),
    ...(hidden > 0 ? [`- ${countOf(hidden, 'more change')}`] : []),
    ...(otherFiles > 0 ? [`- ${countOf(otherFiles, 'other file')}`] : []),
  ].join('\n');
}

function renderItem({ subject, name, change, warning, details }: PlanItem): string {
  const start = `- ${warning === null ? '' : '⚠ '}${capitalize(subject)} ${quote(name)}`;
  if (change === 'unreadable') return `${start} can't be read, so its changes are unknown`;
  const header = `${start} ${change}${warning === null ? '' : ` (${warning})`}`;
  return details.length === 0 ? header : `${header}: ${details.map(renderDetail).join('; ')}`;
}

function renderDetail(detail: PlanDetail): string {
  switch (detail.kind) {
    case 'value':
      return `${detail.label} ${renderValues(detail)}`;
    case 'list':
      return `${detail.label} ${[
        ...listNames(detail.added).map((name) => `+ ${name}`),
        ...listNames(detail.removed).map((name) => `− ${name}`),
      ].join(', ')}`;
    case 'keys':
      return listNames(detail.keys).join(', ');
  }
}

function renderValues({ label, before, after }: Extract<PlanDetail, { kind: 'value' }>): string {
  const render = (value: string | null) => {
    if (value === null) return 'none';
    const words = SCHEDULES.includes(label) ? describeSchedule(value) : null;
    return words === null ? quote(value) : `${quote(value)} (${words})`;
  };
  return before === null ? render(after) : `${render(before)} → ${render(after)}`;
}

/** The first names as code, and how many there are more. */
export function listNames(names: readonly string[]): string[] {
  const more = names.length - MOST_NAMES;
  return [...names.slice(0, MOST_NAMES).map(quote), ...(more > 0 ? [`${more} more`] : [])];
}

/** Removes user names and queries from addresses, since people write credentials there. */
function quote(text: string): string {
  const plain = text.replace(/\/\/[^/@\s]*@/g, '//…@').replace(/\?[^\s#]*/g, '?…');
  return formatCode(hideCredentials(plain));
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
