// Lists the licences of all dependencies, by the lock file. Ends with exit code 1 when one is unknown, or is not on the
// list of allowed ones (scripts/judge-license.ts).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { judgeLicense, type LicensedPackage } from './judge-license.ts';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), license: z.string().optional(), dev: z.boolean().optional() }),
  ),
});

function readPackages(): LicensedPackage[] {
  const text = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8');
  const { packages } = lockSchema.parse(JSON.parse(text));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { version = '', license = null, dev = false }]) => ({
      version,
      license,
      isTool: dev,
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    }));
}

function listByLicense(title: string, packages: readonly LicensedPackage[]): void {
  console.log(`${title} (${packages.length})`);
  const groups = Map.groupBy(packages, ({ license }) => license ?? 'unknown');
  for (const [license, group] of [...groups].toSorted(([a], [b]) => a.localeCompare(b))) {
    const names = group.map(({ name, version }) => `${name} ${version}`).toSorted();
    console.log(`  ${license} (${group.length}): ${names.join(', ')}`);
  }
}

const packages = readPackages();
const wrong = packages.flatMap((one) => {
  const problem = judgeLicense(one);
  return problem ? [`${one.name} ${one.version} ${problem}`] : [];
});
if (!process.argv.includes('--check')) {
  const isShipped = ({ isTool }: LicensedPackage) => !isTool;
  listByLicense('What is shipped', packages.filter(isShipped));
  listByLicense(
    'Tools that build and test it',
    packages.filter((one) => one.isTool),
  );
}
for (const problem of wrong) console.error(`✗ ${problem}`);
if (wrong.length > 0) process.exitCode = 1;
else console.log(`✓ ${packages.length} dependencies have licences that may be used.`);
