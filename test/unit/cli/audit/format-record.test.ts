import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatHeading, formatRecord } from '../../../../src/cli/audit/format-record.ts';
import { readDuration } from '../../../../src/cli/read-duration.ts';
import { AUDIT_COLUMNS, type AuditRecord } from '../../../../src/domain/audit-record.ts';

function build(differences: Partial<AuditRecord> = {}): AuditRecord {
  const empty = Object.fromEntries(AUDIT_COLUMNS.map((name) => [name, null]));
  return { ...(empty as unknown as AuditRecord), ...differences };
}

/** The cells of a line, read as RFC 4180 has it. */
function readCells(line: string): string[] {
  const cells = [...`,${line.slice(0, -2)}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)];
  expect(cells.map(([all]) => all).join('')).toBe(`,${line.slice(0, -2)}`);
  return cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

const cellOf = (workspace: string) =>
  readCells(formatRecord(build({ workspace }), 'csv'))[AUDIT_COLUMNS.indexOf('workspace')];

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('a cell that begins as %j is a text', (text) => {
  expect(cellOf(text)).toBe(`'${text}`);
});

test.each(['a=1', 'Analytics (prod)', 'a,b', 'say "hi"', 'two\nlines', ' =1'])(
  '%j stays as it is',
  (text) => {
    expect(cellOf(text)).toBe(text);
  },
);

test('whatever is in the cells, a line has all of them', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(',', '"', '\n', '\r', '=', 'x') }));
  fc.assert(
    fc.property(fc.tuple(text, text, text), ([workspace, branch, request]) => {
      const record = build({ workspace, branch, request, repository_id: 12 });
      const cells = readCells(formatRecord(record, 'csv'));
      expect(cells).toHaveLength(AUDIT_COLUMNS.length);
      expect(cells.some((cell) => /^[=+\-@\t\r]/.test(cell))).toBe(false);
      expect(JSON.parse(formatRecord(record, 'ndjson'))).toEqual(record);
      expect(formatRecord(record, 'ndjson').trimEnd()).not.toContain('\n');
    }),
  );
});

test('the columns of the documentation are those of the output, in their order', () => {
  expect(formatHeading('csv')).toBe(`${AUDIT_COLUMNS.join(',')}\r\n`);
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/operations.md'), 'utf8');
  const table = page.slice(page.indexOf('## Audit'), page.indexOf('## Health'));
  const names = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(names).toEqual([...AUDIT_COLUMNS]);
});

test.each([
  ['30d', 2_592_000_000],
  ['12h', 43_200_000],
  ['5m', 300_000],
  ['60s', 60_000],
  ['1.5h', null],
  ['h', null],
  ['-1d', null],
  ['400d', null],
  ['', null],
])('a time as %j', (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});
