import type { ServiceRequest } from '../http/http-service.ts';
import { ApiError } from './api-error.ts';

/** The request's JSON object. An empty body is an empty object. */
export function readBody(request: ServiceRequest): Record<string, unknown> {
  if (request.body.length === 0) return {};
  const body = parseJson(request.body);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw new ApiError(400, 'Body should be a JSON object');
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
}

const DEFAULT_PAGE_SIZE = 30;
const MAX_PAGE_SIZE = 100;

export interface Page<T> {
  items: T[];
  page: number;
  headers: Record<string, string>;
}

/** One page of a list and the `Link` header to the others. */
export function paginate<T>(
  request: ServiceRequest,
  all: readonly T[],
  origin: string,
  defaultSize = DEFAULT_PAGE_SIZE,
): Page<T> {
  const size = readPageSize(request, defaultSize);
  const page = Math.max(1, readNumber(request, 'page') ?? 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const links: string[] = [];
  const link = (target: number, rel: string) => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(target));
    links.push(`<${origin}${request.path}?${query}>; rel="${rel}"`);
  };
  if (page > 1) link(page - 1, 'prev');
  if (page < last) link(page + 1, 'next');
  if (page < last) link(last, 'last');
  if (page > 1) link(1, 'first');
  return {
    items: all.slice((page - 1) * size, page * size),
    page,
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}

export function readPageSize(request: ServiceRequest, defaultSize = DEFAULT_PAGE_SIZE): number {
  return Math.min(MAX_PAGE_SIZE, Math.max(1, readNumber(request, 'per_page') ?? defaultSize));
}

export function readNumber(request: ServiceRequest, name: string): number | null {
  const text = request.query.get(name);
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
