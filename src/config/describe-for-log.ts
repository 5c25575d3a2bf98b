/** Characters of one text in a log line: an error's message can quote a long input. */
const MAX_TEXT = 1_000;
const MAX_FRAMES = 10;
/** How deep causes and parts of an error are followed, and how many parts are shown. */
const MAX_DEPTH = 4;
const MAX_PARTS = 3;
/** Entries of a list, and characters of each. */
const MAX_ITEMS = 100;
const MAX_ITEM = 200;

/** An error as a log line shows it. */
interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly code: string | number | undefined;
  readonly status: number | undefined;
  readonly stack: string | undefined;
  readonly cause: DescribedError | undefined;
  /** The first errors of an AggregateError. */
  readonly errors: readonly DescribedError[] | undefined;
}

/**
 * Reduces the fields of a log line to plain values, lists of plain values, and errors, since libraries log whole payloads,
 * requests and responses. `err` has its own serializer.
 */
export function describeFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, name === 'err' ? value : describeValue(value)]),
  );
}

export function describeValue(value: unknown): unknown {
  if (isError(value)) return describeError(value);
  if (!Array.isArray(value)) return describePlain(value);
  return value.slice(0, MAX_ITEMS).map((item) => describePlain(item, MAX_ITEM));
}

function describePlain(value: unknown, length = MAX_TEXT): unknown {
  if (typeof value === 'string') return shortenText(value, length);
  if (value instanceof Date) return value.toJSON();
  return typeof value === 'object' && value !== null ? '[object]' : value;
}

/** Copies known fields only: an error of Octokit carries the event, the request and the response. */
function describeError(error: Error, depth = 1): DescribedError {
  const { name, message, stack, cause, code, status, errors } = error as Error & Record<string, unknown>;
  const parts = depth < MAX_DEPTH && Array.isArray(errors) ? errors.filter(isError).slice(0, MAX_PARTS) : [];
  return {
    type: shortenText(String(name)),
    message: shortenText(String(message)),
    code: typeof code === 'string' ? shortenText(code) : typeof code === 'number' ? code : undefined,
    status: typeof status === 'number' ? status : undefined,
    stack: readFrames(stack, String(message)),
    cause: depth < MAX_DEPTH && isError(cause) ? describeError(cause, depth + 1) : undefined,
    errors: parts.length > 0 ? parts.map((part) => describeError(part, depth + 1)) : undefined,
  };
}

function isError(value: unknown): value is Error {
  return value instanceof Error;
}

/** Skips the message at the beginning of the stack, since it may look like frames. */
function readFrames(stack: unknown, message: string): string | undefined {
  if (typeof stack !== 'string') return undefined;
  const frames = stack.slice(stack.indexOf(message) + message.length).matchAll(/^ {4}at .*$/gm);
  return shortenText([...frames.take(MAX_FRAMES)].join('\n'));
}

export function shortenText(text: string, length = MAX_TEXT): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
