/** The nodes that stand in a circle, in groups: each node of a group leads to all others of it (or to itself). */
export function findCircles<T>(nodes: readonly T[], next: (node: T) => readonly T[]): T[][] {
  // Tarjan's algorithm.
  const order = new Map<T, number>();
  const lowest = new Map<T, number>();
  const open: T[] = [];
  const isOpen = new Set<T>();
  const circles: T[][] = [];
  const visit = (node: T): number => {
    const index = order.size;
    order.set(node, index);
    open.push(node);
    isOpen.add(node);
    let low = index;
    for (const other of next(node)) {
      if (!order.has(other)) low = Math.min(low, visit(other));
      else if (isOpen.has(other)) low = Math.min(low, lowest.get(other) ?? order.get(other) ?? index);
    }
    lowest.set(node, low);
    if (low === index) {
      const group = open.splice(open.indexOf(node));
      for (const one of group) isOpen.delete(one);
      if (group.length > 1 || next(node).includes(node)) circles.push(group);
    }
    return low;
  };
  for (const node of nodes) if (!order.has(node)) visit(node);
  return circles;
}
