import type { ServiceRequest } from '../http/http-service.ts';
import { readBody } from './api-body.ts';
import { ApiError, invalidRequest } from './api-error.ts';

const MAX_CHARACTERS = 65_536;

/** The text of a new or edited comment. */
export function readCommentBody(
  request: ServiceRequest,
  resource: 'IssueComment' | 'CommitComment',
): { body: string; fields: Record<string, unknown> } {
  const fields = readBody(request);
  const { body } = fields;
  if (body === undefined) throw invalidRequest(['"body" wasn\'t supplied.']);
  if (typeof body !== 'string') {
    throw invalidRequest([`For 'properties/body', ${JSON.stringify(body)} is not a string.`]);
  }
  if (body.trim() === '') throw unprocessable(resource, 'Body cannot be blank');
  // Half a character, as in text that was cut within it, or NUL.
  if (!body.isWellFormed() || body.includes('\0')) {
    throw unprocessable(resource, 'Body contains a character that is not allowed');
  }
  if ([...body].length > MAX_CHARACTERS) {
    throw unprocessable(resource, `Body is too long (maximum is ${MAX_CHARACTERS} characters)`);
  }
  return { body, fields };
}

function unprocessable(resource: string, message: string): ApiError {
  const errors = [{ resource, code: 'unprocessable', field: 'data', message }];
  return new ApiError(422, 'Validation Failed', { errors });
}
