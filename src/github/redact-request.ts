import { cutBytes, OUTPUT_BYTES } from '../domain/truncate-bytes.ts';
import { joinResult, redactBlock, splitResult } from '../reporting/render/render-result.ts';

/**
 * The parameters with texts for people. All others are ids, addresses and settings, which stay unchanged. Names and
 * environments also occur in searches.
 */
const TEXTS = new Set([
  ...['name', 'check_name', 'title', 'summary', 'text', 'message'],
  ...['body', 'description', 'environment'],
]);
/** The markers by which the app finds its own comments. */
const MARKER = /(\n\n<!-- meltano-deploy:[a-z]+:[\w./:-]{1,200} -->)$/;

type Redact = (text: string) => string;

/** Removes secrets from the texts of a request, in place, because Octokit's hooks share the object. */
export function redactRequest(request: object, redact: Redact): void {
  for (const [name, value] of Object.entries(request)) {
    if (name === 'url') Object.assign(request, { url: hideInQuery(String(value), redact) });
    else if (name === 'output' || TEXTS.has(name))
      Object.assign(request, { [name]: hide(value, name, redact) });
  }
}

function hide(value: unknown, name: string, redact: Redact): unknown {
  if (typeof value === 'string') return TEXTS.has(name) ? hideInString(value, name, redact) : value;
  if (Array.isArray(value)) {
    return value.filter((one) => !hasSecretPath(one, redact)).map((one) => hide(one, name, redact));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hide(one, key, redact)]));
}

function hideInString(value: string, name: string, redact: Redact): string {
  const result = name === 'text' ? splitResult(value) : null;
  if (result === null) return cutToLimit(hideInText(value, redact), name);
  const block = redactBlock(result.json, redact);
  const room = OUTPUT_BYTES - Buffer.byteLength(block) - 2;
  return joinResult(cutBytes(redact(result.before), room), block);
}

function hideInText(text: string, redact: Redact): string {
  const [words = '', marker = ''] = text.split(MARKER);
  return redact(words) + marker;
}

/** GitHub's limits in characters. Redaction can lengthen a text that was cut to its limit. */
const LONGEST: Readonly<Record<string, number>> = { title: 255, description: 140 };

function cutToLimit(text: string, name: string): string {
  if (name === 'summary' || name === 'text') return cutBytes(text, OUTPUT_BYTES);
  const longest = LONGEST[name];
  return longest === undefined || text.length <= longest
    ? text
    : `${text.slice(0, longest - 1).toWellFormed()}…`;
}

/** Lists of several pages have their parameters in the address. */
function hideInQuery(address: string, redact: Redact): string {
  const [path = '', query] = address.split('?');
  const parameters = [...new URLSearchParams(query)];
  const shown = new URLSearchParams(
    parameters.map(([name, value]): [string, string] => [name, TEXTS.has(name) ? redact(value) : value]),
  );
  const isSame = parameters.every(([name, value]) => shown.get(name) === value);
  return isSame ? address : `${path}?${shown}`;
}

/** An annotation with a redacted path would lead nowhere. */
function hasSecretPath(annotation: unknown, redact: Redact): boolean {
  const { path } = annotation as { readonly path?: unknown };
  return typeof path === 'string' && redact(path) !== path;
}
