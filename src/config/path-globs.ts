import picomatch from 'picomatch';
import { foldPath } from '../domain/fold-name.ts';

/** A pattern is at most this many characters long. */
export const LONGEST_GLOB = 256;
/** A list holds at most this many patterns. */
export const MOST_GLOBS = 50;
/** Each wildcard and each brace of a pattern multiplies the ways in which a path may fit. */
const MOST_WILDCARDS = 10;

/**
 * Only `*`, `**`, `?`, `[…]` and `{…,…}` have a meaning: whatever else picomatch would hand on to the regular expression
 * is taken literally or refused, since the patterns are written by others.
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
  // A file's name may hold a line break.
  flags: 's',
  maxLength: LONGEST_GLOB,
  // Or a pattern that makes no regular expression would match nothing, without a word.
  debug: true,
};

const NO_ESCAPES = 'can hold no backslash: folders are separated by "/", and [*] means a real "*"';

/** What isn't accepted, and what to write instead. The first match is reported. */
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
    'holds a character with no meaning here, ( ) | or ": write {a,b} for alternatives, ? for such a character in a name',
  ],
  [/\{[^}]*\.\.[^}]*\}/, 'holds a range in braces: list the alternatives, as in {a,b}'],
  [/\{[^}]*\{/, 'holds braces within braces'],
  [/\{[^,}]*\}/, 'holds braces with no comma: write {a,b} for alternatives'],
  [
    /[^/{,]\*\*|\*\*[^/},]/,
    'has "**" beside other characters: it stands for folders only between slashes, as in "folder/**/*.sql"',
  ],
];

/** What is wrong with a pattern, to be read after the pattern itself; null for a good one. */
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

/** Throws for a pattern that `checkGlob` refuses. */
export function compileGlob(glob: string): (path: string) => boolean {
  const folded = foldPath(glob);
  const matches = picomatch(folded, OPTIONS);
  // Most paths don't hold it, and looking for it takes a tenth of the time.
  const literal = findLiteral(folded);
  return (path) => {
    const name = foldPath(path);
    return name.includes(literal) && matches(name);
  };
}

/** The longest text that each path which fits must hold. */
function findLiteral(glob: string): string {
  const parts = glob.replace(/\{[^}]*\}|\[[^\]]*\]/g, '*').split(/[*?/[\]{}]+/);
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
