import { createHash } from 'node:crypto';

/** 16 characters that tell texts apart. */
export function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
