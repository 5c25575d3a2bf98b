/** Controls, zero-width and direction marks, byte order marks, and every blank that isn't the plain space. */
const INVISIBLE = /(?! )[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

export interface ReadValues {
  /** Trimmed, by name; a variable that is empty isn't here. */
  readonly values: Readonly<Record<string, string>>;
  /** By the name of each variable that can't be meant so: one sentence, never with its value. */
  readonly problems: ReadonlyMap<string, string>;
}

interface ReadOptions {
  /** Its blanks and line ends separate entries. */
  readonly lists: readonly string[];
  /** It has lines, and a reader of its own that judges them. */
  readonly texts: readonly string[];
}

/** Reads the variables of these names as they are meant: a secret that is mounted from a file ends with a newline. */
export function readValues(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
  { lists, texts }: ReadOptions,
): ReadValues {
  const values: Record<string, string> = {};
  const problems = new Map<string, string>();
  for (const name of names) {
    const given = env[name] ?? '';
    const value = lists.includes(name) ? given.replace(/\s+/g, ' ').trim() : given.trim();
    const wrong = texts.includes(name) ? null : (describeInvisible(value) ?? describeQuotes(value));
    if (wrong) problems.set(name, `${name} ${wrong}.`);
    else if (value) values[name] = value;
    // Its owner meant something by it: unset, ALLOWED_ACCOUNTS would serve everyone.
    else if (given) problems.set(name, `${name} holds only white space: set it, or remove it.`);
  }
  return { values, problems };
}

/** A shell and .env take quotes away; Docker's `--env-file`, and forms for secrets, leave them. */
function describeQuotes(value: string): string | null {
  return /^(["'`]).*\1$/.test(value) ? 'is in quotes, which would be part of the value: remove them' : null;
}

/** Describes an invisible character in a value, as the rest of a sentence; null if there is none. */
export function describeInvisible(value: string): string | null {
  const [found] = INVISIBLE.exec(value) ?? [];
  if (found === undefined) return null;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const kind = /[\r\n]/.test(found) ? 'a line end' : 'an invisible character';
  return `holds ${kind} (U+${code}): type it in again, or copy it without what is around it`;
}
