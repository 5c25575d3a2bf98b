import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { renderConfigurationSchema } from '../src/config/repository-configuration-schema.ts';
import { renderNotificationSchema } from '../src/notifying/notification-event.ts';
import { renderResultSchema } from '../src/reporting/render/render-result.ts';
import { renderCommandDocs } from './command-docs/render-command-docs.ts';
import { renderKnownErrorDocs } from './known-error-docs/render-known-error-docs.ts';
import { renderProjectDocs } from './project-docs/render-project-docs.ts';
import { insertRoomGraph } from './room-docs/render-room-docs.ts';

// `npm run generate`: writes the files that are generated from the code. Tests fail if they are out of date.
const schema = new URL('../schema/', import.meta.url);
mkdirSync(schema, { recursive: true });
writeFileSync(new URL('meltano-deploy.schema.json', schema), renderConfigurationSchema());
writeFileSync(new URL('deployment-result.schema.json', schema), renderResultSchema());
writeFileSync(new URL('notification.schema.json', schema), renderNotificationSchema());
writeFileSync(new URL('../docs/commands.md', import.meta.url), renderCommandDocs());
writeFileSync(new URL('../docs/project-check.md', import.meta.url), await renderProjectDocs());
writeFileSync(new URL('../docs/known-errors.md', import.meta.url), await renderKnownErrorDocs());
const architecture = new URL('../docs/architecture.md', import.meta.url);
writeFileSync(architecture, insertRoomGraph(readFileSync(architecture, 'utf8')));
