import type { CheckAnnotation } from '../domain/commit-run.ts';
import { formatCode } from '../reporting/render/escape-markdown.ts';
import { type Finding, identifyFinding, type ProjectCheck } from './check-project.ts';
import type { LeftOut } from './model.ts';
import type { Level } from './rules/rule.ts';

/** GitHub accepts more, but a person doesn't read them. */
const MOST_ANNOTATIONS = 50;
const MOST_NOTES = 20;
const MOST_LEFT_OUT = 20;

/** What the project check says of a commit in one line. */
export interface CheckVerdict {
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly title: string;
}

export function judgeCheck(check: ProjectCheck): CheckVerdict {
  const { findings, pipelineCount, pluginCount } = check;
  const project = `${countOf(pipelineCount, 'pipeline')} and ${countOf(pluginCount, 'plugin')}`;
  const error = findings.find(({ level }) => level === 'error');
  if (error) {
    return {
      conclusion: 'failure',
      title: describeFinding(error),
    };
  }
  const warnings = countLevel(check, 'warning');
  return {
    conclusion: warnings > 0 ? 'neutral' : 'success',
    title: `${warnings > 0 ? countOf(warnings, 'warning') : 'No problems'} in ${project}`,
  };
}

/** A finding and its place, for a title. */
export function describeFinding({ path, line, message }: Finding): string {
  return `${path}:${line}: ${message}`;
}

/** Formats a finding like a compiler, so that editors find the place. */
export function renderLine({ path, line, column, level, message, code }: Finding): string {
  // A path may have line breaks and characters that control a terminal.
  const shown = path.replaceAll(/\p{Cc}/gu, '\uFFFD');
  return `${shown}:${line}:${column}: ${level}: ${message} [${code}]`;
}

/** Formats a finding as a workflow command of GitHub Actions, which makes an annotation. */
export function renderWorkflowCommand({ path, line, column, level, message, code }: Finding): string {
  const command = level === 'note' ? 'notice' : level;
  const place = `file=${escapeProperty(path)},line=${line},col=${column},title=${escapeProperty(code)}`;
  return `::${command} ${place}::${escapeData(message)}`;
}

/** A file that was left out, as a workflow command. */
export function renderLeftOut({ path, why }: LeftOut): string {
  return `::notice file=${escapeProperty(path)},title=left-out::${escapeData(`This file was left out: ${why}.`)}`;
}

/** Renders errors and warnings as annotations, errors first, up to a limit. */
export function renderFindingAnnotations({ findings }: ProjectCheck): CheckAnnotation[] {
  return listAnnotated(findings).map(({ path, line, column, level, message }) => ({
    path,
    start_line: line,
    end_line: line,
    start_column: column,
    end_column: column,
    annotation_level: level === 'error' ? 'failure' : 'warning',
    message,
  }));
}

/**
 * Renders the counts, notes and skipped parts for the summary of a check run, as Markdown with all names escaped. `whole` is
 * the check of all sections, which share the annotations.
 */
export function renderFindingSummary(check: ProjectCheck, whole = check): string {
  const { findings, skipped, leftOut } = check;
  const counts = `${countOf(countLevel(check, 'error'), 'error')}, ${countOf(countLevel(check, 'warning'), 'warning')}`;
  const shown = new Set(listAnnotated(whole.findings).map(identifyFinding));
  const hidden = findings.filter((one) => one.level !== 'note' && !shown.has(identifyFinding(one))).length;
  const notes = findings.filter(({ level }) => level === 'note');
  const lines = [
    hidden > 0 ? `${counts}; ${hidden} of them are not shown on their lines.` : `${counts}.`,
    ...notes
      .slice(0, MOST_NOTES)
      .map((note) => `- ${formatCode(`${note.path}:${note.line}`)}: ${formatMessage(note)}`),
    ...(notes.length > MOST_NOTES ? [`- ${countOf(notes.length - MOST_NOTES, 'more note')}`] : []),
    ...(skipped.length > 0
      ? [
          `Not checked, because a file can't be read: ${skipped.map(({ code }) => formatCode(code)).join(', ')}.`,
        ]
      : []),
    ...leftOut
      .slice(0, MOST_LEFT_OUT)
      .map(({ path, why }) => `Left out: ${formatCode(path)}, because ${why}.`),
    ...(leftOut.length > MOST_LEFT_OUT
      ? [`Left out: ${countOf(leftOut.length - MOST_LEFT_OUT, 'more file')}.`]
      : []),
  ];
  return lines.join('\n');
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function countLevel({ findings }: ProjectCheck, wanted: Level): number {
  return findings.filter(({ level }) => level === wanted).length;
}

function listAnnotated(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ level }) => level !== 'note').slice(0, MOST_ANNOTATIONS);
}

/** A message quotes names of the files. */
function formatMessage({ message }: Finding): string {
  return formatCode(message);
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
