import { findCircles } from '../circles.ts';
import type { Pipeline } from '../model.ts';
import { foldLoosely } from '../name-index.ts';
import { quoteName } from '../quote-name.ts';
import type { Rule } from './rule.ts';

/** Stands for a deployment that succeeds. */
const DEPLOY = 'deploy';

export const UNKNOWN_TRIGGER: Rule = {
  code: 'unknown-trigger',
  level: 'warning',
  text: "`triggered_by` names pipelines, by their file's name, `name` or `label`, or `deploy`.",
  needs: ['pipeline'],
  *check(project, names) {
    for (const trigger of project.pipelines.flatMap(({ triggeredBy }) => triggeredBy)) {
      if (foldLoosely(trigger.text) === DEPLOY || names.findPipelines(trigger.text).length > 0) continue;
      yield {
        place: trigger.place,
        message: `no pipeline is called ${quoteName(trigger.text)}`,
      };
    }
  },
  wrong: {
    'pipelines/report.yml': `
version: pipelines/v0.1
triggered_by:
- order
`,
  },
  at: 'pipelines/report.yml:3',
  right: {
    'pipelines/report.yml': `
version: pipelines/v0.1
triggered_by:
- orders
`,
  },
};

export const TRIGGER_CIRCLE: Rule = {
  code: 'trigger-circle',
  level: 'error',
  text: 'Pipelines must not trigger each other in a circle.',
  needs: ['pipeline'],
  *check(project, names) {
    const findCauses = ({ triggeredBy }: Pipeline) =>
      triggeredBy.flatMap(({ text }) => names.findPipelines(text));
    for (const circle of findCircles(project.pipelines, findCauses)) {
      for (const trigger of circle.flatMap(({ triggeredBy }) => triggeredBy)) {
        if (!names.findPipelines(trigger.text).some((pipeline) => circle.includes(pipeline))) continue;
        yield {
          place: trigger.place,
          message: `${quoteName(trigger.text)} closes a circle: these pipelines trigger each other`,
        };
      }
    }
  },
  wrong: {
    'pipelines/report.yml': `
version: pipelines/v0.1
triggered_by: report
`,
  },
  at: 'pipelines/report.yml:2',
  right: {
    'pipelines/report.yml': `
version: pipelines/v0.1
triggered_by: orders
`,
  },
};
