import { invalidRequest, validationFailed } from './api-error.ts';
import type { CheckRunUpdate } from './check-run-schema.ts';

const MAX_BYTES = 65_535;

/** The rules beyond the schema, for creates and updates. */
export function checkRunRules(input: CheckRunUpdate): void {
  checkText(input, '');
  if (input.name !== undefined && input.name.trim() === '') throw refuse('name', "name can't be blank");
  if (input.conclusion === undefined && (input.status === 'completed' || input.completed_at !== undefined)) {
    throw invalidRequest(['"conclusion" wasn\'t supplied.']);
  }
  if (input.details_url !== undefined && !isWebAddress(input.details_url)) {
    throw refuse('details_url', 'details_url must use http or https scheme');
  }
  for (const field of ['summary', 'text'] as const) {
    const value = input.output?.[field];
    if (value !== undefined && Buffer.byteLength(value) > MAX_BYTES) {
      throw refuse(field, `${field} exceeds a maximum bytesize of ${MAX_BYTES}`);
    }
  }
  for (const annotation of input.output?.annotations ?? []) checkAnnotation(annotation);
}

type Annotation = NonNullable<NonNullable<CheckRunUpdate['output']>['annotations']>[number];

function checkAnnotation(annotation: Annotation): void {
  const { path, start_line, end_line, start_column, end_column, message, raw_details } = annotation;
  // GitHub shows no annotation whose path isn't a file of the commit, so such a path is a mistake.
  if (!isRepositoryPath(path)) throw refuse('annotations', `${path} is not a path of the repository`);
  if (end_line < start_line) throw refuse('annotations', 'end_line must not be before start_line');
  const columns = start_column !== undefined || end_column !== undefined;
  if (columns && start_line !== end_line) {
    throw refuse('annotations', 'start_column and end_column need start_line and end_line to be the same');
  }
  if (end_column !== undefined && end_column < (start_column ?? 1)) {
    throw refuse('annotations', 'end_column must not be before start_column');
  }
  if (Buffer.byteLength(message) > MAX_BYTES || Buffer.byteLength(raw_details ?? '') > MAX_BYTES) {
    throw refuse('annotations', `exceeds a maximum bytesize of ${MAX_BYTES}`);
  }
}

function isRepositoryPath(path: string): boolean {
  return (
    !path.includes('\\') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** Half a surrogate pair (text cut within a character) and NUL are invalid in UTF-8 text. */
function checkText(value: unknown, field: string): void {
  if (typeof value === 'string' && (!value.isWellFormed() || value.includes('\0'))) {
    throw refuse(field, `${field} contains a character that is not allowed`);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) checkText(inner, Array.isArray(value) ? field : key);
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function refuse(field: string, message: string) {
  return validationFailed('CheckRun', field, message);
}
