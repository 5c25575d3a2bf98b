import { createTextFinder } from './find-texts.ts';
import type { TextRange } from './text-ranges.ts';

/** Shorter ones would take ordinary words out of a log. */
const SHORTEST_SECRET = 6;
/** A line of a key that is at least this long is looked for by itself. */
const SHORTEST_KEY_LINE = 21;
/** What base64 leaves of a short secret is no longer telling. */
const SHORTEST_ENCODED = 8;

/** What the app, and many others, end a text with that they cut. */
const CUT = '…';

/** Finds the app's own secrets, in every form that they could be printed in, and the beginning of one that was cut. */
export function createOwnSecretFinder(secrets: readonly string[]): (text: string) => TextRange[] {
  const forms = new Set(secrets.flatMap(listForms));
  const findWhole = createTextFinder(forms);
  const byBeginning = Map.groupBy(forms, (form) => form.slice(0, SHORTEST_SECRET));
  const findBeginnings = createTextFinder(new Set(byBeginning.keys()));
  const findCut = (text: string) =>
    findBeginnings(text).flatMap(({ start, end }) => {
      const candidates = byBeginning.get(text.slice(start, end)) ?? [];
      return candidates.flatMap((form) => {
        let at = end;
        while (at - start < form.length && text[at] === form[at - start]) at++;
        return text.startsWith(CUT, at) ? [{ start, end: at }] : [];
      });
    });
  return (text) => (text.includes(CUT) ? [...findWhole(text), ...findCut(text)] : findWhole(text));
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
  // In a table of Markdown.
  const inTable = text.replaceAll('|', '\\|');
  return [
    text,
    inTable,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    encodeURIComponent(text),
    ...listBase64(text),
  ];
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
