import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

const JSON_TYPE = /^application\/json\s*(?:;|$)/;
/** Bytes. Large enough for an App's id, webhook secret and private key. */
const MAX_FORM_BYTES = 64 * 1024;

/** Protects Probot's set-up page from requests of other web pages: the form is written to the app's `.env`. */
export function guardSetUpPage(server: Server, listensOn: string): void {
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const problem = findProblem(request, listensOn);
    if (problem === null) for (const listener of listeners) listener(request, response);
    else response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(`${problem}\n`);
  });
}

function findProblem({ method, url, headers }: IncomingMessage, listensOn: string): string | null {
  const { host = '', origin } = headers;
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  if (!isOwnName(name, listensOn)) {
    // Guards against DNS rebinding: another page may make its own name point to this machine.
    return `This page is not available under ${name || 'an empty host name'}: open it by an IP address, or as localhost.`;
  }
  const isFromOther = origin !== undefined && URL.parse(origin)?.host !== host;
  if (isFromElsewhere(headers) || (method !== 'GET' && isFromOther)) {
    return 'Other web pages may not send this request.';
  }
  if (method === 'GET') return null;
  const { 'content-type': type = '', 'content-length': length = Infinity } = headers;
  const isForm = url === '/probot/import' && JSON_TYPE.test(type) && Number(length) <= MAX_FORM_BYTES;
  return isForm ? null : 'This page accepts only its own form, as JSON.';
}

function isOwnName(name: string, listensOn: string): boolean {
  const own = ['localhost', listensOn.toLowerCase(), hostname().toLowerCase()];
  return own.includes(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** Allows navigations: GitHub redirects the person back to this page. */
function isFromElsewhere({
  'sec-fetch-site': site = 'none',
  'sec-fetch-mode': mode,
  'sec-fetch-dest': destination,
}: IncomingMessage['headers']): boolean {
  if (site === 'none' || site === 'same-origin') return false;
  return mode !== 'navigate' || destination !== 'document';
}
