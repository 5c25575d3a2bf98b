import { createTextFinder } from './find-texts.ts';
import type { TextRange } from './text-ranges.ts';

/** Shorter ones would take ordinary words out of a log. */
const SHORTEST_SECRET = 6;
/** A line of a key that is at least this long is looked for by itself. */
const SHORTEST_KEY_LINE = 21;
/** What base64 leaves of a short secret is no longer telling. */
const SHORTEST_ENCODED = 8;

/** Finds the app's own secrets, in every form that they could be printed in. */
export function createOwnSecretFinder(secrets: readonly string[]): (text: string) => TextRange[] {
  return createTextFinder(new Set(secrets.flatMap(listForms)));
}

function listForms(secret: string): string[] {
  const text = secret.toWellFormed().trim();
  if (text.length < SHORTEST_SECRET) return [];
  const lines = listKeyLines(text).flatMap((line) => [line, encodeURIComponent(line)]);
  return [...listEncodings(text), ...lines];
}

/** The lines of a PEM key, also when its newlines came as `\n`; its markers are not secret. */
function listKeyLines(text: string): string[] {
  const lines = text.split(/\r?\n|\\r\\n|\\n/);
  if (lines.length === 1) return [];
  return lines
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST_KEY_LINE && !line.startsWith('-----'));
}

function listEncodings(text: string): string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  return [text, escaped, JSON.stringify(escaped).slice(1, -1), encodeURIComponent(text), ...listBase64(text)];
}

/** Base64 as it looks by itself and inside something longer (`user:secret`), where it may begin at any of three phases. */
function listBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  const inside = [0, 1, 2].map((phase) => {
    const encoded = Buffer.concat([Buffer.alloc(phase), bytes]).toString('base64url');
    const begin = Math.ceil((phase * 8) / 6);
    const end = Math.floor(((phase + bytes.length) * 8) / 6);
    return encoded.slice(begin, end);
  });
  const urlSafe = [bytes.toString('base64url'), ...inside].filter((form) => form.length >= SHORTEST_ENCODED);
  const padded = bytes.toString('base64');
  return [padded, ...urlSafe.flatMap((form) => [form, form.replaceAll('-', '+').replaceAll('_', '/')])];
}
