import type { z } from 'zod';
import type { ParsedYaml, YamlProblem } from './parse-yaml.ts';

/** Something wrong with the accounts file; `message` goes on where the path ends. */
export interface FileProblem {
  readonly path: readonly PropertyKey[];
  /** Which of the two is pointed at; the value unless told. */
  readonly part?: 'key' | 'value';
  readonly message: string;
}

/** What the keys of a map are called, and which there are, by how deep the map is. */
export type KnownKeys = Readonly<Record<number, { readonly of: string; readonly keys: readonly string[] }>>;

/** A key of letters can be shown; anything else may be a secret that got into the wrong place. */
const SHOWABLE_KEY = /^[a-z]+([_-][a-z]+)*$/i;
const LONGEST_KEY = 24;
const SHOWABLE_LOGIN = /^[a-z0-9-]{1,39}$/i;

/** Zod's issues below `path`. */
export function toFileProblems(
  error: z.ZodError,
  path: readonly string[],
  known: KnownKeys,
): readonly FileProblem[] {
  return error.issues.flatMap((issue): FileProblem[] => {
    const at = [...path, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const map = known[at.length];
      const advice = map ? `${map.of} has the keys ${map.keys.join(', ')}` : 'remove it';
      return issue.keys.map((key) => ({
        path: [...at, key],
        part: 'key',
        message: `is not a key that is known here: ${advice}`,
      }));
    }
    return [{ path: at, message: issue.message }];
  });
}

/** The problem at its place in the file, as a sentence without its full stop. */
export function placeProblem({ path, part = 'value', message }: FileProblem, yaml: ParsedYaml): YamlProblem {
  return { ...yaml.locate(path, part), message: `${describePath(path)} ${message}` };
}

/** `accounts.acme.mappings[0].workspace`. */
function describePath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const [index, segment] of path.entries()) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else text += `${index === 0 ? '' : '.'}${describeKey(String(segment), index)}`;
  }
  return text || 'the file';
}

function describeKey(key: string, depth: number): string {
  const isShowable =
    depth === 1 ? SHOWABLE_LOGIN.test(key) : SHOWABLE_KEY.test(key) && key.length <= LONGEST_KEY;
  return isShowable ? key : '(this key)';
}
