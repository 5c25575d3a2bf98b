import { classifyName } from './secret-names.ts';

/** Words for a removed value, for no value, and for a type of value. */
const HARMLESS = new Set(
  (
    'redacted filtered masked hidden sensitive omitted removed ' +
    'true false yes no on off null none nil undefined nan empty blank unset set unknown default defaults n/a ' +
    'str string text int integer number float bool boolean bytes object array any dict list tuple optional varchar char ' +
    'jsonb json uuid secretstr timestamp date datetime character bytea nvarchar keyword ' +
    'required missing expired valid invalid ok failed denied present absent changed refreshed revoked rejected ' +
    'optional encrypted plain plaintext password oauth oauth2 basic bearer keypair key_pair externalbrowser jwt saml ' +
    'inherit ldap kerberos iam md5 scram-sha-256 trust peer self'
  ).split(' '),
);
const TYPE = /^(?:typing\.|t\.)?[A-Z][A-Za-z]+\[[A-Za-z_., |[\]]*\]?$/;
const MASK =
  /^(?:\*{3,}\w{0,4}|\*+|x{3,}|X{3,}|•+|_+[A-Z]+_+|\.{3,}|…|-+|_+|#+|<[a-z][a-z _.-]*>|\[?\(?(?:redacted|hidden|filtered|masked)\)?\]?)$/i;
/** A variable in a shell, CI, a template or Python, without a default value. */
const REFERENCE =
  /^(?:\$\{\{?\s*[\w.-]+\s*\}?\}|\$\(?[A-Z_][A-Z0-9_]*\)?|%[A-Z_][A-Z0-9_]*%|%\(\w+\)s|%s|:\w+|\*[a-z]+(?:[_-][a-z]+)+|\?|\{\{[^,{}]*\}\}|\{\{[^,{}]*,\s*(?:''|""|none|None|null)\s*\)[^,{}]*\}\}|\{[A-Za-z_.!]*\}|\$ENV\[\w+\]|(?:self|cls|this|config|cfg|settings|os|env|ctx|context|args|kwargs|options|opts|params|inputs|var|vars|local|github|conf|connector_config)\.[A-Za-z_][\w.]*)$/;
/** A call without arguments; the last bracket may be cut off. */
const CALL = /^[A-Za-z_][\w.]{0,100}\(\)?$/;
/** Code: `crt_creds.secret_key`, `auth[1]`, `config["token"]`. */
const PATH_OF_CODE =
  /^[A-Za-z_]+(?:\.[a-z_]+)+$|^[a-z_]+(?:\.[a-z_]+)*\[(?:-?\d{0,4}:?-?\d{0,4}|["'][A-Za-z_]+["'])\]?$/;
/** The path of a file with a secret. */
const FILE =
  /^(?:[\w.@~-]*\/)+[\w.@-]+\.(?:json|pem|key|p8|p12|pfx|crt|cer|pub|ya?ml|toml|env|ini|txt)$|^[\w-]+\.json$|^\/(?:run|var|etc|root|home|mnt|opt|secrets|project)\/[\w.@/-]+$/;
const PLACE_OF_SECRET = /^arn:aws[\w-]*:[\w:/.-]+$|^projects\/[\w-]+\/secrets\/[\w/-]+$/;
/** `token: 1200 rows`. */
const COUNT = /^\d{1,9} (?:rows?|records?|characters|chars|bytes|items?|entries|streams?|segments?|of)\b/;
/** `password: (not set)` */
const NOTE = /^\((?:not|none|no|empty|unset|hidden|from|default)(?: [a-z]+){0,3}\)/;
const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.,]{5,18}(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const TOO_SHORT = /^(?:[^A-Za-z0-9]{0,3}|\w)$/;
const CONNECTIVES = new Set(
  (
    'is are was be must should cannot could has have not no for the this that of in to at from with by on required ' +
    'missing invalid denied expired using found failed'
  ).split(' '),
);
const ABOUT_SECRETS =
  /\b(?:must|should|cannot|required|missing|invalid|denied|expired|incorrect|failed|not|your|used|optional|for the|from the|of the|to the|authenticate|authentication)\b/i;
const WORD = /^["'(]?[A-Za-z][a-z']*(?:[A-Z][a-z]+)*["')]?[.,:;!?]*$|^[A-Z]+[.,:;!?]*$/;

/** True if a value is empty, masked, a constant, a type, a status, a path or a reference: no secret, whatever its name. */
export function isHarmless(value: string): boolean {
  if (TOO_SHORT.test(value)) return true;
  if (value.length > 200) return false;
  const plain = value.toLowerCase().replace(/\(\d{1,5}(?:, ?\d{1,3})?\)?$/, '');
  return (
    HARMLESS.has(plain) ||
    isVariableName(value) ||
    MASK.test(value) ||
    REFERENCE.test(value) ||
    CALL.test(value) ||
    PATH_OF_CODE.test(value) ||
    TIME.test(value) ||
    FILE.test(value) ||
    PLACE_OF_SECRET.test(value) ||
    TYPE.test(value)
  );
}

/** `Replace the credentials: MELTANO_API_TOKEN` */
function isVariableName(value: string): boolean {
  return /^[A-Z]+(?:_[A-Z]+)+$/.test(value) && classifyName(value) !== null;
}

/** Code that passes a variable on: `password=password`. */
export function repeatsName(value: string, name: string): boolean {
  const lower = value.toLowerCase();
  return /^[a-z_]+$/.test(lower) && classifyName(lower) !== null && name.toLowerCase().endsWith(lower);
}

export function isWord(value: string): boolean {
  return WORD.test(value);
}

/** A remark instead of a value: `1200 rows`, `(not set)`. */
export function isNote(text: string): boolean {
  return COUNT.test(text) || NOTE.test(text);
}

/** `must be at least 8 characters`: a sentence has connectives, a pass phrase has none. */
export function isSentence(text: string): boolean {
  const words = text.slice(0, 400).trim().split(/\s+/);
  if (words.length < 2 || !isWord(words[0] ?? '')) return false;
  return words.some((word) => CONNECTIVES.has(word)) && !words.some((word) => isRandom(word, 8));
}

/** A sentence in quotes: `"The password for the database"`, `'This field is required'`. */
export function isDescription(text: string): boolean {
  if (text.length > 1000) return false;
  const words = text.trim().split(/\s+/);
  return words.length >= 3 && isWord(words[0] ?? '') && ABOUT_SECRETS.test(text);
}

/** True for letters and digits that make no sense: no path, date, version or UUID. */
export function isRandom(value: string, least = 16): boolean {
  if (value.length < least || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (/^(?:\.{0,2}\/|[A-Za-z]:\\|[a-z][a-z+]*:\/\/)/.test(value)) return false;
  return !/^(?:\d{4}-\d\d-\d\d|v?\d+(?:\.\d+)+|[\da-fA-F]{8}-(?:[\da-fA-F]{4}-){3}[\da-fA-F]{12}$|[a-z]+(?:[_.-][a-z0-9]+)+$)/.test(
    value,
  );
}

/** A count, or the key of a row. A longer number may be a secret. */
export function isNumber(value: string): boolean {
  return /^\d{1,7}(?:\.\d+)?$/.test(value);
}
