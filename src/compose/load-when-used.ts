/** Loads something with its first use, and once: a start need not wait for what most of a process's time goes without. */
export function loadWhenUsed<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => {
    loaded ??= load();
    return loaded;
  };
}
