import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { formatRestore, type LostWork, type LostWorkFound } from '../find-lost-work.ts';
import { countOf } from '../render-findings.ts';
import { listNames } from './render-plan.ts';

/** A path has at most 4,096 bytes on most systems. */
const LONGEST_COMMAND = 5_000;

/** Renders what Meltano Cloud's own commits took from people, as Markdown; an empty text if that is nothing. */
export function renderLostWork(found: LostWorkFound | string): string {
  if (typeof found === 'string') {
    return `Meltano Cloud made commits of this push. It is unknown what they took from people, because ${found}.`;
  }
  const { lost, leftOut } = found;
  return [
    ...lost.map(renderOne),
    ...(leftOut > 0
      ? [`- ${countOf(leftOut, 'more file')} of Meltano Cloud's commits weren't compared`]
      : []),
  ].join('\n');
}

function renderOne(work: LostWork): string {
  const { path, person, cloud, change, keys } = work;
  const what = keys.length === 0 ? 'the file' : `${listNames(keys).join(', ')} in`;
  const done = keys.length === 0 ? change : 'removed or changed';
  return [
    `- ⚠ Meltano Cloud ${done} ${what} ${formatCode(path)} (commit ${formatCode(cloud.slice(0, 7))}).`,
    `A person wrote that in ${formatCode(person.slice(0, 7))}. To restore the file:`,
    formatCode(formatRestore(work), LONGEST_COMMAND),
  ].join(' ');
}
