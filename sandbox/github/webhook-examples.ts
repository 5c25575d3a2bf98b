import { createRequire } from 'node:module';

export type Payload = Record<string, unknown>;

interface ExamplesOfEvent {
  name: string;
  examples: Payload[];
}

/** Its types describe an ES module, which it is not: required, and typed here. */
const EXAMPLES: readonly ExamplesOfEvent[] = createRequire(import.meta.url)('@octokit/webhooks-examples');

const clones = new Map<string, string>();

/**
 * A fresh copy of GitHub's own example for an event, one with an installation where there is one. An action
 * without an example gets the event's first.
 */
export function webhookExample(event: string, action?: string): Payload {
  const key = `${event}.${action ?? ''}`;
  const text = clones.get(key) ?? JSON.stringify(findExample(event, action));
  clones.set(key, text);
  return JSON.parse(text);
}

function findExample(event: string, action: string | undefined): Payload {
  const all = EXAMPLES.find(({ name }) => name === event)?.examples ?? [];
  const fitting = all.filter(({ action: its }) => action === undefined || its === action);
  const candidates = fitting.length > 0 ? fitting : all;
  return candidates.find((example) => 'installation' in example) ?? candidates[0] ?? {};
}
