import { TooManyRequests } from './connect-github.ts';

/** A request to GitHub that failed, as a clause: `GitHub answered 404 Not Found` or `there is no connection (ENOTFOUND)`. */
export function describeError(error: unknown): string {
  const {
    status,
    message = '',
    response,
    cause,
  } = error as {
    status?: number;
    message?: string;
    response?: unknown;
    cause?: { cause?: { code?: string }; code?: string; name?: string };
  };
  if (error instanceof TooManyRequests || cause instanceof TooManyRequests)
    return 'the doctor reached its limit of requests';
  if (response !== undefined && status !== undefined)
    return `GitHub answered ${status} (${firstLine(message)})`;
  const code = cause?.cause?.code ?? cause?.code;
  // Octokit gives each failed request a status; what has none failed here, on what GitHub had answered.
  if (code === undefined && status === undefined)
    return `GitHub's answer could not be used (${firstLine(message)})`;
  return `GitHub did not answer (${code ?? firstLine(message)})`;
}

/** Octokit adds the address of GitHub's documentation, which helps no operator. */
function firstLine(text: string): string {
  return (
    text
      .replace(/ - https?:\/\/\S+$/, '')
      .split('\n', 1)[0]
      ?.slice(0, 200) ?? ''
  );
}

export function readStatus(error: unknown): number | null {
  const { status, response } = error as { status?: number; response?: unknown };
  return response === undefined ? null : (status ?? null);
}
