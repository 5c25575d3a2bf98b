/** Resolves a path in the workspace's directory to one from the root; null if it leaves the repository. */
export function resolveInside(directory: string, path: string): string | null {
  const segments = directory === '' ? [] : directory.split('/');
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..' && segments.length === 0) return null;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  return segments.join('/');
}

export function isInside(path: string, directory: string): boolean {
  return directory === '' || path.startsWith(`${directory}/`);
}

/** The name of a file directly in a folder; null for other files. */
export function nameInFolder(path: string, folder: string): string | null {
  if (!isInside(path, folder)) return null;
  const name = folder === '' ? path : path.slice(folder.length + 1);
  return name.includes('/') ? null : name;
}

/** Python refuses a pattern with a root. */
export function isAbsolute(pattern: string): boolean {
  return /^(\/|\\|[A-Za-z]:[\\/])/.test(pattern);
}
