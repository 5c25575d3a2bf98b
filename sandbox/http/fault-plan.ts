import { createSeededRandom } from './seeded-random.ts';

/** What goes wrong with a request. `before`: nothing happens on the server; `after`: the effect happens, the answer is lost. */
export type FaultAction =
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: unknown }
  | { kind: 'answer'; status: number; contentType: string; body: string }
  | { kind: 'reset'; when: 'before' | 'after' }
  /** No answer until the client gives up or the server stops; with `ms`, the connection is then cut. */
  | { kind: 'hang'; when: 'before' | 'after'; ms?: number }
  | { kind: 'delay'; ms: number }
  /** The effect happens, the status is answered instead of the real answer. */
  | { kind: 'status-after'; status: number };

export interface FaultRule {
  method?: string;
  /** Matched against the path with its query. */
  path: RegExp;
  /** How many requests it hits; absent: all until removed. */
  times?: number;
  /** Requests that pass before it starts to hit. */
  skip?: number;
  /** 0 to 1, of matching requests, drawn from the plan's seeded generator; absent: every one. */
  probability?: number;
  action: FaultAction;
}

export interface FaultHandle {
  readonly hits: number;
  remove(): void;
}

/** The faults of one simulated service; the first rule that matches is applied. */
export class FaultPlan {
  readonly #rules = new Set<{ rule: FaultRule; seen: number; hits: number }>();
  readonly #draw: () => number;

  constructor(seed = 1) {
    this.#draw = createSeededRandom(seed);
  }

  add(rule: FaultRule): FaultHandle {
    const entry = { rule, seen: 0, hits: 0 };
    this.#rules.add(entry);
    return {
      get hits() {
        return entry.hits;
      },
      remove: () => void this.#rules.delete(entry),
    };
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The action for this request, if one of the rules takes it. */
  take(method: string, path: string): FaultAction | null {
    for (const entry of this.#rules) {
      const { rule } = entry;
      if ((rule.method && rule.method !== method) || !rule.path.test(path)) continue;
      if (rule.probability !== undefined && this.#draw() >= rule.probability) continue;
      entry.seen += 1;
      if (entry.seen <= (rule.skip ?? 0)) continue;
      entry.hits += 1;
      if (rule.times !== undefined && entry.hits >= rule.times) this.#rules.delete(entry);
      return rule.action;
    }
    return null;
  }
}
