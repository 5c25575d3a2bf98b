import type { Octokit } from '@octokit/rest';

/** Characters of GitHub's own words. */
const LONGEST = 200;
/** Problems of a refused request that are named. */
const MOST_PROBLEMS = 5;
/** The name of a field, or GitHub's code for what is wrong with it. */
const WORD = /^[\w./[\]-]{1,60}$/;

interface AnsweredError {
  message: string;
  stack?: string;
  readonly status?: number;
  readonly response?: { readonly data?: unknown };
}

/**
 * A plug-in of Octokit, whose errors quote the answer: values that were sent, or a whole page of HTML. JSON that can't be
 * parsed would come as a text, and be quoted by whatever fails on it.
 */
export function shortenAnswers(octokit: Pick<Octokit, 'hook'>): void {
  octokit.hook.after('request', ({ data, headers }) => {
    const isBroken =
      typeof data === 'string' && data !== '' && /\bjson\b/.test(headers['content-type'] ?? '');
    if (isBroken) throw new Error('GitHub answered with broken JSON');
  });
  octokit.hook.error('request', (error) => {
    shortenAnswer(error as AnsweredError);
    throw error;
  });
}

/** Keeps GitHub's own words, and names the fields that it rejects. */
function shortenAnswer(error: AnsweredError): void {
  const { message, stack, status, response } = error;
  if (response === undefined) return;
  const answer = isObject(response.data) ? response.data : {};
  const problems = nameProblems(answer['errors']);
  const short = readWords(answer['message']) ?? `GitHub answered with the status ${status}`;
  error.message = problems === '' ? short : `${short} (${problems})`;
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
}

/** The first line: the next ones quote what was sent. */
function readWords(message: unknown): string | null {
  return typeof message === 'string' ? (message.split('\n')[0] ?? '').slice(0, LONGEST) : null;
}

function nameProblems(errors: unknown): string {
  if (!Array.isArray(errors)) return '';
  const named = errors.filter(isObject).map(({ field, code }) => [field, code].filter(isName).join(' '));
  return named
    .filter((name) => name !== '')
    .slice(0, MOST_PROBLEMS)
    .join(', ');
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
