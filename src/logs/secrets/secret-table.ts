import { isHarmless } from './harmless-values.ts';
import { classifyName } from './secret-names.ts';
import type { TextRange } from './text-ranges.ts';

const BORDER = /[│┃║|]/;
/** The rule below the head of a table: `---+---`, `|----|----|`, `├───┼───┤`. */
const RULE = /^[\s\-+=:|│┃─━═┼╇╈╋┡┢┩┪├┤┝┥╞╡╪╠╣╬]*[-─━═]{3}[\s\-+=:|│┃─━═┼╇╈╋┡┢┩┪├┤┝┥╞╡╪╠╣╬]*$/;

/** A table with columns of secrets. */
export interface SecretTable {
  readonly columns: readonly number[];
  /** The rule below the head was read; without it, this may be no table. */
  readonly hasRule: boolean;
}

/** The head of a table, if the name of a secret is one of its columns. */
export function readTableHead(line: string): SecretTable | null {
  if (line.length > 2000 || !BORDER.test(line)) return null;
  const cells = splitCells(line);
  const columns = cells.flatMap(({ text }, index) => (classifyName(text)?.kind === 'secret' ? [index] : []));
  const isHead = cells.every(({ text }) => /^[\w. -]*$/.test(text));
  return isHead && columns.length > 0 ? { columns, hasRule: false } : null;
}

/** The secrets in the next line of a table; null if the line is not part of it. */
export function readTableLine(
  line: string,
  { columns, hasRule }: SecretTable,
): { readonly table: SecretTable; readonly ranges: TextRange[] } | null {
  if (RULE.test(line)) return { table: { columns, hasRule: true }, ranges: [] };
  if (!hasRule || !BORDER.test(line)) return null;
  const cells = splitCells(line);
  const ranges = columns.flatMap((column) => {
    const cell = cells[column];
    return cell === undefined || isHarmless(cell.text)
      ? []
      : [{ start: cell.start, end: cell.start + cell.text.length }];
  });
  return { table: { columns, hasRule }, ranges };
}

function splitCells(line: string): { readonly text: string; readonly start: number }[] {
  let at = 0;
  return line.split(/[│┃║|]/).map((cell) => {
    const start = at + cell.length - cell.trimStart().length;
    at += cell.length + 1;
    return { text: cell.trim(), start };
  });
}
