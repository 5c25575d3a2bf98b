// All patterns take linear time: they are anchored, bounded, or have no neighbours that match the same.
export const TRACEBACK = /Traceback \(most recent call last\)/;
/** Indented frames, or the box that `rich` draws around them. */
export const TRACEBACK_LINE = /^(?:\s|$|[│╭╰┃|])/;
/** The class before the message of an exception. */
export const EXCEPTION_CLASS =
  /^(?:[A-Za-z_][\w.]{0,150}(?:Error|Exception)|(?:[a-z_]\w{0,60}\.){1,8}(?:errors?|exceptions?|exc|errorfactory)\.[A-Z]\w{0,80}): /;

/** The line that ends a traceback. */
export const RAISED = /^[A-Za-z_][\w.]{0,200}(?:: |:?$)/;
export const CHAINED = /^(?:During handling of the above exception|The above exception was the direct cause)/;
/** Python's words for an exception during its clean-up. */
export const IGNORED = /^Exception ignored in\b/;

/** Announces a message, which follows in the same line or the next ones. */
export const ANNOUNCEMENT =
  /^(?:need help fixing this problem\?(?:.*?(?:slack community|troubleshooting steps[^.]{0,60})\.)?|encountered an error(?: [^:]{1,80})?:|thread '[^']{1,100}' (?:\(\d{1,10}\) )?panicked at \S{1,200}:\d+:\d+:)\s*/i;
/** An event that begins with a line break: Meltano ends the line after the level. */
export const EMPTY_EVENT = /\[(?:error|critical) *\]\s*$/i;
export const MORE_ANNOUNCEMENT = /^\s*(?:$|visit |join our|or to|https?:|for troubleshooting)/i;

/** A fast test that rules out most lines: every pattern below needs one of these words. */
const MAY_BE_ERROR =
  /\b(?:exc|errorfactory)\.[A-Z]|denied|no such file|^(?:\W*|\S{1,100}: line \d{1,6}: +\d{1,10} )(?:killed|terminated)|\b137\b|out of memory|OOMKilled|panicked at|version solving|segmentation fault|core dumped|error|exception|traceback|fatal|critical|panic|ERR!|FAIL|mapping values|while (?:parsing|scanning)|invalid|unexpected|undefined|cannot|could not|not found|failed|failure|missing|giving up|need help fixing|^\s*[×✗✘] /i;

export function mayBeError(line: string): boolean {
  return MAY_BE_ERROR.test(line);
}

interface ErrorPattern {
  readonly pattern: RegExp;
  /** Makes the message from the groups. Default: the whole text. */
  readonly say?: (groups: readonly string[]) => string;
}

const SAY_GROUP = ([message]: readonly string[]) => message ?? '';

const ERROR_PATTERNS: readonly ErrorPattern[] = [
  // dbt
  {
    pattern:
      /^(?:Compilation|Database|Runtime|Parsing|Dependency|Validation|Internal|Env(?:ironment)?) Error\b/,
  },
  { pattern: /^Failure in (?:unit )?test \S/ },
  { pattern: /^(?:\d+ of \d+ )?ERROR [a-z]{2,20} (?=\S)/ },
  { pattern: /^\d+ of \d+ FAIL \d+ / },
  // Python and JavaScript, on a line of their own
  { pattern: new RegExp(`${EXCEPTION_CLASS.source}(?=.*[A-Za-z])`) },
  { pattern: /^Fatal Python error: (?=\S)(.+)$/, say: SAY_GROUP },
  // Java and Rust
  { pattern: /^Exception in thread "[^"]{1,100}" (?=.*[A-Za-z])(.+)$/, say: SAY_GROUP },
  { pattern: /^thread '[^']{1,100}' (?:\(\d{1,10}\) )?panicked at (?=\S)/ },
  // Shells, ssh, the kernel, Docker, Poetry
  {
    pattern:
      /^(?:[\w./-]{1,100}: )(?:line )?\d{1,6}: (.{1,200}: (?:(?:command )?not found|No such file or directory|Permission denied|cannot .{1,60}))$/,
    say: SAY_GROUP,
  },
  { pattern: /^[\w.-]{1,60}@[\w.-]{1,100}: Permission denied \(/ },
  {
    pattern:
      /^(?:(?:\S{1,100}: line \d{1,6}: +\d{1,10} )?Killed(?:\s.*)?|Segmentation fault(?: \(core dumped\))?|Terminated|(?:Memory cgroup )?[Oo]ut of memory\b.*)$/,
  },
  // Killed for its memory
  {
    pattern:
      /^.{0,160}\bexit(?:ed)?(?: with)?(?: a)?(?: non-?zero)?(?: exit)?[ _-](?:code|status)(?::| of|=)? ?137\b.{0,60}$/i,
  },
  { pattern: /^.{0,160}\bOOMKilled\b.{0,60}$/ },
  { pattern: /^(?:docker: )?Error response from daemon: (?=\S)(.+)$/, say: SAY_GROUP },
  { pattern: /^(?:Because|So, because|And because) .{1,500}, version solving failed\.$/ },
  // YAML
  {
    pattern: /^(?:mapping values are not allowed (?:here|in this context)|while (?:parsing|scanning) an? \w)/,
  },
  { pattern: /^npm (?:ERR!|error) (?=\S)/ },
  // uv
  { pattern: /^[×✗✘] +(?=.*[A-Za-z])(.+)$/, say: SAY_GROUP },
  // Old versions of Meltano, and libraries that retry
  { pattern: /^(?:Extraction|Loading|Transformation) failed \(\d+\): (?=\S)(.+)$/, say: SAY_GROUP },
  { pattern: /^giving up .{1,300}? after \d+ tries \((.+)\)$/i, say: SAY_GROUP },
  {
    pattern:
      /^((?:\.{0,2}\/)?[\w@-][\w./@-]{0,200}\.\w{1,8}):(\d{1,7})(?::\d{1,5})?: (?!warning|note|info)(.+)$/i,
    say: ([path, line, message]) =>
      isTelling(message ?? '') ? `${path}:${line} ${stripErrorWord(message ?? '')}` : '',
  },
  {
    pattern: /^(?:error|fatal|critical|panic|exception)(?:\[[\w-]{1,20}\])?: +(?=.*[A-Za-z])(.+)$/i,
    say: SAY_GROUP,
  },
  { pattern: /^(?:ERROR|FATAL|CRITICAL) +(?=[A-Za-z'"([])(.+)$/, say: SAY_GROUP },
  // logfmt
  { pattern: /\blevel=(?:error|critical|fatal)\b.*?\b(?:message|msg|event)=(.+)$/i, say: SAY_GROUP },
];
const TELLING =
  /error|exception|invalid|unexpected|undefined|unknown|cannot|could not|not found|failed|missing|not allowed/i;
const NO_ERROR = /^(?:none|null|nil|false|no errors?)\W*$/i;

/** The message if the text is an error, whatever the level of the line. */
export function matchError(text: string): string | null {
  const words = text.trim();
  for (const { pattern, say } of ERROR_PATTERNS) {
    const match = pattern.exec(words);
    if (match === null) continue;
    const message = (say === undefined ? words : say(match.slice(1))).trim();
    if (isMessage(message)) return message;
  }
  return null;
}

/** False for `0`, `none` and the like. */
export function isMessage(text: string): boolean {
  return /[A-Za-z]/.test(text) && !NO_ERROR.test(text.trim());
}

/** True if a message after a place sounds like an error. */
export function isTelling(message: string): boolean {
  return TELLING.test(message);
}

function stripErrorWord(message: string): string {
  return message.replace(/^(?:fatal )?error: /i, '');
}
