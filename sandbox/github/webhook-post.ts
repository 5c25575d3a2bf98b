import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface WebhookPost {
  url: string | null;
  headers: Readonly<Record<string, string>>;
  body: string;
  timeoutMs: number;
  /** Aborts the request when the sandbox stops. */
  signal: AbortSignal;
}

export interface WebhookOutcome {
  statusCode: number;
  status: string;
  responseHeaders: Record<string, unknown>;
  responseBody: string;
}

const KEPT_ANSWER = 10_000;

/** Posts on a new connection, because a killed app leaves broken ones behind. Never rejects. */
export function postWebhook({ url, headers, body, timeoutMs, signal }: WebhookPost): Promise<WebhookOutcome> {
  if (url === null || !URL.canParse(url)) return Promise.resolve(failed('no address'));
  const { promise, resolve } = Promise.withResolvers<WebhookOutcome>();
  const limit = AbortSignal.timeout(timeoutMs);
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const bytes = Buffer.from(body);
  const post = send(
    url,
    {
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-length': bytes.length },
      signal: AbortSignal.any([signal, limit]),
    },
    (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer = (answer + chunk).slice(0, KEPT_ANSWER);
      });
      response.on('error', () => resolve(failed(limit.aborted ? 'timed out' : 'connection closed')));
      response.on('end', () => {
        const statusCode = response.statusCode ?? 0;
        const ok = statusCode >= 200 && statusCode < 300;
        resolve({
          statusCode,
          status: ok ? 'OK' : `Invalid HTTP Response: ${statusCode}`,
          responseHeaders: { ...response.headers },
          responseBody: answer,
        });
      });
    },
  );
  post.on('error', () => resolve(failed(limit.aborted ? 'timed out' : 'failed to connect to host')));
  post.end(bytes);
  return promise;
}

function failed(status: string): WebhookOutcome {
  return { statusCode: 0, status, responseHeaders: {}, responseBody: '' };
}
