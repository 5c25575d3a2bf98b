import type { Table } from './benchmark.ts';

/** A Markdown table with title and notes. All columns except the first are numbers. */
export function renderTable({ title, columns, rows, notes }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, index) => pad(cells[index] ?? '', width, index)).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const table = [line(columns), rule, ...rows.map(line)].join('\n');
  return [`### ${title}`, table, ...notes].join('\n\n');
}

function pad(text: string, width: number, index: number): string {
  return index === 0 ? text.padEnd(width) : text.padStart(width);
}
