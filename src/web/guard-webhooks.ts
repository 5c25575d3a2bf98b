import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';

/** GitHub's own limit for a delivery (bytes), with room for rounding: 25 MB. */
const LARGEST_BODY = 26 * 1024 * 1024;

const SIGNATURE = /^sha256=[0-9a-f]{64}$/;

/**
 * Refuses webhook requests that can't be GitHub's before their body is read: Probot's middleware takes in all of a body
 * before it checks the signature, however large it is. Put around the server's own listener.
 */
export function guardWebhooks(server: Server, webhookPath: string): void {
  const path = readPath(webhookPath);
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const isWebhook = request.method === 'POST' && readPath(request.url) === path;
    if (isWebhook && refuse(request, response)) return;
    if (isWebhook) limitBody(request);
    for (const listener of listeners) listener(request, response);
  });
}

/** As the middleware reads it, in which `/a/./b` and `/x/../a/b/` are `/a/b` too. */
function readPath(url = ''): string | undefined {
  return URL.parse(url, 'http://localhost')?.pathname.replace(/\/+$/, '');
}

function refuse(request: IncomingMessage, response: ServerResponse): boolean {
  const {
    'x-hub-signature-256': signature,
    'x-github-event': event,
    'content-length': length,
  } = request.headers;
  if (Number(length ?? 0) > LARGEST_BODY) {
    answer(response, 413, 'The body is larger than any delivery of GitHub (25 MB).');
    return true;
  }
  if (typeof signature !== 'string' || !SIGNATURE.test(signature)) {
    answer(
      response,
      400,
      'The header X-Hub-Signature-256 is missing or has not the form sha256=<64 hex digits>.',
    );
    return true;
  }
  // One that is missing is refused by Probot, with words of its own.
  if (event === '') {
    answer(response, 400, 'The header X-GitHub-Event is empty.');
    return true;
  }
  return false;
}

/** The rest of the body is never read: the connection ends with the answer. */
function answer(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error }));
}

/** A body of unknown length is counted as it comes. */
function limitBody(request: IncomingMessage): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY) request.destroy(new Error('The body is larger than any delivery of GitHub.'));
  });
}
