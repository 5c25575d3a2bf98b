import { LONGEST_GLOB } from '../config/path-globs.ts';
import { isAbsolute, resolveInside } from './project-paths.ts';
import type { SourceFile } from './project-source.ts';

/**
 * Lists the files that an entry of `include_paths` matches by the rules of Python's pathlib: `**` is any number of folders;
 * `*`, `?` and `[…]` match within one name. A pattern that takes too long matches nothing.
 */
export function matchInclude(
  pattern: string,
  directory: string,
  files: readonly SourceFile[],
): readonly SourceFile[] {
  const resolved = isAbsolute(pattern) ? null : resolveInside(directory, pattern);
  if (resolved === null || resolved.length > LONGEST_GLOB) return [];
  const parts = resolved.split('/').map(toPart);
  // Such a pattern matches folders only.
  if (parts.at(-1) === ANY_FOLDERS) return [];
  const began = process.threadCpuUsage().user;
  const isInTime = () => process.threadCpuUsage().user - began < LONGEST_MATCH_MS * 1_000;
  const found = files.filter(
    ({ path }) => isInTime() && reachesEnd(parts, path.split('/'), matchesName, ANY_FOLDERS),
  );
  return isInTime() ? found : [];
}

/** An ordinary pattern matches 100,000 files in less time. */
const LONGEST_MATCH_MS = 200;
const ANY_FOLDERS = '**';
const ANY_CHARACTERS = '*';

type Part = typeof ANY_FOLDERS | readonly Token[];
type Token = typeof ANY_CHARACTERS | ((character: string) => boolean);

function toPart(text: string): Part {
  if (text === ANY_FOLDERS) return ANY_FOLDERS;
  return (text.match(/\*+|\[!?\]?[^\]]*\]|./gsu) ?? []).map(toToken);
}

function toToken(text: string): Token {
  if (text.startsWith('*')) return ANY_CHARACTERS;
  if (text === '?') return () => true;
  return text.length > 2 && text.startsWith('[') ? toClass(text.slice(1, -1)) : (one) => one === text;
}

function toClass(text: string): Token {
  const isNegated = text.startsWith('!');
  const ranges = (isNegated ? text.slice(1) : text).match(/.-.|./gsu) ?? [];
  return (one) => isNegated !== ranges.some((range) => isIn(one, range));
}

function isIn(one: string, range: string): boolean {
  const [from = '', , to = from] = [...range];
  return from <= one && one <= to;
}

function matchesName(part: Part, name: string): boolean {
  if (part === ANY_FOLDERS) return true;
  return reachesEnd(part, [...name], (token, one) => token !== ANY_CHARACTERS && token(one), ANY_CHARACTERS);
}

/** Follows all alternatives at once. The step `many` matches any number of things, other steps match one. */
function reachesEnd<Step, Thing>(
  steps: readonly Step[],
  things: readonly Thing[],
  matches: (step: Step, thing: Thing) => boolean,
  many: Step,
): boolean {
  let reached = new Set([0]);
  for (const step of steps) {
    const next = new Set<number>();
    for (const at of reached) {
      const thing = things[at];
      if (step === many) for (let on = at; on <= things.length && !next.has(on); on += 1) next.add(on);
      else if (thing !== undefined && matches(step, thing)) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(things.length);
}
