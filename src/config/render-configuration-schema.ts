import { z } from 'zod';
import { repositoryConfigurationSchema } from './repository-configuration-schema.ts';

const EXAMPLE = {
  version: 1,
  deploy: { paths: ['pipelines/**'], paths_ignore: ['**/*.md'] },
  workspaces: [{ workspace: 'Analytics (prod)', on_push: false, environment: 'production' }],
};

/** The JSON Schema of `.github/meltano-deploy.yml`, for editors: the text of `schema/meltano-deploy.schema.json`. */
export function renderConfigurationSchema(): string {
  const schema = z.toJSONSchema(repositoryConfigurationSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ ...schema, examples: [EXAMPLE] }, null, 2)}\n`;
}
