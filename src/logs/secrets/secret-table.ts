import type { TextRange } from '../text-ranges.ts';
import { isHarmless } from './harmless-values.ts';
import { judgeName } from './secret-names.ts';

const BORDER = /[│┃║|]/;
/** The line below a table's head: `---+---`, `|----|----|`, `├───┼───┤`. */
const RULE = /^[\s\-+=:|│┃─━═┼╇╈╋┡┢┩┪├┤┝┥╞╡╪╠╣╬]*[-─━═]{3}[\s\-+=:|│┃─━═┼╇╈╋┡┢┩┪├┤┝┥╞╡╪╠╣╬]*$/;

/** The columns of a table that hold secrets. */
export interface SecretTable {
  readonly columns: readonly number[];
  /** Whether the line below the head came: else it may be no table. */
  readonly hasRule: boolean;
}

/** The head of a table, if a telling name is one of several columns. */
export function readTableHead(line: string): SecretTable | null {
  if (line.length > 2000 || !BORDER.test(line)) return null;
  const cells = splitCells(line);
  const columns = cells.flatMap(({ text }, index) => (judgeName(text)?.kind === 'secret' ? [index] : []));
  const isHead = cells.every(({ text }) => /^[\w. -]*$/.test(text));
  return isHead && columns.length > 0 ? { columns, hasRule: false } : null;
}

/** What a table's next line holds in those columns; null: it is none of the table. */
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
