import { classifyLevel, parseLogLine, readJsonLine } from './error-patterns.ts';

/** A line of a log as the search for the error looks at it. */
export interface LogWords {
  /** Of the innermost logger: Meltano writes what plug-ins say at a level of its own, which says nothing. */
  readonly level: 'error' | 'quiet' | 'info' | null;
  readonly text: string;
  /** The plug-in that says it; empty where the line names none. */
  readonly source: string;
  /** A logger wrote it as an error, at whatever level Meltano passes that on. */
  readonly isLoggedError: boolean;
}

/** What Meltano writes behind the message of a line. */
const STRUCTLOG_FIELDS =
  /\s(?:block_type|cmd_type|consumer|duration_seconds|err|exit_codes?|job_name|job_run_id|name|plugin_name|producer|run_id|state_id|stdio|string_id|success|full_refresh)=/;
const FIELD_SOURCE = /\s(?:plugin_)?name=['"]?([\w@.-]{1,80})/;
const JSON_SOURCE = /"(?:plugin_)?name": ?"([\w@.-]{1,80})"/;
/** A plug-in's output, as opposed to what Meltano says of it. */
const FROM_PLUGIN = /\s(?:stdio|cmd_type|consumer)=/;
const PIPE = /^([\w@.-]{1,60}) +\| /;
/** Singer's own form, and that of other loggers. */
const LOGFMT = /\blevel=['"]?(\w{4,9})['"]?.{0,200}?\b(?:message|msg|event)=(.+)$/i;
const INNER_LEVEL = /^(CRITICAL|FATAL|ERROR|WARN(?:ING)?|INFO|DEBUG|TRACE)\b(?!:? ?[a-z]{2,20} model| in )/;

export function readLogWords(line: string): LogWords {
  const pipe = PIPE.exec(line);
  const parsed = parseLogLine(pipe === null ? line : line.slice(pipe[0].length));
  const json = readJsonLine(parsed.text);
  const fields = STRUCTLOG_FIELDS.exec(parsed.text);
  const { level, text } = json ?? { level: parsed.level, text: stripFields(parsed.text) };
  const tail = fields === null ? '' : parsed.text.slice(fields.index);
  const source = (json ? JSON_SOURCE.exec(line) : FIELD_SOURCE.exec(tail))?.[1] ?? pipe?.[1] ?? '';
  const logfmt = json === null ? LOGFMT.exec(parsed.text) : null;
  if (logfmt !== null) {
    const said = classifyLevel(logfmt[1] ?? '');
    return { level: said, text: stripFields(logfmt[2] ?? ''), source, isLoggedError: said === 'error' };
  }
  const isInner = FROM_PLUGIN.test(tail) && level === 'info';
  if (level !== null && !isInner) return { level, text, source, isLoggedError: level === 'error' };
  const inner = INNER_LEVEL.exec(text)?.[1];
  // Errors in capitals are recognised by their words.
  const innerLevel = inner === undefined ? null : classifyLevel(inner);
  const isError = innerLevel === 'error';
  // git and pip write a colon behind it, and survive many of theirs.
  return {
    level: isError ? null : innerLevel,
    text,
    source,
    isLoggedError: isError && !text.startsWith(`${inner}:`),
  };
}

/** The words of a line without what Meltano writes behind them. */
export function stripFields(text: string): string {
  const fields = STRUCTLOG_FIELDS.exec(text);
  if (fields === null) return text;
  const words = text.slice(0, fields.index).trimEnd();
  return words === '' ? text : words;
}
