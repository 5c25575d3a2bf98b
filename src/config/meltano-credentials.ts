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

/** What of the credentials must never leave. */
export function getSecret(credentials: MeltanoCredentials): string {
  return credentials.kind === 'token' ? credentials.token : credentials.clientSecret;
}
