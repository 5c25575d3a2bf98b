import type { z } from 'zod';
import { isPolicyPath } from './account-policy-schema.ts';
import { chooseBranch, describeExpected } from './describe-issue.ts';
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

/** Keys of letters can be shown. Other keys may be secrets in the wrong place. */
const SHOWABLE_KEY = /^[a-z]+([_-][a-z]+)*$/i;
const LONGEST_KEY = 24;
const SHOWABLE_LOGIN = /^[a-z0-9-]{1,39}$/i;

/** Turns Zod's issues with the value at `path` into problems. */
export function toAccountProblems(
  error: z.ZodError,
  { value, path }: { readonly value: unknown; readonly path: KeyPath },
  sections: ReadonlyMap<string, Section>,
): readonly AccountProblem[] {
  const issues = error.issues.flatMap((one) => chooseBranch(one, value));
  return issues.flatMap((issue): AccountProblem[] => {
    const at = [...path, ...issue.path];
    if (issue.code !== 'unrecognized_keys') {
      return [{ path: at, message: isPolicyPath(at) ? describeExpected(issue) : issue.message }];
    }
    const section = sections.get(nameSection(at));
    if (!section) return [{ path: at, message: issue.message }];
    return issue.keys.map((key) => ({
      path: [...at, key],
      part: 'key',
      message: describeUnknownKey(key, section, sections.values()),
    }));
  });
}

/** The path of a section without logins and positions. */
function nameSection(path: KeyPath): string {
  return path.filter((part, depth) => typeof part === 'string' && depth !== 1).join('.');
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
