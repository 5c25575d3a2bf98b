import type { ServiceAnswer, ServiceRequest } from '../../sandbox/http/http-service.ts';

/** True if one of these pages sent the form. A request without an origin is refused. */
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

/** Redirects to the page with the form, which then shows a notice. */
export function redirectBack(request: ServiceRequest, done: Record<string, string>): ServiceAnswer {
  const referer = URL.parse(request.headers.referer ?? '');
  const path = referer !== null && referer.host === request.headers.host ? referer.pathname : '/';
  // `//host` would be another site.
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

/** The notice after a form was sent. Accepts only what the forms can cause, because anyone can write the query. */
export function readNotice(query: URLSearchParams): string | null {
  const [pushed, sent] = [query.get('pushed'), query.get('sent')];
  if (pushed !== null && /^[0-9a-f]{40}$/.test(pushed)) return `Pushed ${pushed.slice(0, 7)}.`;
  if (sent !== null && EVENTS.includes(sent)) return `Sent ${sent}.`;
  return null;
}
