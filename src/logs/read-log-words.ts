interface LevelAndText {
  readonly level: 'error' | 'quiet' | 'info' | null;
  readonly text: string;
}

/**
 * A line of a log, parsed for the search for errors. The level is that of the innermost logger, because Meltano's own level
 * for the output of plug-ins says nothing.
 */
export interface LogWords extends LevelAndText {
  /** The plug-in that wrote it, or an empty string. */
  readonly source: string;
  /** A logger wrote it as an error, whatever level Meltano gave it. */
  readonly isLoggedError: boolean;
}

// All patterns take linear time: they are anchored, bounded, or have no neighbours that match the same.
const TIME_STAMP =
  /^\s{0,4}(?:\d{4}-\d{2}-\d{2}[T ])?\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?(?: UTC \[\d{1,10}\])?(?: {1,2}|\s|$)/;
const LEVEL = '(CRITICAL|FATAL|ERROR|WARN(?:ING)?|INFO|DEBUG|TRACE)';
const LEVEL_FORMS = [
  /^\s*\[(critical|fatal|error|exception|warn(?:ing)?|info|debug)\s*\] ?/i,
  new RegExp(`^\\s*(?:[-|] *)?(?:[\\w.]{1,80} +[-|] +)?${LEVEL} *[-|] *(?:[\\w.-]{1,80} +\\| +)?`),
  new RegExp(`^${LEVEL}:(?:[\\w.]{1,80}:)?\\s+`),
  new RegExp(`^${LEVEL}:[\\w.-]{1,80}:(?=\\S)`),
];
/** After a time stamp a level needs no mark. */
const LEVEL_FORMS_AFTER_TIME = [
  ...LEVEL_FORMS,
  /^(critical|fatal|error|exception|warn(?:ing)?|info|debug)\s+(?=\S)/i,
];
const ERROR_LEVEL = /critical|fatal|error|exception/i;
const QUIET_LEVEL = /warn|debug|trace/i;

const JSON_LEVEL = /^\{.*"level(?:name)?": ?"(?:error|critical|fatal)"/i;
const JSON_QUIET = /"level(?:name)?": ?"(?:warn|debug|trace)/i;
const JSON_INFO = /"level(?:name)?": ?"info/i;
const JSON_MESSAGE = /"(?:event|message|msg)": ?"((?:\\.|[^"\\])+)/;

/** The fields that Meltano writes after a message. */
const STRUCTLOG_FIELDS =
  /\s(?:block_type|cmd_type|consumer|duration_seconds|err|exit_codes?|job_name|job_run_id|name|plugin_name|producer|run_id|state_id|stdio|string_id|success|full_refresh)=/;
const FIELD_SOURCE = /\s(?:plugin_)?name=['"]?([\w@.-]{1,80})/;
const JSON_SOURCE = /"(?:plugin_)?name": ?"([\w@.-]{1,80})"/;
/** The fields of a plug-in's output; Meltano's own messages have others. */
const FROM_PLUGIN = /\s(?:stdio|cmd_type|consumer)=/;
const PIPE = /^([\w@.-]{1,60}) +\| /;
/** The format of Singer and other loggers. */
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
  // git and pip write a colon after the level, and survive many of their errors.
  return {
    level: isError ? null : innerLevel,
    text,
    source,
    isLoggedError: isError && !text.startsWith(`${inner}:`),
  };
}

/** Removes Meltano's fields. */
function stripFields(text: string): string {
  const fields = STRUCTLOG_FIELDS.exec(text);
  if (fields === null) return text;
  const words = text.slice(0, fields.index).trimEnd();
  return words === '' ? text : words;
}

/** Splits a line into its level and the text without time stamp and level. */
function parseLogLine(line: string): LevelAndText {
  let text = line.replace(TIME_STAMP, '');
  for (const form of text === line ? LEVEL_FORMS : LEVEL_FORMS_AFTER_TIME) {
    const match = form.exec(text);
    if (match === null) continue;
    const level = match[1] ?? match[0];
    text = text.slice(match[0].length).replace(TIME_STAMP, '');
    return { level: classifyLevel(level), text };
  }
  return { level: null, text };
}

function classifyLevel(level: string): LogWords['level'] {
  if (ERROR_LEVEL.test(level)) return 'error';
  return QUIET_LEVEL.test(level) ? 'quiet' : 'info';
}

/** Null if the line isn't JSON. */
function readJsonLine(text: string): LevelAndText | null {
  if (!text.startsWith('{')) return null;
  const isError = JSON_LEVEL.test(text);
  const message = JSON_MESSAGE.exec(text)?.[1];
  if (message === undefined) return isError ? { level: 'error', text } : null;
  const words = message.replace(/\\[nrt]/g, ' ').replace(/\\(.)/g, '$1');
  if (isError) return { level: 'error', text: words };
  if (JSON_QUIET.test(text)) return { level: 'quiet', text: words };
  return { level: JSON_INFO.test(text) ? 'info' : null, text: words };
}
