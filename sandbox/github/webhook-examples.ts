import { createRequire } from 'node:module';

export type Payload = Record<string, unknown>;

interface ExamplesOfEvent {
  name: string;
  examples: Payload[];
}

/** The package's types describe an ES module, but it is CommonJS. */
const EXAMPLES: readonly ExamplesOfEvent[] = createRequire(import.meta.url)('@octokit/webhooks-examples');

const clones = new Map<string, string>();

/**
 * A copy of GitHub's example for an event, with an installation if there is such an example. An action
 * without an example gets the first one of the event.
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
