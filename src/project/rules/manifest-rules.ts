import { matchInclude } from '../match-include.ts';
import type { Named, Project } from '../model.ts';
import { isAbsolute, isInside } from '../project-paths.ts';
import { quoteName } from '../quote-name.ts';
import { startOf } from '../yaml-file.ts';
import { describeUnknown, type Rule } from './rule.ts';

const PROJECT_ENTRY = /^(?:workspace\.yml$|pipelines\/|plugins\/)/;

export const NO_MANIFEST: Rule = {
  code: 'no-manifest',
  level: 'error',
  text: "The workspace's directory has a meltano.yml where it has, or had, other parts of a project.",
  needs: [],
  *check(project) {
    if (!project.hasManifest && (project.hadManifest || hasProjectFiles(project))) {
      yield {
        place: startOf(inDirectory(project, 'meltano.yml')),
        message: 'there is no meltano.yml in the directory of the workspace',
      };
    }
  },
  wrong: { 'meltano.yml': null },
  at: 'meltano.yml:1',
  right: {
    'meltano.yml': `
version: 1
`,
  },
};

export const EMPTY_DIRECTORY: Rule = {
  code: 'empty-directory',
  level: 'note',
  text: 'A directory without any part of a Meltano project is left alone.',
  needs: [],
  *check(project) {
    if (!project.hasManifest && !project.hadManifest && !hasProjectFiles(project)) {
      yield {
        place: startOf(inDirectory(project, 'meltano.yml')),
        message: 'there is no meltano.yml here, nor any other part of a Meltano project',
      };
    }
  },
  wrong: {
    'meltano.yml': null,
    'workspace.yml': null,
    'pipelines/orders.yml': null,
    'plugins/extractors/tap-orders--acme.lock': null,
    'plugins/loaders/target-postgres--acme.lock': null,
  },
  at: 'meltano.yml:1',
  right: {
    'meltano.yml': `
version: 1
`,
  },
};

export const NO_NAME: Rule = {
  code: 'no-name',
  level: 'error',
  text: 'Each plugin, job, schedule and environment has a name.',
  needs: [],
  *check(project) {
    for (const { what, entries } of listNamed(project)) {
      for (const { node } of entries.filter(({ name }) => name === null)) {
        // The rule wrong-form reports names and entries of another form.
        if (node.form !== 'mapping' || node.get('name').form !== 'nothing') continue;
        yield {
          place: node.place(),
          message: `this ${what} has no name`,
        };
      }
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - variant: acme
    pip_url: tap-orders
`,
  },
  at: 'meltano.yml:4',
  right: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    variant: acme
    pip_url: tap-orders
`,
  },
};

export const NAME_TWICE: Rule = {
  code: 'name-twice',
  level: 'error',
  text: 'A name stands once within a type of plugins, over all included files; likewise for jobs, schedules and environments.',
  needs: [],
  *check(project) {
    for (const { what, entries } of listNamed(project)) {
      const seen = new Set<string>();
      for (const name of entries.flatMap((entry) => entry.name ?? [])) {
        if (seen.has(name.text)) {
          yield {
            place: name.place,
            message: `there is another ${what} of the name ${quoteName(name.text)}`,
          };
        }
        seen.add(name.text);
      }
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
environments:
- name: prod
- name: prod
`,
  },
  at: 'meltano.yml:4',
  right: {
    'meltano.yml': `
version: 1
environments:
- name: staging
- name: prod
`,
  },
};

export const UNKNOWN_ENVIRONMENT: Rule = {
  code: 'unknown-environment',
  level: 'error',
  text: '`default_environment` of meltano.yml names an environment that the project defines.',
  needs: ['manifest'],
  *check({ defaultEnvironment, environments }) {
    // The value of a variable is unknown.
    if (defaultEnvironment === null || defaultEnvironment.text.includes('$')) return;
    if (environments.some(({ name }) => name?.text === defaultEnvironment.text)) return;
    yield describeUnknown('environment', defaultEnvironment);
  },
  wrong: {
    'meltano.yml': `
version: 1
default_environment: dev
environments:
- name: prod
`,
  },
  at: 'meltano.yml:2',
  right: {
    'meltano.yml': `
version: 1
default_environment: prod
environments:
- name: prod
`,
  },
};

export const INCLUDE_OUTSIDE: Rule = {
  code: 'include-outside',
  level: 'error',
  text: "`include_paths` stay in the workspace's directory: Meltano refuses absolute paths, and files outside of the project.",
  needs: [],
  *check(project) {
    for (const { text, place } of project.includePaths) {
      const message = findOutside(project, text);
      if (message !== null) yield { place, message };
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
include_paths:
- /etc/meltano/*.yml
`,
  },
  at: 'meltano.yml:3',
  right: {
    'meltano.yml': `
version: 1
include_paths:
- teams/*.meltano.yml
`,
  },
};

function findOutside(project: Project, pattern: string): string | null {
  if (isAbsolute(pattern)) return 'an absolute path is never included: write it relative to the project';
  if (!pattern.includes('..')) return null;
  const matched = matchInclude(pattern, project.directory, [...project.repositoryFiles.values()]);
  const outside = matched.find(({ path }) => !isInside(path, project.directory));
  return outside
    ? `${quoteName(outside.path)} is outside of the workspace's directory, so it is refused`
    : null;
}

function hasProjectFiles(project: Project): boolean {
  const start = project.directory === '' ? 0 : project.directory.length + 1;
  return [...project.files.keys()].some((path) => PROJECT_ENTRY.test(path.slice(start)));
}

function inDirectory({ directory }: Project, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

interface NamedList {
  readonly what: string;
  readonly entries: readonly Named[];
}

function listNamed({ plugins, jobs, schedules, environments }: Project): NamedList[] {
  const types = Map.groupBy(plugins, ({ type }) => type);
  return [
    ...Array.from(types, ([type, entries]) => ({ what: `plugin under ${quoteName(type)}`, entries })),
    { what: 'job', entries: jobs },
    { what: 'schedule', entries: schedules },
    { what: 'environment', entries: environments },
  ];
}
