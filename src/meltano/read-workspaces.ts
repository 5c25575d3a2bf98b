import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { MeltanoResult } from '../domain/meltano.ts';
import type { Workspace } from '../domain/workspace.ts';
import { type CollectionPage, workspaceSchema } from './decode.ts';
import { decodeItems, type JsonReading, PAGE_LIMITS, type Skipped } from './json-call.ts';

const PAGE_SIZE = 100;
/** Guards against a service that always reports another page. */
const MAX_PAGES = 1000;
const MAX_WORKSPACES = MAX_PAGES * PAGE_SIZE;
const MIB = 1024 * 1024;
/** For all pages together. */
const LIST_BYTES = 64 * MIB;
/** Yields to the event loop after decoding this many workspaces. */
const DECODE_BATCH = 500;

export interface WorkspacePages {
  readonly elapsed: () => number;
  /** Milliseconds for all pages together. */
  readonly timeout: number;
  readonly readPage: (path: string, reading: JsonReading) => Promise<MeltanoResult<CollectionPage>>;
  readonly onSkipped: (skipped: Skipped) => void;
}

/** Reads all pages of workspaces. Fails if the list never ends or is too large: a partial list would mislead. */
export async function readWorkspaces(pages: WorkspacePages): Promise<MeltanoResult<Workspace[]>> {
  const until = pages.elapsed() + pages.timeout;
  const found = new Map<string, Workspace>();
  const skipped: Skipped[] = [];
  let bytes = 0;
  const onBytes = (more: number) => {
    bytes += more;
  };
  for (let number = 0; number < MAX_PAGES; number += 1) {
    const timeout = until - pages.elapsed();
    if (timeout <= 0) return { ok: false, failure: ENDLESS };
    const path = `/workspaces?page=${number}&size=${PAGE_SIZE}`;
    const page = await pages.readPage(path, { limits: PAGE_LIMITS, timeout, onBytes });
    if (!page.ok) return page;
    if (bytes > LIST_BYTES) return tooLarge(`is longer than ${LIST_BYTES / MIB} MiB`);
    const { items, totalPages, hasNext } = page.value;
    const before = found.size;
    const decoded = await takeItems(items, found);
    skipped.push(...decoded.skipped);
    if (found.size > MAX_WORKSPACES) return tooLarge(`has more than ${MAX_WORKSPACES} entries`);
    // A page without anything new comes from a service that ignores `page`.
    const isRepeated = decoded.count > 0 && found.size === before;
    const more = totalPages === null ? hasNext : number + 1 < totalPages;
    if (items.length === 0 || isRepeated || !more) break;
  }
  const [first] = skipped;
  const count = skipped.reduce((sum, one) => sum + one.count, 0);
  if (first) pages.onSkipped({ ...first, count });
  return { ok: true, value: [...found.values()] };
}

async function takeItems(
  items: readonly unknown[],
  found: Map<string, Workspace>,
): Promise<{ count: number; skipped: Skipped[] }> {
  const skipped: Skipped[] = [];
  let count = 0;
  for (let from = 0; from < items.length; from += DECODE_BATCH) {
    if (from > 0) await yieldToEventLoop();
    const decoded = decodeItems(items.slice(from, from + DECODE_BATCH), workspaceSchema);
    if (decoded.skipped) skipped.push(decoded.skipped);
    count += decoded.values.length;
    for (const one of decoded.values) found.set(one.id, one);
  }
  return { count, skipped };
}

const ENDLESS = { kind: 'no_answer', message: 'the list of workspaces did not end in time' } as const;

function tooLarge(what: string): MeltanoResult<never> {
  return {
    ok: false,
    failure: { kind: 'unexpected_body', status: 200, message: `The list of workspaces ${what}` },
  };
}
