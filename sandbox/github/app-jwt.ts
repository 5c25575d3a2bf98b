import { type KeyObject, verify } from 'node:crypto';
import { ApiError } from './api-error.ts';

const MAX_LIFE_S = 600;
/** For clocks that differ and for the time on the way. */
const LEEWAY_S = 60;

const UNDECODABLE = 'A JSON web token could not be decoded';
const BAD_EXPIRY =
  "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
const LATE_EXPIRY = "'Expiration time' claim ('exp') is too far in the future";
const BAD_ISSUE_TIME =
  "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";

/** Throws the 401 that GitHub answers to a token that is not this app's. */
export function verifyAppJwt(token: string, app: { id: number; publicKey: KeyObject }): void {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (more.length > 0 || signature === '') throw unauthorized(UNDECODABLE);
  const { alg } = decodePart(header);
  if (alg !== 'RS256') throw unauthorized(UNDECODABLE);
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', signed, app.publicKey, Buffer.from(signature, 'base64url'))) {
    throw unauthorized(UNDECODABLE);
  }
  checkClaims(decodePart(payload), app.id);
}

function checkClaims({ iss, iat, exp }: Record<string, unknown>, appId: number): void {
  const now = Date.now() / 1000;
  if (String(iss) !== String(appId)) {
    throw unauthorized("'Issuer' claim ('iss') must be the id of an integration that exists");
  }
  if (!isInteger(iat) || iat > now + LEEWAY_S) throw unauthorized(BAD_ISSUE_TIME);
  if (!isInteger(exp) || exp <= now) throw unauthorized(BAD_EXPIRY);
  // GitHub counts from its own clock; a life of more than 10 minutes only gets through by an early `iat`.
  if (exp > now + MAX_LIFE_S || exp > iat + MAX_LIFE_S + LEEWAY_S) throw unauthorized(LATE_EXPIRY);
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function decodePart(part: string): Record<string, unknown> {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof decoded === 'object' && decoded !== null) return { ...decoded };
  } catch {
    // Answered below.
  }
  throw unauthorized(UNDECODABLE);
}

function unauthorized(message: string): ApiError {
  return new ApiError(401, message);
}
