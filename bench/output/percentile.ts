/** The middle one of some numbers; of two middle ones the lower. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The least value that so many per cent of all do not exceed; NaN when there are none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}
