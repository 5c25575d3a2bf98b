/** Licences that require only attribution. Shipped packages must have one of these. */
const PERMISSIVE = new Set([
  ...[
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'CC0-1.0',
    'ISC',
    'MIT',
    'MIT-0',
  ],
  ...['PSF-2.0', 'Python-2.0', 'Unlicense', 'Zlib'],
]);
/** Copyleft that stays with its own files. Of tools that only build and test the project, nothing is passed on. */
const FOR_TOOLS = new Set(['MPL-2.0', 'CC-BY-4.0']);

export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; null: the package names none. */
  readonly license: string | null;
  /** Only for the development of the project. */
  readonly isTool: boolean;
}

/** Null if the package may be used; otherwise the problem, for a person. */
export function judgeLicense({ license, isTool }: LicensedPackage): string | null {
  if (!license) return 'names no licence';
  const allows = (one: string) => PERMISSIVE.has(one) || (isTool && FOR_TOOLS.has(one));
  return isAllowed(license, allows) ? null : `has the licence ${license}, which is not on the list`;
}

/** `A OR B`: one is enough; `A AND B`: both count. Anything else, nested brackets among it, is for a person to look at. */
function isAllowed(expression: string, allows: (license: string) => boolean): boolean {
  const inner = /^\(([^()]*)\)$/.exec(expression)?.[1] ?? expression;
  return inner.split(' OR ').some((side) => side.split(' AND ').every((one) => allows(one.trim())));
}
