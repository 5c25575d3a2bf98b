/** The parts that differ between two runs with the same error. An outer part comes before the parts in it. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  // Quoted values. An apostrophe within a word is no quote.
  [/"[^"\n]*"|`[^`\n]*`|(?<!\w)'[^'\n]*'(?!\w)|“[^“”\n]*”|‘[^‘’\n]*’/g, '<value>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>'],
  // Temporary folders of Unix, macOS and Windows.
  [/(?:\/private)?\/(?:tmp|var\/tmp|var\/folders)\/[^\s:,;)\]]+/g, '<path>'],
  [/\b[A-Z]:\\[^\s:,;)\]]*\\Temp\\[^\s:,;)\]]+/gi, '<path>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '<time>'],
  [
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:\d{1,2} {1,2})?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,4}(?:,? \d{4})?\b/g,
    '<time>',
  ],
  [/\b\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\b/g, '<time>'],
  // Durations, such as 1 min 3.5 s.
  [
    /\b\d+(?:[.,]\d+)? ?(?:ms|s|min|h|seconds?|minutes?|hours?)\b(?: \d+(?:[.,]\d+)? ?(?:s|min|seconds?|minutes?)\b)*/g,
    '<time>',
  ],
  // Hashes and addresses: long, or with a digit, so that words stay.
  [/\b0x[0-9a-f]+\b/gi, '<hash>'],
  [/\b(?:(?=[a-f]*\d)[0-9a-f]{7,128}|[0-9a-f]{12,128})\b/gi, '<hash>'],
  [/(?:(?<!\w)[-+])?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?/g, '<number>'],
];

/** The message of an error without numbers, hashes, times, temporary paths and quoted values, which differ between runs. */
export function normaliseError(message: string): string {
  const plain = VARIABLE.reduce((text, [pattern, word]) => text.replace(pattern, word), message);
  return plain.replace(/\s+/g, ' ').trim();
}
