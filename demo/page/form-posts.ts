import type { ServiceAnswer, ServiceRequest } from '../../sandbox/http/http-service.ts';

/** Only the pages themselves may send their forms; a request that doesn't say where it comes from may not. */
export function isSameOrigin({ headers }: ServiceRequest): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin === undefined && site === undefined) return false;
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined || (URL.parse(origin)?.host ?? null) === host;
}

export function readForm({ body }: ServiceRequest): URLSearchParams {
  return new URLSearchParams(body.toString());
}

/** Back to the page that the form was on, which then says what was done. */
export function redirectBack(request: ServiceRequest, done: Record<string, string>): ServiceAnswer {
  const referer = URL.parse(request.headers.referer ?? '');
  const path = referer !== null && referer.host === request.headers.host ? referer.pathname : '/';
  // `//host` would lead elsewhere.
  const location = `${path.replace(/^\/+/, '/')}?${new URLSearchParams(done)}`;
  return { status: 303, headers: { location } };
}

const EVENTS = [
  'check_run.rerequested',
  'check_run.requested_action',
  'check_suite.rerequested',
  'commit_comment.created',
  'issue_comment.created',
  'pull_request.closed',
];

/** What a page says after a form was sent; only what the forms themselves can cause. */
export function readNotice(query: URLSearchParams): string | null {
  const [pushed, sent] = [query.get('pushed'), query.get('sent')];
  if (pushed !== null && /^[0-9a-f]{40}$/.test(pushed)) return `Pushed ${pushed.slice(0, 7)}.`;
  if (sent !== null && EVENTS.includes(sent)) return `Sent ${sent}.`;
  return null;
}
