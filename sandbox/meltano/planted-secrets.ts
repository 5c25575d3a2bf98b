import { randomInt } from 'node:crypto';

const PLANTED = /planted-\d{12}/g;

/**
 * A secret that no client may pass on. It looks harmless, so that no redaction hides a leak: only code that never reads the
 * field passes.
 */
export function plantSecret(): string {
  return `planted-${String(randomInt(2 ** 39)).padStart(12, '0')}`;
}

/** The planted secrets in a text. */
export function findPlanted(text: string): string[] {
  return text.match(PLANTED) ?? [];
}
