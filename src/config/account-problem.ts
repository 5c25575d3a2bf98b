import type { z } from 'zod';
import { formatKeyPath, type KeyPath } from './file-problem.ts';
import type { YamlContent } from './read-yaml.ts';
import { describeUnknownKey, type Section } from './suggest-name.ts';

/** A problem in the accounts file. */
export interface AccountProblem {
  readonly path: KeyPath;
  /** The place to show; default: the value. */
  readonly part?: 'key' | 'value';
  /** Follows the path. Never quotes the file, which may hold a secret in the wrong place. */
  readonly message: string;
}

/** The sections of the file, by the depth of their keys. */
export type SectionsByDepth = Readonly<Record<number, Section>>;

/** Keys of letters can be shown. Other keys may be secrets in the wrong place. */
const SHOWABLE_KEY = /^[a-z]+([_-][a-z]+)*$/i;
const LONGEST_KEY = 24;
const SHOWABLE_LOGIN = /^[a-z0-9-]{1,39}$/i;

/** Turns Zod's issues below `path` into problems. */
export function toAccountProblems(
  error: z.ZodError,
  path: KeyPath,
  sections: SectionsByDepth,
): readonly AccountProblem[] {
  return error.issues.flatMap((issue): AccountProblem[] => {
    const at = [...path, ...issue.path];
    const section = sections[at.length];
    if (issue.code !== 'unrecognized_keys' || !section) return [{ path: at, message: issue.message }];
    return issue.keys.map((key) => ({
      path: [...at, key],
      part: 'key',
      message: describeUnknownKey(key, section, Object.values(sections)),
    }));
  });
}

/** Adds the problem at its place in the file, as a sentence. */
export function addProblem({ problems, locate }: YamlContent, problem: AccountProblem): void {
  const { path, part, message } = problem;
  const { key, value } = locate(path);
  const isEmpty = value[0] === value[1];
  const subject = formatKeyPath(path, showKey) || 'the file';
  const stop = /[.?]$/.test(message) ? '' : '.';
  problems.add((part === 'key' || isEmpty) && key ? key : value, `${subject} ${message}${stop}`, path);
}

function showKey(key: string, depth: number): string {
  const isShowable =
    depth === 1 ? SHOWABLE_LOGIN.test(key) : SHOWABLE_KEY.test(key) && key.length <= LONGEST_KEY;
  return isShowable ? key : '(this key)';
}
