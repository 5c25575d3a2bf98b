import type { Pipeline } from '../model.ts';
import type { NameIndex } from '../name-index.ts';
import type { Rule } from './rule.ts';

export const NO_LOADER: Rule = {
  code: 'no-loader',
  level: 'warning',
  text: 'A pipeline that only extracts, without actions and without a script, has a data store or a loader for what it extracts.',
  needs: ['manifest', 'store'],
  *check({ pipelines }, names) {
    for (const pipeline of pipelines) {
      const [first] = pipeline.components;
      if (first === undefined || !extractsOnly(pipeline, names)) continue;
      yield {
        place: first.place,
        message: 'nothing in data_components loads what is extracted',
      };
    }
  },
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- tap-orders
`,
  },
  at: 'pipelines/orders.yml:3',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
data_components:
- tap-orders
- Warehouse
`,
  },
};

function extractsOnly({ components, actions, script }: Pipeline, names: NameIndex): boolean {
  if (actions.length > 0 || script !== null) return false;
  return components.every(({ text }) => {
    const found = names.findComponent(text);
    return found?.kind === 'plugin' && found.plugins.every(({ type }) => type === 'extractors');
  });
}
