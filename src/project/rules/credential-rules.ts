import type { Rule } from './rule.ts';

export const CREDENTIAL: Rule = {
  code: 'credential',
  level: 'warning',
  text: "No credential is written into a file: it belongs into the workspace's settings. Its value is never shown.",
  needs: [],
  *check({ credentials }) {
    for (const place of credentials) {
      yield {
        place,
        message: 'this looks like a credential: keep it out of the repository, and replace it',
      };
    }
  },
  wrong: {
    'workspace.yml': `
version: workspaces/v0.2
image_url: https://deploy:Tr0ub4dor-and-3@images.example.com/logo.png
`,
  },
  at: 'workspace.yml:2',
  right: {
    'workspace.yml': `
version: workspaces/v0.2
image_url: https://images.example.com/logo.png
`,
  },
};
