import type { LogWords } from './read-log-words.ts';

/** How many characters of a line are read. */
const LOOKED_AT = 400;

/** The program gives up, whatever else the line says. */
const FINAL =
  /\b(?:giving up|gave up|give up|max(?:imum)? (?:number of )?(?:retries|attempts)|no (?:more )?(?:retries|attempts)|(?:retries|attempts) (?:exhausted|exceeded|failed)|after \d+ (?:retries|attempts|tries)|all (?:retries|attempts)|not (?:be )?retr|will not retry|won't retry|cannot continue|can't continue|unable to continue)/i;
/** The program tries again, or continues without it. */
const SURVIVED =
  /\bretrying\b|\b(?:will|to) (?:be )?(?:retry|retried|try again)\b|\bretry (?:in|after) \d|\bbacking off\b|\btrying again\b|\bwill (?:re-?attempt|reconnect)\b|\breconnecting\b|\bnext (?:attempt|try|retry)\b|\bfalling back\b|\bexception ignored in\b|[(,;:] ?(?:ignored|ignoring|non-?fatal|not fatal|skipped)\b|\bignoring (?:it|this|the|error|row|record)|\bcontinuing\b|\b(?:skipping|skipped) (?!.*\b(?:because|due|since|after)\b)|\busing (?:the )?(?:default|cached?)\b/i;
const ATTEMPT = /\b(?:attempt|try|retry)[ #(]{1,3}(\d{1,4}) ?(?:\/|of|out of) ?(\d{1,4})/i;
/** pip prints this about versions and then succeeds. */
const HARMLESS = /^pip's dependency resolver does not currently take into account/;

/** True if the text says that the program survived an error in this line or right above it. */
export function reportsSurvival(words: string): boolean {
  const text = words.slice(0, LOOKED_AT);
  if (HARMLESS.test(text)) return true;
  if (FINAL.test(text)) return false;
  const attempt = ATTEMPT.exec(text);
  if (attempt !== null) return Number(attempt[1]) < Number(attempt[2]);
  return SURVIVED.test(text);
}

/** True if such a text is about the error in the lines above. */
export function beginsWithSurvival(text: string): boolean {
  return /^\W*(?:retry|will|backing|trying|reconnect|attempt|next|continuing|falling|skipp|ignor|using)/i.test(
    text,
  );
}

const WRAPPER =
  /^(?:(?:error|err|critical|fatal)[:!] *)?(?:[\w.]{0,80}(?:RunnerError|CliError|ELBError|Exit): *)?/i;
const SUMMARIES: readonly RegExp[] = [
  /^(?:block run|run) (?:failed|completed|could not be completed)/i,
  /^(?:el|elt|etl|extract|transform|run|invocation)s?\b.{0,40} could not be completed/i,
  /^(?:the )?(?:extract(?:or|ion)|load(?:er|ing)|mapp(?:er|ing)|transform(?:er|ation)?)s? (?:plugin )?(?:failed|crashed)[.!]?(?: \(?(?:exit )?(?:code|status)?:? ?-?\d{1,3}\)?)?$/i,
  /^(?:the )?(?:job|task|pipeline|process|subprocess|command|step|script|build|plugin|workflow|deployment|container|execution|invocation|sync|installation|test|tap|target)s?\b[^:]{0,120}\b(?:failed|crashed|exited|aborted|terminated|did not (?:succeed|complete))\b[^:]{0,60}$/i,
  /\b(?:exit(?:ed)?|return(?:ed)?)(?: with)?(?: a)?(?: non-?zero)?(?: exit)?[ -]?(?:code|status)?:? ?-?\d{1,3}\.?$/i,
  /^(?:completed|finished|done)\b.{0,20} with \d+ errors?/i,
  /\bdid not (?:run|complete|finish|end) successfully\.?$/i,
  /^failed to install (?:\d+ )?plugins?/i,
  /^failed to (?:download and )?build\b|^failed to prepare distributions$|^failed building wheel for\b/i,
  /^(?:subprocess-exited-with-error|metadata-generation-failed|legacy-install-failure)$/,
  /^aborted!?$/i,
  /^npm (?:err!|error) (?:code|errno|syscall) /i,
  /^(?:unexpected completion sequence|broken ?pipe|one or more .{1,40} failed)/i,
  /^\[?errno 32\]?/i,
  /^(?:[\w.]{0,80}\.)?(?:SystemExit|BrokenPipeError|CancelledError|KeyboardInterrupt|GeneratorExit|CalledProcessError)\b/,
];

/** True if the text says that something failed, but not why. */
export function isSummary(message: string): boolean {
  const words = message.trim().slice(0, LOOKED_AT).replace(WRAPPER, '');
  const [, what = '', why = ''] = /^([^:]{1,160}): (.*[A-Za-z].*)$/.exec(words) ?? [];
  return what !== '' && isBareSummary(what) ? isSummary(why) : isBareSummary(words);
}

function isBareSummary(words: string): boolean {
  return SUMMARIES.some((pattern) => pattern.test(words));
}

/** True for dbt's line about a failed node. The reason follows at the end. */
export function isProgress(message: string): boolean {
  return /^(?:\d+ of \d+ )?(?:ERROR [a-z]{2,20} |FAIL \d+ )/.test(message);
}

/** Lines that belong to the error before them. */
const NO_WORK =
  /^(?:$|\s|line \d|detail|hint|context|query|statement|sql|where|caused by|reason|response|url|note|see |help|try |usage|for more|for help|please|if |run |you can|visit|join our|compiled code|done\.|completed|finished|\d+ of \d+ |\[(?:sql|parameters|notice|end of output)|\(background|during handling|the above exception|requested|expected|actual|got |[│╭╰┃|+^~>×→─-])/i;
const CLEANUP =
  /\b(?:clos(?:e|ed|ing)|clean(?:ed|ing)? ?up|shut(?:ting)? ?down|stopp(?:ed|ing)|exit(?:ed|ing)?|terminat(?:ed|ing)|tear(?:ing)? ?down|dispos(?:ed|ing)|roll(?:ed|ing)? ?back|rollback|abort(?:ed|ing)?|cancell?(?:ed|ing)|end of|elapsed|took \d|ended)\b/i;
const SUCCESS = /^(?:success(?:fully|ful)?|ok|passed|installed)\b/i;

/** True if the line shows that work continues. `isPlain`: the error had no level, so the line needs none. */
export function showsWork({ level, text: words }: LogWords, isPlain: boolean): boolean {
  if (level === 'error' || level === 'quiet') return false;
  const text = words.slice(0, LOOKED_AT);
  if (SUCCESS.test(text)) return true;
  if (NO_WORK.test(text) || CLEANUP.test(text) || isSummary(text)) return false;
  return level === 'info' || isPlain;
}
