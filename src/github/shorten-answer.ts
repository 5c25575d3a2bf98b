import type { Octokit } from '@octokit/rest';

/** The longest quote of GitHub's message. */
const LONGEST = 200;
/** How many problems of a refused request to name. */
const MOST_PROBLEMS = 5;
/** The name of a field, or GitHub's code of its problem. */
const WORD = /^[\w./[\]-]{1,60}$/;

interface AnsweredError {
  message: string;
  stack?: string;
  readonly status?: number;
  readonly response?: { readonly data?: unknown };
}

/**
 * An Octokit plug-in against errors that quote the answer, which may repeat sent values or be a page of HTML. Broken JSON
 * would otherwise arrive as text, and later errors would quote it.
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

/** Keeps GitHub's message and the names of rejected fields. */
function shortenAnswer(error: AnsweredError): void {
  const { message, stack, status, response } = error;
  if (response === undefined) return;
  const answer = isObject(response.data) ? response.data : {};
  const problems = nameProblems(answer['errors']);
  const short = readWords(answer['message']) ?? `GitHub answered with the status ${status}`;
  error.message = problems === '' ? short : `${short} (${problems})`;
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
}

/** The first line. The next ones quote sent values. */
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
