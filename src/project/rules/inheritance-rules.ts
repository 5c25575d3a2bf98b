import { findCircles } from '../circles.ts';
import type { Plugin } from '../model.ts';
import { quoteName } from '../quote-name.ts';
import type { Rule } from './rule.ts';

export const INHERITANCE_CIRCLE: Rule = {
  code: 'inheritance-circle',
  level: 'error',
  text: 'Plugins must not inherit from each other in a circle.',
  needs: [],
  *check(project, names) {
    const findParents = (plugin: Plugin) => names.parentOf(plugin) ?? [];
    for (const circle of findCircles(project.plugins, (plugin) => [findParents(plugin)].flat())) {
      for (const parent of circle.flatMap(({ inheritFrom }) => inheritFrom ?? [])) {
        yield {
          place: parent.place,
          message: `inheriting from ${quoteName(parent.text)} closes a circle`,
        };
      }
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    inherit_from: tap-orders-eu
  - name: tap-orders-eu
    inherit_from: tap-orders
`,
  },
  at: 'meltano.yml:5',
  right: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    variant: acme
  - name: tap-orders-eu
    inherit_from: tap-orders
`,
  },
};

export const UNKNOWN_PARENT: Rule = {
  code: 'unknown-parent',
  level: 'warning',
  text: '`inherit_from` names a plugin of the same type, in the project or with a lock file.',
  needs: ['manifest'],
  *check(project, names) {
    for (const plugin of project.plugins) {
      const { inheritFrom, type } = plugin;
      if (inheritFrom === null || names.parentOf(plugin) || project.lockFiles.length === 0) continue;
      if (names.hasLockFile(type, { name: inheritFrom.text, variant: null })) continue;
      yield {
        place: inheritFrom.place,
        message: `neither the project nor a lock file has ${quoteName(inheritFrom.text)} under ${quoteName(type)}`,
      };
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders-eu
    inherit_from: tap-order
`,
  },
  at: 'meltano.yml:5',
  right: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders-eu
    inherit_from: tap-orders
`,
  },
};
