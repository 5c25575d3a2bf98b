import { createPrivateKey } from 'node:crypto';
import { getPrivateKey } from '@probot/get-private-key';

const PEM = /-----BEGIN ((?:RSA )?PRIVATE KEY)-----([^-]*)-----END \1-----/;
const BASE64 = /^[A-Za-z0-9+/]+=*$/;

/** The GitHub App's private key, in PEM, from PRIVATE_KEY, the file PRIVATE_KEY_PATH, or the only .pem file here. */
export function readPrivateKey(
  values: Readonly<Record<string, string>>,
): { readonly pem: string } | { readonly problem: string } {
  const { PRIVATE_KEY: given, PRIVATE_KEY_PATH: path } = values;
  try {
    const found = getPrivateKey({
      env: {
        ...(given && { PRIVATE_KEY: toPem(given) }),
        ...(path && { PRIVATE_KEY_PATH: path }),
      },
    });
    if (!found) {
      return {
        problem:
          "PRIVATE_KEY or PRIVATE_KEY_PATH is missing: set one to the GitHub App's private key (PEM), or to its file.",
      };
    }
    const pem = toPem(found);
    if (createPrivateKey(pem).asymmetricKeyType !== 'rsa')
      throw new Error('it is not an RSA key, as GitHub creates them');
    return { pem };
  } catch (error) {
    return { problem: `PRIVATE_KEY or PRIVATE_KEY_PATH can't be used: ${describeKeyError(error as Error)}.` };
  }
}

/** Restores a PEM that was quoted, wrapped, joined or encoded in base64; returns other texts unchanged. */
function toPem(text: string): string {
  const packed = text.replaceAll(/\\[rn]|["'\s\uFEFF]/g, '');
  const unpacked = BASE64.test(packed) ? Buffer.from(packed, 'base64').toString() : text;
  const plain = unpacked.replaceAll(/\\r|\r/g, '').replaceAll('\\n', '\n');
  const [, label, body] = PEM.exec(plain) ?? [];
  const key = body?.replaceAll(/\s/g, '') ?? '';
  if (!label || !BASE64.test(key)) return plain;
  return `-----BEGIN ${label}-----\n${key.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;
}

/** Replaces OpenSSL's messages, such as `error:1E08010C:DECODER routines::unsupported`. */
function describeKeyError({ message, code, path }: NodeJS.ErrnoException): string {
  if (code && /^E[A-Z]+$/.test(code)) return `${path ?? 'the file'} can't be read (${code})`;
  if (/^error:|DECODER|asn1|PEM (?:routines|lib)|could not be validated/i.test(message)) {
    return 'it is not a complete private key in PEM format, as GitHub creates it for the App';
  }
  if (/does not exists? at path/i.test(message)) return 'the file of PRIVATE_KEY_PATH does not exist';
  return message.replace(/\.$/, '');
}
