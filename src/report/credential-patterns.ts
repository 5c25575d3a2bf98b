import type { TextRange } from './text-ranges.ts';

/** Names whose value is a secret, as the end of any longer name (`TAP_GITHUB_AUTH_TOKEN`, `dbPassword`). */
const TELLING_NAME =
  '(?<!expected )(?:pass(?:word|wd|phrase)|secret|token|(?:api|access|secret|private)[_-]?key|credentials?|authorization)';
const QUOTED = `\\\\"(?:(?!\\\\")[^\\n]){0,4096}\\\\"|"(?:\\\\.|[^"\\\\\\n]){0,4096}"|'(?:\\\\.|[^'\\\\\\n]){0,4096}'`;
// Up to a blank, a closing quote, or a separator that another `name=` follows.
const BARE = `(?:[^\\s"'&,;]|["'](?![,;:}\\])\\s]|$)|[&,;](?!["']?[\\w.-]{1,40}["']?\\s{0,4}[=:]))+`;
const SCHEME = '(?:(?:bearer|basic|token|digest)[ \\t]+)?';

// Every quantifier is bounded or disjoint from what follows it: linear in the text.
const PAIR = new RegExp(
  `${TELLING_NAME}\\\\?["']?[ \\t]{0,8}(?:=>|:=|={1,3}|:(?!:))[ \\t]{0,8}${SCHEME}(${QUOTED}|${BARE})`,
  'gi',
);
const OPTION = new RegExp(`--[\\w-]{0,40}?${TELLING_NAME}[ \\t]{1,8}(?!-)(${QUOTED}|${BARE})`, 'gi');
const BEARER = /\bbearer[ \t]+([\w.~+/=-]{16,})/gi;
const BASIC = /\b[Bb]asic[ \t]+((?=\S{0,64}[0-9A-Z=])[\w+/=-]{16,})/g;
const JSON_WEB_TOKEN = /\b(eyJ[\w-]{10,2048}\.eyJ[\w-]{10,8192}\.[\w-]{0,2048})/g;
/** Not secret by itself, and never wanted in a log. */
const ACCESS_KEY_ID = /\b((?:AKIA|ASIA)[A-Z0-9]{16})\b/g;
// `user:password@`; a port with a path is not a password, and a password may hold `@` or `/`.
const ADDRESS_PASSWORD = /:\/\/([^\s/@:?#]{0,256}:(?!\d{1,5}[/?#])(?:[^\s/]{1,512}|[^\s@]{1,512}))(?=@)/g;
const ADDRESS_TOKEN = /:\/\/([\w.~%-]{16,512})(?=@)/g;

const HARMLESS = new Set([
  'redacted',
  'true',
  'false',
  'null',
  'none',
  'undefined',
  'str',
  'int',
  'bool',
  'bytes',
]);

/** Credentials in addresses and in `Authorization` headers: shapes that hardly occur in prose. */
export function findShapedCredentials(text: string): TextRange[] {
  return [
    ...findValues(text, BEARER),
    ...findValues(text, BASIC),
    ...findValues(text, JSON_WEB_TOKEN),
    ...findValues(text, ACCESS_KEY_ID),
    ...findValues(text, ADDRESS_TOKEN),
    ...findValues(text, ADDRESS_PASSWORD).filter((range) => !isReference(readPassword(text, range))),
  ];
}

/** Values whose name says that they are secret: `password=…`, `"api_key": "…"`, `--token …`. */
export function findNamedCredentials(text: string): TextRange[] {
  return [...findValues(text, PAIR), ...findValues(text, OPTION)]
    .filter((range) => !isReference(read(text, range)))
    .map((range) => trimValue(text, range))
    .filter((range) => !isReference(read(text, range)));
}

function read(text: string, { start, end }: TextRange): string {
  return text.slice(start, end);
}

/** The ranges of group 1, which every pattern here has at its end. */
function findValues(text: string, pattern: RegExp): TextRange[] {
  return Array.from(text.matchAll(pattern), (match) => {
    const end = match.index + match[0].length;
    return { start: end - (match[1] ?? match[0]).length, end };
  });
}

/** Without the quotes around a value, or the punctuation after one that has none. */
function trimValue(text: string, { start, end }: TextRange): TextRange {
  const value = text.slice(start, end);
  if (value.startsWith('\\"') && value.endsWith('\\"') && value.length >= 4)
    return { start: start + 2, end: end - 2 };
  const quote = value[0];
  if ((quote === '"' || quote === "'") && value.length >= 2 && value.endsWith(quote)) {
    return { start: start + 1, end: end - 1 };
  }
  let last = end;
  while (last > start && `"'\\),;]}`.includes(text.charAt(last - 1))) last--;
  return { start, end: last };
}

function readPassword(text: string, range: TextRange): string {
  const userinfo = read(text, range);
  return userinfo.slice(userinfo.indexOf(':') + 1);
}

/** Nothing secret: empty, masked, a constant, or a plain reference to a variable. A default inside a reference is secret. */
function isReference(value: string): boolean {
  if (HARMLESS.has(value.toLowerCase())) return true;
  return /^(?:\*+|\[redacted\]|\$\{\w+\}|\$[A-Z_][A-Z0-9_]*|\{\{[^,{}]*\}\}|[^A-Za-z0-9]{0,3})$/.test(value);
}
