import type { Rule } from './rule.ts';

export const UNREADABLE_YAML: Rule = {
  code: 'unreadable-yaml',
  level: 'error',
  text: 'A file must be YAML that can be read. It has no other finding, and rules that need it are skipped.',
  needs: [],
  check: ({ yamlProblems }) => yamlProblems.filter(({ isKeyTwice }) => !isKeyTwice),
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
name: Orders: daily
`,
  },
  at: 'pipelines/orders.yml:2',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
name: "Orders: daily"
`,
  },
};

export const KEY_TWICE: Rule = {
  code: 'key-twice',
  level: 'error',
  text: 'A key stands once in its mapping. Of two, one is ignored, or the whole file is refused.',
  needs: [],
  check: ({ yamlProblems }) => yamlProblems.filter(({ isKeyTwice }) => isKeyTwice),
  wrong: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
timeout: 600
timeout: 3600
`,
  },
  at: 'pipelines/orders.yml:3',
  right: {
    'pipelines/orders.yml': `
version: pipelines/v0.1
timeout: 3600
`,
  },
};
