/** Control characters, zero-width, direction and byte order marks, and blanks other than the plain space. */
const INVISIBLE = /(?! )[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

export interface ReadValues {
  /** Trimmed, by name. Empty variables are left out. */
  readonly values: Readonly<Record<string, string>>;
  /** By name of the variable: one sentence, which never quotes the value. */
  readonly problems: ReadonlyMap<string, string>;
}

interface ReadOptions {
  /** Variables in which blanks and line ends separate entries. */
  readonly lists: readonly string[];
  /** Variables of several lines, which have their own reader. */
  readonly texts: readonly string[];
}

/** Reads variables, and removes white space around them: a secret from a mounted file ends with a newline. */
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
    // A blank variable is a mistake: without ALLOWED_ACCOUNTS the app would serve everyone.
    else if (given) problems.set(name, `${name} holds only white space: set it, or remove it.`);
  }
  return { values, problems };
}

/** Shells and .env remove quotes, but Docker's `--env-file` and web forms keep them. */
function describeQuotes(value: string): string | null {
  return /^(["'`]).*\1$/.test(value) ? 'is in quotes, which would be part of the value: remove them' : null;
}

/** Describes an invisible character in a value, as the rest of a sentence; null if there is none. */
export function describeInvisible(value: string): string | null {
  const [found] = INVISIBLE.exec(value) ?? [];
  if (found === undefined) return null;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const kind = /[\r\n]/.test(found) ? 'a line end' : 'an invisible character';
  return `contains ${kind} (U+${code}): type it again, or copy only the value`;
}
