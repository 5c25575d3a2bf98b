import { isHarmless, isRandom } from './harmless-values.ts';
import type { TextRange } from './text-ranges.ts';

/**
 * The prefixes of keys and tokens, and what follows them. The documented lengths are lowered a little, since a log may cut
 * them. No prefix begins with a digit: logs are full of digits, and the search would be slow.
 */
const PREFIXED: readonly (readonly [prefixes: string, rest: string])[] = [
  ['ghp_ gho_ ghu_ ghs_ ghr_', '[\\w.-]{20,}'],
  ['github_pat_', '\\w{22,}'],
  ['glpat- glptt- gldt- glrt- glsoat- glcbt- glft- glimt- glagent- gloas- glffct-', '[\\w.-]{20,}'],
  ['AIza', '[\\w-]{30,}'],
  ['ya29.', '[\\w.-]{16,}'],
  ['GOCSPX-', '[\\w-]{16,}'],
  ['pypi-', '[\\w-]{30,}'],
  ['hf_', '[A-Za-z0-9]{24,}'],
  ['dop_v1_ doo_v1_ dor_v1_', '[A-Za-z0-9]{32,}'],
  ['ATATT ATCTT ATBB', '[\\w=-]{20,}'],
  ['pat-na pat-eu pat-ap', '\\d-[\\w-]{20,}'],
  ['NRAK- NRAA- NRJS- NRII- NRBR- NRRA-', '[\\w-]{20,}'],
  ['dbtc_ dbtu_', '[\\w=-]{20,}'],
  ['sk-', '(?=[\\w-]{0,60}[\\dA-Z])[\\w-]{20,}'],
  ['sk_live_ sk_test_ rk_live_ rk_test_', '\\w{16,}'],
  ['pk_', '(?:[0-9a-f]{34}|\\d{6,10}_[A-Z0-9]{32})'],
  ['whsec_', '[\\w+/=-]{20,}'],
  ['xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs-', '[\\w-]{10,}'],
  ['xapp-', '[\\w-]{20,}'],
  ['npm_', '\\w{30,}'],
  ['SG.', '[\\w-]{16,}\\.[\\w-]{16,}'],
  ['AKIA ASIA A3T', '[A-Z0-9]{16,17}(?![A-Z0-9])'],
  ['dapi', '[0-9a-f]{32}'],
  // JSON web tokens, whole or cut.
  ['eyJ', '[\\w-]{8,}\\.(?:eyJ)?[\\w-]{8,}(?:\\.[\\w-]*){0,3}'],
  ['hvs. hvb. hvr.', '[\\w-]{20,}'],
  ['shpat_ shpca_ shppa_ shpss_ shptka_', '\\w{32,}'],
  ['tskey-', '[\\w-]{20,}'],
  ['figd_ figo_ figu_', '[\\w-]{30,}'],
  ['ntn_', '\\w{40,}'],
  ['secret_', '[A-Za-z0-9]{43}'],
  ['lin_api_', '\\w{32,}'],
  ['glsa_ glc_', '[\\w+/=]{32,}'],
  ['dckr_pat_ dckr_oat_', '[\\w-]{20,}'],
  ['sq0atp- sq0csp- sq0idp-', '[\\w-]{20,}'],
  ['key-', '[0-9a-f]{32}'],
  ['EAA', '[A-Za-z0-9]{60,}'],
  ['xkeysib-', '[\\w-]{30,}'],
  ['gsk_', '\\w{40,}'],
  ['sbp_', '[0-9a-f]{40}'],
  ['PMAK-', '[\\w-]{30,}'],
  ['sntrys_ sntryu_', '[\\w+/=-]{30,}'],
  ['pscale_tkn_ pscale_pw_ pscale_oauth_', '[\\w.-]{20,}'],
  ['dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.', '[\\w.-]{30,}'],
  ['lsv2_', '[a-z]{2}_\\w{30,}'],
  ['rdme_', '\\w{50,}'],
  ['ops_', 'eyJ[\\w+/=-]{60,}'],
  ['vcp_ vci_ vca_ vcr_ vck_', '[A-Za-z0-9]{20,}'],
  ['cfk_ cfut_ cfat_', '[A-Za-z0-9]{40,}'],
  ['AGE-SECRET-KEY-1', '[A-Z0-9]{50,}'],
  ['rubygems_', '[0-9a-f]{40,}'],
  ['phx_', '[A-Za-z0-9]{40,}'],
  ['tfp_', '\\w{40,}'],
  ['fm2_ fo1_', '[\\w+/=-]{40,}'],
  ['r8_', '[A-Za-z0-9]{37}'],
  ['pplx- xai-', '[A-Za-z0-9]{40,}'],
  ['CFPAT-', '[\\w-]{40,}'],
  ['sb_secret_', '[\\w-]{20,}'],
  ['napi_', '[A-Za-z0-9]{40,}'],
  ['HRKU-', '[\\w-]{36,}'],
  ['dt0c01.', '[A-Z0-9]{24}\\.[A-Z0-9]{60,}'],
  ['pul-', '[0-9a-f]{40}'],
  ['AKCp', '[A-Za-z0-9]{60,}'],
  ['CCIPAT_ CCIPRJ_', '\\w{40,}'],
  ['bkua_ squ_ sqp_ sqa_', '[0-9a-f]{40}'],
  ['pnu_ pnb_', '[A-Za-z0-9]{36}'],
  // The base64 of `-----BEGIN …`, except for a certificate or a public key.
  ['LS0tLS1CRUdJTi', '(?!BDRVJU|BQVUJM)[\\w+/=]{30,}'],
];

