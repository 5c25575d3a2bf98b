import { createSeededRandom } from './seeded-random.ts';

/** A fault of a request. `before`: nothing happens on the server. `after`: only the answer is lost. */
export type FaultAction =
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: unknown }
  | { kind: 'answer'; status: number; contentType: string; body: string }
  | { kind: 'reset'; when: 'before' | 'after' }
  /** No answer until the client gives up or the server stops. The connection is cut after `ms`, or when the fault is removed. */
  | { kind: 'hang'; when: 'before' | 'after'; ms?: number }
  | { kind: 'delay'; ms: number }
  /** The request has its effect, but gets this status as its answer. */
  | { kind: 'status-after'; status: number };

export interface FaultRule {
  method?: string;
  /** Matched against the path with its query. */
  path: RegExp;
  /** How many requests it hits. Default: all until it is removed. */
  times?: number;
  /** How many requests pass first. */
  skip?: number;
  /** The share of matching requests from 0 to 1, from the plan's seeded generator. Default: 1. */
  probability?: number;
  action: FaultAction;
}

export interface FaultHandle {
  readonly hits: number;
  remove(): void;
}

/** A fault of one request. */
export interface TakenFault {
  readonly action: FaultAction;
  onRemoved(listener: () => void): void;
}

/** The faults of one simulated service. The first matching rule applies. */
export class FaultPlan {
  readonly #rules = new Set<{ rule: FaultRule; seen: number; hits: number; held: (() => void)[] }>();
  readonly #draw: () => number;

  constructor(seed = 1) {
    this.#draw = createSeededRandom(seed);
  }

  add(rule: FaultRule): FaultHandle {
    const entry = { rule, seen: 0, hits: 0, held: [] as (() => void)[] };
    this.#rules.add(entry);
    return {
      get hits() {
        return entry.hits;
      },
      remove: () => {
        this.#rules.delete(entry);
        for (const listener of entry.held.splice(0)) listener();
      },
    };
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The fault for this request, if a rule matches. */
  take(method: string, path: string): TakenFault | null {
    for (const entry of this.#rules) {
      const { rule } = entry;
      if ((rule.method && rule.method !== method) || !rule.path.test(path)) continue;
      if (rule.probability !== undefined && this.#draw() >= rule.probability) continue;
      entry.seen += 1;
      if (entry.seen <= (rule.skip ?? 0)) continue;
      entry.hits += 1;
      if (rule.times !== undefined && entry.hits >= rule.times) this.#rules.delete(entry);
      return { action: rule.action, onRemoved: (listener) => void entry.held.push(listener) };
    }
    return null;
  }
}
