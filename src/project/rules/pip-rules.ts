import type { Plugin, Project } from '../model.ts';
import { isInside, resolveInside } from '../project-paths.ts';
import type { Rule } from './rule.ts';

/** An address that is cut off. */
const CUT_ADDRESS = /^(?:git\+)?(?:https?|ssh):?\/{0,2}$/;
/** The address of a git repository without the `git+` that pip needs. */
const PLAIN_REPOSITORY = /^https?:\/\/\S+\.git(?:@|#|$)/;

export const BAD_PIP_URL: Rule = {
  code: 'bad-pip-url',
  level: 'warning',
  text: '`pip_url` names something that pip can install there: not a folder of the machine on which it was written, not an address that is cut off, and a git repository begins with `git+`.',
  needs: [],
  *check(project) {
    for (const plugin of project.plugins) {
      const message = findProblem(project, plugin);
      if (message === null || plugin.pipUrl === null) continue;
      yield {
        place: plugin.pipUrl.place,
        message,
      };
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    variant: acme
    pip_url: -e /home/ada/tap-orders
`,
  },
  at: 'meltano.yml:6',
  right: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    variant: acme
    pip_url: git+https://github.com/acme/tap-orders.git
`,
  },
};

function findProblem(project: Project, { pipUrl, type }: Plugin): string | null {
  const words = pipUrl?.text.split(/\s+/).filter((word) => word !== '' && !word.includes('$')) ?? [];
  for (const word of words) {
    if (CUT_ADDRESS.test(word)) return 'this address is cut off';
    // dbt installs packages of transforms, and takes plain addresses.
    if (type !== 'transforms' && PLAIN_REPOSITORY.test(word))
      return 'a git repository needs "git+" before its address';
    if (/^(?:file:\/\/)?(?:\/|~|[A-Za-z]:\\)/.test(word)) return "this folder isn't in the repository";
    if (/^\.{1,2}\//.test(word) && !hasFolder(project, word)) return "this folder isn't in the repository";
  }
  return null;
}

/** Accepts paths below a submodule, whose files aren't listed. */
function hasFolder(project: Project, path: string): boolean {
  const resolved = resolveInside(project.directory, path.replace(/\[.*$/, ''));
  if (resolved === null) return false;
  return project.repositoryFiles
    .keys()
    .some((file) => file === resolved || isInside(file, resolved) || isInside(resolved, file));
}
