import { isPluginType } from '../file-shapes.ts';
import { findLockFiles, findNeededLock, fitsLock, formatStem, type NeededLock } from '../lock-files.ts';
import { quoteName } from '../quote-name.ts';
import { startOf } from '../yaml-file.ts';
import type { Rule } from './rule.ts';

export const NO_LOCK_FILE: Rule = {
  code: 'no-lock-file',
  level: 'warning',
  text: 'A plugin has the lock file of its variant, unless it has a `namespace` or inherits everything. Projects without any lock file are left alone.',
  needs: [],
  *check(project, names) {
    if (project.lockFiles.length === 0) return;
    for (const plugin of project.plugins) {
      const needed = findNeededLock(plugin);
      if (needed === null || plugin.name === null) continue;
      const { type, name } = plugin;
      // An unknown type has its own finding.
      if (!isPluginType(type) || names.hasLockFile(type, needed)) continue;
      const [other] = findLockFiles(project, type, { name: needed.name, variant: null });
      const found = other ? `; there is ${quoteName(`${other.stem}.lock`)}` : '';
      yield {
        place: name.place,
        message: `${quoteName(name.text)} has no lock file ${quoteName(`plugins/${type}/${formatStem(needed)}.lock`)}${found}`,
      };
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    variant: another
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
`,
  },
};

export const LOCK_FILE_LEFT: Rule = {
  code: 'lock-file-left',
  level: 'note',
  text: 'A lock file whose plugin is gone does no harm. Meltano Cloud itself leaves some.',
  needs: ['manifest'],
  *check(project) {
    const needed = project.plugins.map((plugin) => ({
      type: plugin.type,
      lock: findNeededLock(plugin) ?? { name: plugin.inheritFrom?.text ?? '', variant: null },
    }));
    const exact = new Set(needed.map(({ type, lock }) => `${type}/${formatStem(lock)}`));
    const ofAnyVariant = needed.filter(({ lock }) => lock.variant === null);
    for (const lock of project.lockFiles) {
      const isUsed = (one: NeededLock, type: string) => lock.type === type && fitsLock(lock, one);
      if (exact.has(`${lock.type}/${lock.stem}`)) continue;
      if (ofAnyVariant.some((one) => isUsed(one.lock, one.type))) continue;
      yield {
        place: startOf(lock.path),
        message: 'no plugin uses this lock file',
      };
    }
  },
  wrong: {
    'plugins/extractors/tap-orders--other.lock': '{}',
  },
  at: 'plugins/extractors/tap-orders--other.lock:1',
  right: {
    'plugins/extractors/tap-orders--acme.lock': '{}',
  },
};
