import { parse } from 'pg-connection-string';

/** `no-verify` is the driver's own. `allow` and `prefer` of libpq fall back to no TLS, so they are refused. */
const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'];

const UNREADABLE =
  "can't be read: in the user name and the password write % as %25, @ as %40, : as %3A, / as %2F, ? as %3F and # as %23";

export type DatabaseUrl =
  /** `url` is for the driver, which reads it as libpq would. */
  | { readonly ok: true; readonly url: string; readonly password: string }
  /** `problem` follows the variable's name, has no full stop, and never quotes the URL. */
  | { readonly ok: false; readonly problem: string };

/** Reads the URL of a PostgreSQL server as the driver will. */
export function readDatabaseUrl(text: string): DatabaseUrl {
  const [, authority, rest = ''] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (authority === undefined) {
    return { ok: false, problem: 'must be a URL that begins with postgres:// or postgresql://' };
  }
  if (isMisread(authority, rest)) return { ok: false, problem: UNREADABLE };
  // The driver misreads a % that begins no escape.
  const url = text.replaceAll(/%(?![0-9a-f]{2})/gi, '%25').replaceAll(' ', '%20');
  const parameters = new URLSearchParams(rest.replace(/^[^?]*/, ''));
  const mode = parameters.get('sslmode');
  if (mode !== null && !TLS_MODES.includes(mode)) {
    const named = ['allow', 'prefer'].includes(mode) ? `sslmode=${mode}` : 'that sslmode';
    return { ok: false, problem: `can't have ${named}: use one of ${TLS_MODES.join(', ')}` };
  }
  if (mode === 'verify-ca' && !parameters.get('sslrootcert')) {
    return { ok: false, problem: 'needs sslrootcert=<file> with sslmode=verify-ca' };
  }
  return parseByDriver(mode === 'require' || mode === 'verify-ca' ? addParameter(url) : url);
}

/** True if a character of the password isn't encoded: the driver would take the wrong part for the host. */
function isMisread(authority: string, rest: string): boolean {
  if (rest.includes('#') || /^\/[^?]*@|^(\/[^?]*)?\?[^=&]*@/.test(rest)) return true;
  return !authority.includes('@') && rest.includes('@') && !/[?&](user|password)=/.test(rest);
}

function parseByDriver(url: string): DatabaseUrl {
  try {
    const { password, port } = parse(url);
    if (!/^\d*$/.test(port ?? '')) return { ok: false, problem: UNREADABLE };
    return { ok: true, url, password: password ?? '' };
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (path) return { ok: false, problem: `names the file ${path}, which can't be read (${code})` };
    return { ok: false, problem: UNREADABLE };
  }
}

/** Without this parameter the driver treats these modes as verify-full, and warns of a coming change. */
function addParameter(url: string): string {
  return url.includes('uselibpqcompat=') ? url : `${url}&uselibpqcompat=true`;
}
