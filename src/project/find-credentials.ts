import { scanSecrets } from '../logs/secrets/scan-secrets.ts';
import { findShapedCredentials } from '../logs/secrets/secret-shapes.ts';
import { mergeRanges } from '../logs/secrets/text-ranges.ts';
import type { Place, YamlFile } from './yaml-file.ts';

/** Finds the places of credentials in files. Never returns their values. */
export async function findCredentials(files: readonly YamlFile[]): Promise<Place[]> {
  const starts: number[] = [];
  let text = '';
  // One scan of all files takes a tenth of the time of a scan for each file.
  for (const file of files) {
    starts.push(text.length);
    text += `${file.text}\n`;
  }
  const found = mergeRanges([...(await scanSecrets(text)), ...findShapedCredentials(text)]);
  return found.flatMap(({ start }) => {
    const index = starts.findLastIndex((one) => one <= start);
    return files[index]?.placeAt(start - (starts[index] ?? 0)) ?? [];
  });
}