const RESTS = new Map(
  PREFIXED.flatMap(([prefixes, rest]) =>
    prefixes.split(' ').map((one) => [one, new RegExp(rest, 'y')] as const),
  ),
);
// Sorted, so that V8 can share the beginnings of neighbours.
const PREFIX = new RegExp(
  [...RESTS.keys()]
    .toSorted()
    .map((prefix) => prefix.replaceAll('.', '\\.'))
    .join('|'),
  'g',
);

interface Shape {
  readonly pattern: RegExp;
  /** Decides if the first group is a secret. By default it is. */
  readonly accept?: (value: string, before: string) => boolean;
}

// Every quantifier is bounded or disjoint from what follows it: linear in the text.
const SHAPES: readonly Shape[] = [
  {
    pattern: /\bbearer(?:[ \t]+|%20|\+)([\w.~+/=:|-]{16,})/dgi,
    accept: (value) => /[\d_.~+/=-]/.test(value),
  },
  {
    pattern: /\bbearer[ \t]+((?=[a-z.~+/=-]{0,64}[\dA-Z_])[\w.~+/=:|-]{6,15})(?![\w.])/dgi,
    accept: (value) => /\d/.test(value),
  },
  { pattern: /\b[Bb]asic(?:[ \t]+|%20)((?=\S{0,64}[0-9A-Z=])[\w+/=-]{16,})/dg },
  // `user:password@`; a port is not a password, and a password may hold `@` or `/`.
  {
    pattern:
      /:\/\/([^\s/@:?#"'<>]{0,256}:(?!\d{1,5}(?:[/?#"',;)\]}<>\\]|$))(?:[^\s/"]{1,512}|[^\s@"]{1,512}))(?=@)/dg,
    accept: (value) => !/'[,;:)\]}]/.test(value) && !isHarmless(value.slice(value.indexOf(':') + 1)),
  },
  { pattern: /:\/\/([\w.~%-]{16,512})(?=@)/dg },
  // The same, cut before the `@`.
  { pattern: /:\/\/[^\s/@:?#"'<>]{1,256}:((?!\d{1,5}(?!\w))[^\s/@"'<>]{1,512})(?=…)/dg },
  // Airtable, Azure applications, Terraform Cloud, Mailchimp, Telegram, Asana.
  { pattern: /(?<!\w)(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})/dg },
  { pattern: /\dQ~(?<=(?<![\w~.-])[\w~.-]{3}\dQ~)([\w~.-]{31,34})/dg },
  { pattern: /\.atlasv1\.([\w-]{60,})/dg },
  { pattern: /-us\d{1,2}(?!\w)(?<=(?<!\w)([0-9a-f]{32})-us\d{1,2})/dg },
  { pattern: /:AA(?<=(?<!\w)\d{8,10}:AA)([\w-]{30,})/dg },
  { pattern: /:(?<=(?<![\w/.])[12]\/\d{13,20}(?:\/\d{13,20})?:)([0-9a-f]{32})(?!\w)/dg },
  // Google, Zoho, Salesforce.
  { pattern: /(?<![A-Za-z0-9])(1\/\/0[\w-]{20,})/dg },
  { pattern: /(?<![A-Za-z0-9])(1000\.[0-9a-f]{32}\.[0-9a-f]{32})/dg },
  { pattern: /(?<![A-Za-z0-9])(00D[A-Za-z0-9]{12,15}![\w.]{20,})/dg },
  { pattern: /\bhooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/([\w/%-]{8,})/dg },
  { pattern: /\bdiscord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/([\w/%-]{8,})/dg },
  { pattern: /\b(?:webhook\.office\.com|outlook\.office(?:365)?\.com)\/webhook(?:b2)?\/([\w@/%-]{8,})/dg },
  { pattern: /\bhooks\.zapier\.com\/hooks\/catch\/([\w/-]{6,})/dg },
  { pattern: /\bapi\.telegram\.org\/bot(\d{5,}:[\w-]{20,})/dg },
  { pattern: /\bmaker\.ifttt\.com\/[\w/]{1,80}\/key\/([\w-]{8,})/dg },
  // A storage key of Azure; `sha512-…` is a digest.
  { pattern: /==(?<=(?<![A-Za-z0-9+/-])([A-Za-z0-9+/]{86}==))/dg },
  { pattern: /<Cookie [^\s=]{1,200}=([^\s"\\]{1,4096}) for /dg, accept: (value) => !isHarmless(value) },
  // `scott/tiger@orcl`, not `actions/checkout@v4`.
  {
    pattern: /@(?=(?:\/\/)?[A-Za-z])(?<=(?<![\w/@.:%-])[A-Za-z][\w$#]{0,29}\/([^\s/@"'`,;()]{3,64})@)/dg,
    accept: (value) => isRandom(value, 6) && !/^[a-z]+(?:-[a-z0-9]+)*$/.test(value),
  },
  {
    pattern:
      /\b(?:sqlplus|rman|expdp|impdp|sqlldr|userid|dsn|conn|connect(?:ing)?(?: as)?|thin|oracledb?)\b[ =:'"]{1,4}(?:-[A-Za-z]{1,8} )?[A-Za-z][\w$#]{0,29}\/"?([^\s"'`]{2,128})(?="?@)/dgi,
  },
  // `curl -u user:X`; `docker run -u 1000:1000` has no password.
  {
    pattern: /(?<=\s)(?:-u|-U|--user|--proxy-user)[ =]?["']?(?!\d+:\d)[^\s:"'/]{0,128}:([^\s"'\\]{2,256})/dg,
    accept: (value, before) =>
      !/\b(?:docker|podman|kubectl|chown|install|exec|run)\b/.test(before) && !isHarmless(value),
  },
  {
    pattern: /\bhttps?\s[^\n|;]{0,400}?(?:-a|--auth)[ =]["']?[^\s:"'/]{0,128}:([^\s"'\\]{2,256})/dg,
    accept: (value) => !isHarmless(value),
  },
  {
    pattern: /\bcurl\b[^\n|;]{0,400}?\s-[A-Za-z]{1,8}u ?["']?[^\s:"'/]{0,128}:([^\s"'\\]{2,256})/dg,
    accept: (value) => !isHarmless(value),
  },
  { pattern: /\bcurl\b[^\n|;]{0,400}?\s(?:-b|--cookie)[ =]?["']?([\w.-]{1,100}=[^"'\n\\]{2,4096})/dg },
  {
    pattern:
      /\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass|docker login|az login)\b[^\n|;]{0,400}?[\s"']-p(?: |["'], ?)?["']?([^\s"'\\-][^\s"'\\]{2,128})/dg,
    accept: (value) => !isHarmless(value),
  },
  {
    pattern:
      /\b(?:sqlcmd|bcp|redis-cli)\b[^\n|;]{0,400}?[\s"']-[Pa](?: |["'], ?)?["']?([^\s"'\\-][^\s"'\\]{2,128})/dg,
    accept: (value) => !isHarmless(value) && !/^\d+$/.test(value),
  },
  { pattern: /(?:Basic|Digest|Proxy)Auth\(b?["'][^"'\n]{0,200}["'], ?b?["']([^"'\n\\]{1,512})["']/dg },
  { pattern: /\bCookie\([^\n]{0,60}\bname=["'][^"'\n]{0,200}["'], value=["']([^"'\n\\]{1,4096})["']/dg },
  { pattern: /[?&]code=([^\s&"'#]{16,})/dg, accept: (value) => isRandom(value) },
];

/** How many code units before a match are passed to `accept`. */
const BEFORE = 160;

/** Finds credentials by their shape, whatever their name. */
export function findShapedCredentials(text: string): TextRange[] {
  return [...findPrefixed(text), ...SHAPES.flatMap((shape) => findShape(text, shape))];
}

function findPrefixed(text: string): TextRange[] {
  const ranges: TextRange[] = [];
  for (const { 0: prefix, index: start } of text.matchAll(PREFIX)) {
    const rest = RESTS.get(prefix);
    if (rest === undefined || !startsWord(text.slice(Math.max(0, start - 6), start))) continue;
    rest.lastIndex = start + prefix.length;
    if (rest.test(text)) ranges.push({ start, end: trimStop(text, rest.lastIndex) });
  }
  return ranges;
}

/** True at the start of a word, after an escaped newline (`\ntoken`), and after an encoded character (`%3Dtoken`). */
function startsWord(before: string): boolean {
  return !/[A-Za-z0-9]$/.test(before) || /(?:\\[nrt]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})$/.test(before);
}

function findShape(text: string, { pattern, accept }: Shape): TextRange[] {
  const ranges: TextRange[] = [];
  for (const match of text.matchAll(pattern)) {
    const [start, end] = match.indices?.[1] ?? [0, 0];
    const before = text.slice(Math.max(0, start - BEFORE), match.index);
    const line = before.slice(before.lastIndexOf('\n') + 1);
    if (accept === undefined || accept(match[1] ?? '', line))
      ranges.push({ start, end: trimStop(text, end) });
  }
  return ranges;
}

/** The full stop after a token ends the sentence. */
function trimStop(text: string, end: number): number {
  return text[end - 1] === '.' ? end - 1 : end;
}
