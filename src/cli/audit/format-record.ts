import { AUDIT_COLUMNS, type AuditRecord } from '../../domain/audit-record.ts';

export type AuditFormat = 'ndjson' | 'csv';

/** Spreadsheets treat a cell with this beginning as a formula. */
const FORMULA = /^[=+\-@\t\r\n]/;

/** Null: the format has no heading. */
export function formatHeading(format: AuditFormat): string | null {
  return format === 'csv' ? `${AUDIT_COLUMNS.join(',')}\r\n` : null;
}

export function formatRecord(record: AuditRecord, format: AuditFormat): string {
  if (format === 'csv') return `${AUDIT_COLUMNS.map((name) => formatCell(record[name])).join(',')}\r\n`;
  return `${JSON.stringify(Object.fromEntries(AUDIT_COLUMNS.map((name) => [name, record[name]])))}\n`;
}

/** Formats a cell by RFC 4180. An apostrophe turns a formula into text. */
function formatCell(value: string | number | null): string {
  const text = String(value ?? '');
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
