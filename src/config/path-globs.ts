import picomatch from 'picomatch';
import { foldPath } from '../domain/fold-name.ts';

/** A pattern is at most this many characters long. */
export const LONGEST_GLOB = 256;
/** A list holds at most this many patterns. */
export const MOST_GLOBS = 50;
/** Each wildcard and each brace multiplies the ways in which a path may match. */
const MOST_WILDCARDS = 10;

/**
 * Only `*`, `**`, `?`, `[…]` and `{…,…}` have a meaning. The rest of picomatch's syntax is literal or refused, since patterns
 * come from outside.
 */
const OPTIONS: picomatch.PicomatchOptions = {
  dot: true,
  noextglob: true,
  nonegate: true,
  regex: false,
  // For [!…].
  posix: true,
  windows: false,
  strictBrackets: true,
  strictSlashes: true,
  // A file name may contain a line break.
  flags: 's',
  maxLength: LONGEST_GLOB,
  // Makes picomatch throw for a pattern that is no regular expression, instead of matching nothing.
  debug: true,
};

const NO_ESCAPES = `can't contain a backslash: folders are separated by "/", and [*] means a real "*"`;

/** Refused patterns, and what to write instead. The first match is reported. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^\s|\s$/, 'begins or ends with white space'],
  [/^!/, 'begins with "!": to leave files out, list them in paths_ignore'],
  [/^\//, 'begins with "/": paths are relative to the root of the repository, so leave it out'],
  [/\/$/, 'ends with "/": for everything in a folder write "/**" at the end'],
  [/\/\//, 'holds "//"'],
  [/(^|\/)\.\.(\/|$)/, 'leaves the repository with ".."'],
  [/\\/, NO_ESCAPES],
  [
    /[()|"]/,
    'contains a character without meaning here, ( ) | or ": write {a,b} for alternatives, ? for such a character in a name',
  ],
  [/\{[^}]*\.\.[^}]*\}/, 'contains a range in braces: list the alternatives, as in {a,b}'],
  [/\{[^}]*\{/, 'contains braces within braces'],
  [/\{[^,}]*\}/, 'contains braces without a comma: write {a,b} for alternatives'],
  [
    /[^/{,]\*\*|\*\*[^/},]/,
    'has "**" beside other characters: it matches folders only between slashes, as in "folder/**/*.sql"',
  ],
];

/** Describes what is wrong with a pattern, to follow the pattern in a sentence; null if nothing is. */
export function checkGlob(glob: string): string | null {
  const refused = REFUSED.find(([shape]) => shape.test(glob));
  if (refused) return refused[1];
  if ((glob.match(/\*+|\{/g)?.length ?? 0) > MOST_WILDCARDS) {
    return `has more than ${MOST_WILDCARDS} wildcards`;
  }
  try {
    compileGlob(glob);
    return null;
  } catch {
    return 'has brackets or braces that are not closed, or a range that runs backwards';
  }
}

/** Returns a function that matches paths. Throws for a pattern that `checkGlob` refuses. */
export function compileGlob(glob: string): (path: string) => boolean {
  const folded = foldPath(glob);
  const matches = picomatch(folded, OPTIONS);
  // Most paths don't contain it, and this check takes a tenth of the time.
  const literal = findLiteral(folded);
  return (path) => {
    const name = foldPath(path);
    return name.includes(literal) && matches(name);
  };
}

/** The longest text that every matching path contains. */
function findLiteral(glob: string): string {
  const parts = glob.replace(/\{[^}]*\}|\[[^\]]*\]/g, '*').split(/[*?/[\]{}]+/);
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
