/** GitHub's limit in bytes for a check run's summary and its text. */
export const OUTPUT_BYTES = 65_535;

/** The longest beginning of `text` that has at most `limit` bytes as UTF-8 and ends between two code points. */
export function truncateBytes(text: string, limit: number): string {
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text);
  let end = Math.max(0, limit);
  // 10xxxxxx is never the first byte of a code point.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** Like `truncateBytes`. A text that is cut ends with `…`, by which the redaction of secrets recognises one that was cut. */
export function cutBytes(text: string, limit: number): string {
  return Buffer.byteLength(text) <= limit ? text : `${truncateBytes(text, limit - Buffer.byteLength('…'))}…`;
}

/** Like `truncateBytes`, but keeps the end of `text`. */
export function truncateBytesFromStart(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let start = bytes.length - Math.max(0, limit);
  while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.toString('utf8', start);
}
