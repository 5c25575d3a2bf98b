import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { z } from 'zod';
import type { MeltanoResult } from '../domain/meltano.ts';
import type { CollectionPage, CollectionRel } from './decode.ts';
import { decodeItems, type JsonReading, PAGE_LIMITS, type Skipped } from './json-call.ts';

const PAGE_SIZE = 100;
/** Guards against a service that always reports another page. */
const MAX_PAGES = 1000;
const MAX_ENTRIES = MAX_PAGES * PAGE_SIZE;
const MIB = 1024 * 1024;
/** For all pages together. */
const LIST_BYTES = 64 * MIB;
/** Yields to the event loop after decoding this many entries. */
const DECODE_BATCH = 500;

export interface CollectionPages<T> {
  /** The collection's path, without a query. */
  readonly path: string;
  readonly rel: Exclude<CollectionRel, 'jobs'>;
  readonly schema: z.ZodType<T>;
  readonly elapsed: () => number;
  /** Milliseconds for all pages together. */
  readonly timeout: number;
  readonly readPage: (path: string, reading: JsonReading) => Promise<MeltanoResult<CollectionPage>>;
  readonly onSkipped: (skipped: Skipped) => void;
}

export interface Collection<T> {
  readonly values: T[];
  /** How many entries the service counts; null if it doesn't say. */
  readonly total: number | null;
  /** How many different entries were seen, unreadable ones among them. */
  readonly seen: number;
}

/**
 * Reads all pages of a collection. Ends on a page of nothing new: services were seen to repeat pages and to ignore `page`.
 * Fails if the list never ends or is too large: a partial list would mislead.
 */
export async function readCollection<T extends { readonly id: string }>(
  pages: CollectionPages<T>,
): Promise<MeltanoResult<Collection<T>>> {
  const until = pages.elapsed() + pages.timeout;
  const found = new Map<string, T>();
  const skipped: Skipped[] = [];
  let bytes = 0;
  let unreadable = 0;
  let total: number | null = null;
  const onBytes = (more: number) => {
    bytes += more;
  };
  for (let number = 0; number < MAX_PAGES; number += 1) {
    const timeout = until - pages.elapsed();
    if (timeout <= 0) return endless(pages.rel);
    const path = `${pages.path}?page=${number}&size=${PAGE_SIZE}`;
    const page = await pages.readPage(path, { limits: PAGE_LIMITS, timeout, onBytes });
    if (!page.ok) return page;
    if (bytes > LIST_BYTES) return tooLarge(pages.rel, `is longer than ${LIST_BYTES / MIB} MiB`);
    const before = found.size;
    const decoded = await takeItems(page.value.items, pages.schema, found);
    skipped.push(...decoded.skipped);
    unreadable += page.value.items.length - decoded.count;
    total = page.value.totalElements ?? total;
    if (found.size > MAX_ENTRIES) return tooLarge(pages.rel, `has more than ${MAX_ENTRIES} entries`);
    const isRepeated = decoded.count > 0 && found.size === before;
    const isMore = promisesMore(page.value, { number, seen: found.size + unreadable });
    if (page.value.items.length === 0 || isRepeated || !isMore) break;
  }
  const [first] = skipped;
  const count = skipped.reduce((sum, one) => sum + one.count, 0);
  if (first) pages.onSkipped({ ...first, count });
  return { ok: true, value: { values: [...found.values()], total, seen: found.size + unreadable } };
}

function promisesMore(
  { totalPages, totalElements, hasNext }: CollectionPage,
  { number, seen }: { readonly number: number; readonly seen: number },
): boolean {
  return hasNext || number + 1 < (totalPages ?? 0) || seen < (totalElements ?? 0);
}

async function takeItems<T extends { readonly id: string }>(
  items: readonly unknown[],
  schema: z.ZodType<T>,
  found: Map<string, T>,
): Promise<{ count: number; skipped: Skipped[] }> {
  const skipped: Skipped[] = [];
  let count = 0;
  for (let from = 0; from < items.length; from += DECODE_BATCH) {
    if (from > 0) await yieldToEventLoop();
    const decoded = decodeItems(items.slice(from, from + DECODE_BATCH), schema);
    if (decoded.skipped) skipped.push(decoded.skipped);
    count += decoded.values.length;
    for (const one of decoded.values) found.set(one.id, one);
  }
  return { count, skipped };
}

function endless(rel: string): MeltanoResult<never> {
  return { ok: false, failure: { kind: 'no_answer', message: `the list of ${rel} did not end in time` } };
}

function tooLarge(rel: string, what: string): MeltanoResult<never> {
  return {
    ok: false,
    failure: { kind: 'unexpected_body', status: 200, message: `The list of ${rel} ${what}` },
  };
}
