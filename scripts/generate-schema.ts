import { mkdirSync, writeFileSync } from 'node:fs';
import { renderConfigurationSchema } from '../src/config/render-configuration-schema.ts';

// `npm run generate`: writes what is generated from the code. A test fails when it is out of date.
const folder = new URL('../schema/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('meltano-deploy.schema.json', folder), renderConfigurationSchema());
