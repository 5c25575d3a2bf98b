/**
 * What a name says about its value. `secret`: hidden unless it is plainly harmless. `maybe`: hidden if it looks random.
 * `authorization` and `cookie`: a header, whose value has a form of its own.
 */
export type NameKind = 'secret' | 'maybe' | 'authorization' | 'cookie';

/** Every name of a secret holds one of these; found first, since most lines hold none. */
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
/** These also end a word that is written in one: `clientsecret`, `PGPASSWORD`, `MYSQL_PWD`. */
const WORD_END =
  /(?:password|passwd|passphrase|passcode|passwort|kennwort|secret|token|apikey|accesskey|secretkey|privatekey|credential|(?:db|pg|my|sql|usr|user|root|admin|ftp|smtp|http|ssh|proxy|ldap|bind|store|key)(?:pass|pwd|pw))s?$/;

/** Before `key`: a secret by this name. */
const KEY_OF_SECRETS = new Set(
  (
    'api access secret private encryption decryption encrypt signing sign account auth authentication master shared ' +
    'storage license licence ssh deploy fernet jwt hmac aes rsa crypto cipher subscription session webhook functions'
  ).split(' '),
);
/** Before `key`: a name of data. */
const KEY_OF_DATA = new Set(
  (
    'primary foreign sort partition replication surrogate unique bookmark state cache dist natural business join dict ' +
    'lookup group grouping order composite candidate index object s3 public map hash row record column table parent ' +
    'child next missing duplicate stream metadata translation config required invalid unknown cluster clustering host ' +
    'merge incremental dimension date customer product range segment event message storage_object'
  ).split(' '),
);
/** Before `token`: where a list goes on, or a part of a text. */
const TOKEN_OF_DATA = new Set(
  (
    'next page paging pagination continuation cursor resume sync delta start end eos bos pad sep unk mask max min num ' +
    'n total prompt completion input output cached reasoning special unexpected expected stop skip lexer parser ' +
    'nextpage cancellation fencing watermark'
  ).split(' '),
);
/** Behind a name: it is about the secret, not the secret. */
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
  /** A number behind it is a count, or the key of a row: `tokens=4096`, `PASS=5`, `account_key: 12`. */
  readonly counts: boolean;
}

/** What the name of a value says about it; null: nothing. */
export function judgeName(identifier: string): SecretName | null {
  const words = splitWords(identifier);
  for (let at = words.length - 1; at >= 0; at--) {
    const word = words[at] ?? '';
    const kind = judgeWord(word, words[at - 1] ?? '', words.length === 1);
    if (kind === null) continue;
    const after = words.slice(at + 1);
    // The id of Vault's AppRole is the half that is kept secret.
    const isAbout = after.some((one) => ABOUT.has(one)) && !(word === 'secret' && after.join() === 'id');
    if (isAbout || (kind === 'cookie' && after.length > 0)) return null;
    return { kind, counts: word.endsWith('s') || word === 'key' || (word === 'pass' && words.length === 1) };
  }
  return null;
}

function judgeWord(word: string, before: string, alone: boolean): NameKind | null {
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

/** `dbPassword_2` as `db`, `password`; `pass_word` and `passWord` as `password`. */
function splitWords(identifier: string): string[] {
  const words = identifier.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  const lower = words.map((word) => word.toLowerCase());
  return lower.flatMap((word, at) => {
    if (word === 'pass' && /^(?:word|phrase|wd|code)s?$/.test(lower[at + 1] ?? '')) return [];
    return lower[at - 1] === 'pass' && /^(?:word|phrase|wd|code)s?$/.test(word) ? [`pass${word}`] : [word];
  });
}

/** Before `key` as a word of its own: `API key: …`. */
export function isKeyOfSecrets(word: string): boolean {
  return KEY_OF_SECRETS.has(word.toLowerCase());
}

/** Before `token` as a word of its own: `the next token: …`. */
export function isTokenOfData(word: string): boolean {
  return TOKEN_OF_DATA.has(word.toLowerCase());
}

/** Within what a secret's name holds (`credentials: {…}`): keys of values that are worth reading and not secret. */
const READABLE_KEYS = new Set(
  (
    'type title description desc format kind label name names items properties required anyof oneof allof ref enum ' +
    'examples writeonly readonly nullable inclusion selected user username userid login email host hostname port database dbname ' +
    'schema role warehouse account region scope scopes url uri endpoint status version provider method tenant driver ' +
    'dialect protocol path file env error errors message code detail details reason expiry domain realm'
  ).split(' '),
);

export function isReadableKey(key: string): boolean {
  const words = splitWords(key);
  const last = words.at(-1) ?? '';
  if (READABLE_KEYS.has(words.join(''))) return true;
  // `replication_key_value` of a table that is called `tokens`.
  if (words.some((word, at) => word === 'key' && KEY_OF_DATA.has(words[at - 1] ?? ''))) return true;
  return words.length > 1 && (ABOUT.has(last) || READABLE_KEYS.has(last)) && judgeName(key) === null;
}
