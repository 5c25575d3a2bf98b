/** True if `text` is `pattern`, whose `*` stands for any characters. Nothing else is special. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || !text.slice(first.length).endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  // The first place of each part leaves the most room for the next ones.
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
