import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

const JSON_TYPE = /^application\/json\s*(?:;|$)/;
/** An App's id, webhook secret and private key (bytes). */
const LARGEST_FORM = 64 * 1024;

/** Keeps other web pages from Probot's set-up page: what it is sent becomes the `.env` of the app. */
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
    // A page elsewhere can let its own name point to this machine.
    return `This page is not there for ${name || 'a request without a host'}: open it by an IP address, or as localhost.`;
  }
  const isFromOther = origin !== undefined && URL.parse(origin)?.host !== host;
  if (isFromElsewhere(headers) || (method !== 'GET' && isFromOther)) {
    return 'Another web page may not send this.';
  }
  if (method === 'GET') return null;
  const { 'content-type': type = '', 'content-length': length = Infinity } = headers;
  const isForm = url === '/probot/import' && JSON_TYPE.test(type) && Number(length) <= LARGEST_FORM;
  return isForm ? null : 'Only the form of this page is taken, as JSON.';
}

function isOwnName(name: string, listensOn: string): boolean {
  const own = ['localhost', listensOn.toLowerCase(), hostname().toLowerCase()];
  return own.includes(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** GitHub sends the person back here with a link, which is a navigation. */
function isFromElsewhere({
  'sec-fetch-site': site = 'none',
  'sec-fetch-mode': mode,
  'sec-fetch-dest': destination,
}: IncomingMessage['headers']): boolean {
  if (site === 'none' || site === 'same-origin') return false;
  return mode !== 'navigate' || destination !== 'document';
}
