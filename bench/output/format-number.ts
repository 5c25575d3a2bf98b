const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** At most three significant digits below 1,000: 5,412 · 54.1 · 5.41 · 0.54. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return WHOLE.format(value);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

/** The ratio to the peer in the same run. */
export function formatRatio(value: number, peer: number): string {
  return Number.isFinite(value / peer) ? `${(value / peer).toFixed(2)}×` : '–';
}

export function formatMegabytes(bytes: number): string {
  return `${WHOLE.format(bytes / 1024 / 1024)} MB`;
}

/** In kB or MB. */
export function formatBytes(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes < 1 ? `${formatNumber(bytes / 1024)} kB` : `${formatNumber(megabytes)} MB`;
}

export function formatMilliseconds(ms: number): string {
  return `${formatNumber(ms)} ms`;
}
