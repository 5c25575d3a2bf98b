/** Groups of nodes in a circle: each node of a group leads to all others of it, or to itself. */
export function findCircles<T>(nodes: readonly T[], next: (node: T) => readonly T[]): T[][] {
  const finder = new CircleFinder(next);
  for (const node of nodes) finder.visit(node);
  return finder.circles;
}

/** A node on the current path. */
interface Visit<T> {
  readonly node: T;
  readonly rest: Iterator<T>;
  readonly index: number;
  /** The lowest index that can be reached from here. */
  low: number;
}

/** Tarjan's algorithm, without recursion: a chain may be thousands of nodes long. */
class CircleFinder<T> {
  readonly circles: T[][] = [];
  readonly #next: (node: T) => readonly T[];
  readonly #indexes = new Map<T, number>();
  readonly #open: T[] = [];
  readonly #isOpen = new Set<T>();

  constructor(next: (node: T) => readonly T[]) {
    this.#next = next;
  }

  visit(root: T): void {
    if (this.#indexes.has(root)) return;
    const path = [this.#begin(root)];
    for (let visit = path.at(-1); visit; visit = path.at(-1)) {
      const step = visit.rest.next();
      if (step.done) {
        path.pop();
        this.#end(visit, path.at(-1));
      } else if (this.#indexes.has(step.value)) {
        this.#meet(visit, step.value);
      } else {
        path.push(this.#begin(step.value));
      }
    }
  }

  #begin(node: T): Visit<T> {
    const index = this.#indexes.size;
    this.#indexes.set(node, index);
    this.#open.push(node);
    this.#isOpen.add(node);
    return {
      node,
      rest: this.#next(node)[Symbol.iterator](),
      index,
      low: index,
    };
  }

  #meet(visit: Visit<T>, known: T): void {
    if (this.#isOpen.has(known)) visit.low = Math.min(visit.low, this.#indexes.get(known) ?? visit.low);
  }

  #end({ node, index, low }: Visit<T>, above: Visit<T> | undefined): void {
    if (above) above.low = Math.min(above.low, low);
    if (low < index) return;
    const group = this.#open.splice(this.#open.lastIndexOf(node));
    for (const one of group) this.#isOpen.delete(one);
    if (group.length > 1 || this.#next(node).includes(node)) this.circles.push(group);
  }
}
