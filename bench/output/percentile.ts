/** The median. The lower one of two middle numbers. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The smallest number that at least `percent` of all don't exceed. NaN without numbers. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}
