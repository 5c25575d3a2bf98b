/** How the app signs in to Meltano Cloud: a developer token, or client credentials that buy access tokens. */
export type MeltanoCredentials =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly authUrl: string;
      readonly audience: string;
    };

/** The secret part of the credentials, for the redactor. */
export function getSecret(credentials: MeltanoCredentials): string {
  return credentials.kind === 'token' ? credentials.token : credentials.clientSecret;
}

/** A token goes into a header, which takes ASCII characters only. */
export const TOKEN = /^[ -~]+$/;
export const TOKEN_ERROR =
  'must be a token as Meltano Cloud shows it: without letters with accents, or signs like … and “';

export const INSECURE_ERROR =
  'must begin with https://, or the credentials are sent unencrypted. ALLOW_INSECURE_API=true allows that';

/** True if requests to this URL leave the machine unencrypted. */
export function isInsecure(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
