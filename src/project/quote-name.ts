import { quoteText } from '../config/describe-found.ts';
import { findShapedCredentials } from '../logs/secrets/secret-shapes.ts';
import { mergeRanges, replaceRanges } from '../logs/secrets/text-ranges.ts';

/** If line breaks were lost, a name may continue with a command, or with a setting and its value. */
const NO_NAME = /=|(?:\S+\s+){5}/;

/** Formats a name for a message, in quotes unless it is a plain word. */
export function quoteName(text: string): string {
  const name = hideCredentials(text);
  if (NO_NAME.test(name)) return quoteText(`${name.split(/[\s=]/, 1)[0]} …`);
  return /^[\w.:/@+-]{1,100}$/.test(name) ? name : quoteText(name);
}

export function hideCredentials(text: string): string {
  return replaceRanges(text, mergeRanges(findShapedCredentials(text)), '[redacted]');
}
