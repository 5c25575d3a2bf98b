import { createNamedSecretScanner, type NamedSecretScanner } from './secrets/named-secrets.ts';
import { createOwnSecretFinder } from './secrets/own-secrets.ts';
import { createPrivateKeyScanner, type PrivateKeyScanner } from './secrets/private-key-blocks.ts';
import { scanSecrets } from './secrets/scan-secrets.ts';
import { findShapedCredentials } from './secrets/secret-shapes.ts';
import { mergeRanges, replaceRanges, stripJoiners, type TextRange } from './secrets/text-ranges.ts';

/** Replaces a secret. */
export const REDACTED = '[redacted]';
/** Replaces a line that could not be scanned. */
export const WITHHELD_LINE = '[line withheld: the secret scanner failed]';

/** How many access tokens of an account to remember. Older ones have expired. */
const MOST_TOKENS = 32;

/** How many UTF-16 code units to scan at once. A longer line is scanned alone. */
const BATCH_LENGTH = 64 * 1024;

export interface Redactor {
  /** For one log, from its first line on. Secrets may span batches of lines. */
  forLog(): LogRedactor;
  /** For a message of Meltano Cloud, with the rules for logs. */
  redactMessage(text: string): Promise<string>;
  /** For texts to GitHub or a terminal. The rules for logs, except secretlint's, which are asynchronous. */
  redactText(text: string): string;
  /** For a complete line of the app's own log: own secrets and shapes. They contain no quotes, so JSON stays valid. */
  redactLogLine(line: string): string;
  /** Adds secrets, also for logs that are being read. */
  learnSecrets(secrets: readonly string[]): void;
  /** Adds an access token of an account. Remembers only the newest ones. */
  learnToken(account: string, token: string): void;
}

interface LogRedactor {
  /** Returns as many lines as it gets. Calls must not overlap. Never rejects: withholds lines that can't be scanned. */
  redactLines(lines: readonly string[]): Promise<RedactedLines>;
}

interface RedactedLines {
  readonly lines: string[];
  /** The number of removed secrets. */
  readonly count: number;
}

export interface RedactorOptions {
  /** The app's own secrets: keys, tokens, webhook secrets. */
  readonly secrets: readonly string[];
  /** secretlint's rules; a test replaces them. */
  readonly scan?: Scan;
}

type FindRanges = (text: string) => TextRange[];
type Scan = (text: string) => Promise<TextRange[]>;

export function createRedactor({ secrets, scan = scanSecrets }: RedactorOptions): Redactor {
  const known = new Set(secrets);
  let findKnown = createOwnSecretFinder([...known]);
  const tokens = new Map<string, readonly string[]>();
  let findTokens: FindRanges = () => [];
  const findOwn: FindRanges = (text) => [...findKnown(text), ...findTokens(text)];
  return {
    forLog: () => createLogRedactor(findOwn, scan),
    async redactMessage(text) {
      const { lines } = await createLogRedactor(findOwn, scan).redactLines([text]);
      return lines.join(' ');
    },
    redactText(text) {
      const plain = stripJoiners(text);
      return replaceRanges(text, plain.restore(mergeRanges(findAtOnce(plain.text, findOwn))), REDACTED);
    },
    redactLogLine: (line) =>
      replaceRanges(line, mergeRanges([...findOwn(line), ...findShapedCredentials(line)]), REDACTED),
    learnSecrets(more) {
      const before = known.size;
      for (const secret of more) known.add(secret);
      if (known.size > before) findKnown = createOwnSecretFinder([...known]);
    },
    learnToken(account, token) {
      const before = tokens.get(account) ?? [];
      if (before.includes(token)) return;
      tokens.set(account, [...before, token].slice(-MOST_TOKENS));
      findTokens = createOwnSecretFinder([...tokens.values()].flat());
    },
  };
}

function createLogRedactor(findOwn: FindRanges, scan: Scan): LogRedactor {
  const keys = createPrivateKeyScanner();
  const names = createNamedSecretScanner();
  return {
    async redactLines(lines) {
      const redacted: string[] = [];
      let count = 0;
      for (const batch of splitBatches(lines)) {
        const result = await redactBatch(batch, { findOwn, scan, keys, names });
        for (const line of result.lines) redacted.push(line);
        count += result.count;
      }
      return { lines: redacted, count };
    },
  };
}

interface Detectors {
  readonly findOwn: FindRanges;
  readonly scan: Scan;
  readonly keys: PrivateKeyScanner;
  readonly names: NamedSecretScanner;
}

async function redactBatch(lines: string[], detectors: Detectors): Promise<RedactedLines> {
  try {
    const text = lines.join('\n');
    const plain = stripJoiners(text);
    const keys = detectors.keys.scan(plain.text);
    const ranges = mergeRanges([
      ...keys.ranges,
      ...detectors.findOwn(plain.text),
      ...findShapedCredentials(plain.text),
      ...detectors.names.scan(plain.text),
      ...(await detectors.scan(plain.text)),
    ]);
    if (ranges.length === 0) return { lines, count: 0 };
    const redacted = replaceRanges(text, plain.restore(ranges), REDACTED).split('\n');
    if (redacted.length !== lines.length) throw new Error('the scanner changed the number of lines');
    return { lines: redacted, count: Math.max(0, ranges.length - keys.repeated) };
  } catch {
    return { lines: lines.map(() => WITHHELD_LINE), count: 0 };
  }
}

/** All detectors except secretlint. */
function findAtOnce(text: string, findOwn: FindRanges): TextRange[] {
  return [
    ...createPrivateKeyScanner().scan(text).ranges,
    ...findOwn(text),
    ...findShapedCredentials(text),
    ...createNamedSecretScanner().scan(text),
  ];
}

function splitBatches(lines: readonly string[]): string[][] {
  const batches: string[][] = [];
  let batch: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (batch.length > 0 && length + line.length + 1 > BATCH_LENGTH) {
      batches.push(batch);
      batch = [];
      length = 0;
    }
    batch.push(line);
    length += line.length + 1;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
