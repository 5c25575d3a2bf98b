import { quoteText } from '../config/describe-found.ts';

/** Where lines were lost, a name goes on with what was never meant for it: a command, or a setting with its value. */
const NO_NAME = /=|(?:\S+\s+){5}/;

/** A name as a message shows it: in quotes only if it isn't a plain word. */
export function quoteName(name: string): string {
  if (NO_NAME.test(name)) return quoteText(`${name.split(/[\s=]/, 1)[0]} …`);
  return /^[\w.:/@+-]{1,100}$/.test(name) ? name : quoteText(name);
}
