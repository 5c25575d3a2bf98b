import { env } from 'node:process';
import { run } from 'probot';

// What every Probot app costs before it does anything: the peer that this app is compared with. Plain JavaScript, since
// Node's TypeScript reader would be counted too.
await run(
  (app) => {
    app.on('push', () => {});
  },
  { env },
);
