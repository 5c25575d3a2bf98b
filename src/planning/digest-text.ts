import { createHash } from 'node:crypto';

/** The first 16 characters of the SHA-256 digest, in hexadecimal. */
export function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The SHA-256 digest of the texts in their order, in base64url. */
export function digestTexts(texts: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  return hash.digest('base64url');
}
