import { formatTableRow } from './escape-markdown.ts';
import { formatCount } from './format-numbers.ts';

/** A paragraph, or a function that creates one of at most `room` characters. */
export type ReplyPart = string | ((room: number) => string);

const GAP = '\n\n';

/** Joins the parts into one text. It has at most `limit` characters unless the fixed parts alone are longer. */
export function joinParts(parts: readonly ReplyPart[], limit: number): string {
  let room = limit;
  for (const part of parts) room -= (typeof part === 'string' ? part.length : 0) + GAP.length;
  const texts = parts.map((part) => {
    if (typeof part === 'string') return part;
    const text = part(room);
    room -= text.length;
    return text;
  });
  return texts.filter((text) => text !== '').join(GAP);
}

/** Characters for the line that counts omitted rows. */
const MORE_LENGTH = 40;

/** A table of Markdown cells, with as many rows as fit. */
export function layTable(head: readonly string[], rows: readonly (readonly string[])[]): ReplyPart {
  return (room) => {
    const lines = [formatTableRow(head), formatTableRow(head.map(() => '---'))];
    let left = room - MORE_LENGTH - lines.join('\n').length;
    for (const row of rows) {
      const line = formatTableRow(row);
      left -= line.length + 1;
      if (left < 0) break;
      lines.push(line);
    }
    const omitted = rows.length - (lines.length - 2);
    const table = lines.join('\n');
    return omitted === 0 ? table : `${table}${GAP}… and ${formatCount(omitted)} more.`;
  };
}

const LONGEST_LIST = 10;

/** `a`, `a and b`, `a, b and 7 more`. */
export function joinList(items: readonly string[]): string {
  const shown = items.length > LONGEST_LIST ? items.slice(0, LONGEST_LIST) : items.slice(0, -1);
  const last =
    items.length > LONGEST_LIST ? `${formatCount(items.length - LONGEST_LIST)} more` : (items.at(-1) ?? '');
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}
