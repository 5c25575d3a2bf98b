import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The first of these names that is a program on the search path. */
export async function findProgram(
  names: readonly string[],
  path = process.env['PATH'] ?? '',
): Promise<string | null> {
  for (const name of names) {
    for (const folder of path.split(delimiter).filter(Boolean)) {
      const file = join(folder, name);
      const isProgram = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isProgram) return file;
    }
  }
  return null;
}
