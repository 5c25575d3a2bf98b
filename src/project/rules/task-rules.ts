import type { Project } from '../model.ts';
import type { Text } from '../yaml-file.ts';
import { describeUnknown, type Rule } from './rule.ts';

export const UNKNOWN_TASK: Rule = {
  code: 'unknown-task',
  level: 'error',
  text: 'Tasks of jobs name plugins, `plugin:command`, mappings or jobs of the project.',
  needs: ['manifest'],
  *check(project, names) {
    for (const task of project.jobs.flatMap(({ tasks }) => tasks)) {
      if (isLeftAlone(task) || names.isRunnable(task.text) || names.hasJob(task.text)) continue;
      yield describeUnknown('plugin, job or mapping', task);
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    namespace: tap_orders
jobs:
- name: load
  tasks:
  - tap-order
`,
  },
  at: 'meltano.yml:9',
  right: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    namespace: tap_orders
jobs:
- name: load
  tasks:
  - tap-orders
`,
  },
};

export const UNKNOWN_IN_SCHEDULE: Rule = {
  code: 'unknown-in-schedule',
  level: 'error',
  text: 'A schedule of meltano.yml names a job, or an extractor and a loader, of the project.',
  needs: ['manifest'],
  *check(project, names) {
    for (const { job, extractor, loader } of project.schedules) {
      if (job && !isLeftAlone(job) && !names.hasJob(job.text)) yield describeUnknown('job', job);
      if (extractor && !isPlugin(project, 'extractors', extractor))
        yield describeUnknown('extractor', extractor);
      if (loader && !isPlugin(project, 'loaders', loader)) yield describeUnknown('loader', loader);
    }
  },
  wrong: {
    'meltano.yml': `
version: 1
schedules:
- name: nightly
  interval: "@daily"
  job: load
`,
  },
  at: 'meltano.yml:5',
  right: {
    'meltano.yml': `
version: 1
plugins:
  extractors:
  - name: tap-orders
    namespace: tap_orders
jobs:
- name: load
  tasks: tap-orders
schedules:
- name: nightly
  interval: "@daily"
  job: load
`,
  },
};

function isPlugin(project: Project, type: string, text: Text): boolean {
  return (
    isLeftAlone(text) ||
    project.plugins.some((plugin) => plugin.type === type && plugin.name?.text === text.text)
  );
}

/** The value of a variable is unknown, and an option is no name. */
function isLeftAlone({ text }: Text): boolean {
  return text.includes('$') || text.startsWith('-');
}
