import { foldLoosely } from '../../domain/fold-name.ts';
import { findCircles } from '../circles.ts';
import type { Pipeline } from '../model.ts';
import { quoteName } from '../quote-name.ts';
import type { Text } from '../yaml-file.ts';
import { describeUnknown, type Rule } from './rule.ts';

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
      yield describeUnknown('pipeline', trigger);
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
    // If several pipelines have the name, the circle isn't certain.
    const findCause = ({ text }: Text) => {
      const [cause, ...others] = names.findPipelines(text);
      return others.length === 0 ? cause : undefined;
    };
    const findCauses = ({ triggeredBy }: Pipeline) =>
      triggeredBy.flatMap((trigger) => findCause(trigger) ?? []);
    for (const circle of findCircles(project.pipelines, findCauses)) {
      const members = new Set<Pipeline | undefined>(circle);
      for (const trigger of circle.flatMap(({ triggeredBy }) => triggeredBy)) {
        if (!members.has(findCause(trigger))) continue;
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
