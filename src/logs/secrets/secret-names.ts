/**
 * What a name says about its value. The value of a `secret` is hidden unless it is harmless, that of a `maybe` only if it
 * looks random. `authorization` and `cookie` are headers, whose values have their own syntax.
 */
type NameKind = 'secret' | 'maybe' | 'authorization' | 'cookie';

/** Every name of a secret contains one of these. Most lines contain none, so this is the first test. */
export const NAME_STEM =
  /pass|pwd|secret|token|key|cred|auth|cookie|sig|kennwort|_pat(?![a-z])|pw(?![a-z])|identified/gi;

const WHOLE_WORDS = new Set([
  'pwd',
  'pw',
  'pass',
  'cred',
  'creds',
  'authorization',
  'jsessionid',
  'phpsessid',
]);
/** A word of a name may end with these: `clientsecret`, `PGPASSWORD`, `MYSQL_PWD`. */
const WORD_END =
  /(?:password|passwd|passphrase|passcode|passwort|kennwort|secret|token|apikey|accesskey|secretkey|privatekey|credential|(?:db|pg|my|sql|usr|user|root|admin|ftp|smtp|http|ssh|proxy|ldap|bind|store|key)(?:pass|pwd|pw))s?$/;

/** `<word>_key` is a secret. */
const KEY_OF_SECRETS = new Set(
  (
    'api access secret private encryption decryption encrypt signing sign account auth authentication master shared ' +
    'storage license licence ssh deploy fernet jwt hmac aes rsa crypto cipher subscription session webhook functions'
  ).split(' '),
);
/** `<word>_key` is data. */
const KEY_OF_DATA = new Set(
  (
    'primary foreign sort partition replication surrogate unique bookmark state cache dist natural business join dict ' +
    'lookup group grouping order composite candidate index object s3 public map hash row record column table parent ' +
    'child next missing duplicate stream metadata translation config required invalid unknown cluster clustering host ' +
    'merge incremental dimension date customer product range segment event message storage_object'
  ).split(' '),
);
/** `<word>_token` is a cursor of a list, or a piece of text. */
const TOKEN_OF_DATA = new Set(
  (
    'next page paging pagination continuation cursor resume sync delta start end eos bos pad sep unk mask max min num ' +
    'n total prompt completion input output cached reasoning special unexpected expected stop skip lexer parser ' +
    'nextpage cancellation fencing watermark'
  ).split(' '),
);
/** `token_<word>` is a property of the secret, not the secret itself. */
const ABOUT = new Set(
  (
    'count counts type types url urls uri uris endpoint endpoints expires expired expiry expiration expire in at ttl age length len ' +
    'size limit limits policy policies file files filename path paths dir directory name names id ids arn version ' +
    'versions manager store backend provider providers class method methods required enabled disabled valid prefix suffix ' +
    'format header headers field fields column columns property properties index indexes algorithm encoding scope ' +
    'scopes usage used bytes refreshed rotation updated created changed reset error errors status location source regex pattern ' +
    'min max hint prompt validator validators check checks lifetime duration window timeout retries attempts issuer audience bucket ' +
    'hook helper util utils module service exception factory handler parser middleware grant flow mode strategy param params chars re ' +
    'refused wrapper loader reader denied'
  ).split(' '),
);

export interface SecretName {
  readonly kind: NameKind;
  /** A number as its value is a count, or the key of a row: `tokens=4096`, `PASS=5`, `account_key: 12`. */
  readonly mayBeCount: boolean;
}

/** Null if the name says nothing about its value. */
export function classifyName(identifier: string): SecretName | null {
  const words = splitWords(identifier);
  for (let at = words.length - 1; at >= 0; at--) {
    const word = words[at] ?? '';
    const kind = classifyWord(word, words[at - 1] ?? '', words.length === 1);
    if (kind === null) continue;
    const after = words.slice(at + 1);
    // Vault's `secret_id` is a secret.
    const isAbout = after.some((one) => ABOUT.has(one)) && !(word === 'secret' && after.join() === 'id');
    if (isAbout || (kind === 'cookie' && after.length > 0)) return null;
    return {
      kind,
      mayBeCount: word.endsWith('s') || word === 'key' || (word === 'pass' && words.length === 1),
    };
  }
  return null;
}

function classifyWord(word: string, before: string, alone: boolean): NameKind | null {
  if (word === 'authorization') return 'authorization';
  if (word === 'cookie' || word === 'cookies') return 'cookie';
  if (word === 'key' || word === 'keys') {
    if (KEY_OF_SECRETS.has(before)) return 'secret';
    return alone || KEY_OF_DATA.has(before) ? null : 'maybe';
  }
  if (/tokens?$/.test(word) && (TOKEN_OF_DATA.has(before) || /(?:page|next|continuation)token$/.test(word)))
    return null;
  if (WHOLE_WORDS.has(word) || WORD_END.test(word)) return 'secret';
  return /^(?:auth|signature|sig|pat|bearer)$/.test(word) ? 'maybe' : null;
}

/** `dbPassword_2` gives `db` and `password`; `pass_word` and `passWord` give `password`. */
function splitWords(identifier: string): string[] {
  const words = identifier.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  const lower = words.map((word) => word.toLowerCase());
  return lower.flatMap((word, at) => {
    if (word === 'pass' && /^(?:word|phrase|wd|code)s?$/.test(lower[at + 1] ?? '')) return [];
    return lower[at - 1] === 'pass' && /^(?:word|phrase|wd|code)s?$/.test(word) ? [`pass${word}`] : [word];
  });
}

/** True for the word before `key` in `API key: …`. */
export function isKeyOfSecrets(word: string): boolean {
  return KEY_OF_SECRETS.has(word.toLowerCase());
}

/** True for the word before `token` in `the next token: …`. */
export function isTokenOfData(word: string): boolean {
  return TOKEN_OF_DATA.has(word.toLowerCase());
}

/** Keys within `credentials: {…}` whose values are no secrets. */
const HARMLESS_KEYS = new Set(
  (
    'type title description desc format kind label name names items properties required anyof oneof allof ref enum ' +
    'examples writeonly readonly nullable inclusion selected user username userid login email host hostname port database dbname ' +
    'schema role warehouse account region scope scopes url uri endpoint status version provider method tenant driver ' +
    'dialect protocol path file env error errors message code detail details reason expiry domain realm'
  ).split(' '),
);

export function isHarmlessKey(key: string): boolean {
  const words = splitWords(key);
  const last = words.at(-1) ?? '';
  if (HARMLESS_KEYS.has(words.join(''))) return true;
  // `replication_key_value` in `tokens: {…}`, the state of a table with that name.
  if (words.some((word, at) => word === 'key' && KEY_OF_DATA.has(words[at - 1] ?? ''))) return true;
  return words.length > 1 && (ABOUT.has(last) || HARMLESS_KEYS.has(last)) && classifyName(key) === null;
}
