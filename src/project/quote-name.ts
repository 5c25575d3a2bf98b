import { quoteText } from '../config/describe-found.ts';

/** A name as a message shows it: in quotes only if it isn't a plain word. */
export function quoteName(name: string): string {
  return /^[\w.:/@+-]{1,100}$/.test(name) ? name : quoteText(name);
}
