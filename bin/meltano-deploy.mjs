#!/usr/bin/env node
import { existsSync } from 'node:fs';
import v8 from 'node:v8';
import { loadQuickly } from './load-quickly.mjs';

// Plain JavaScript that any Node can read: it says which Node is needed before anything newer is loaded.
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `Meltano Deploy needs Node ${NEEDED} or newer; this is Node ${process.versions.node}. Run it through npm ` +
      '(npm start, npm run demo), which brings its own on linux-x64, or install a newer Node.',
  );
  process.exit(1);
}

loadQuickly();

// A checkout has the sources, which Node runs as they are; not so under node_modules, so the package has them compiled.
const isCheckout = existsSync(new URL('../src', import.meta.url));
const { runCommand } = await import(
  isCheckout ? '../src/cli/run-command.ts' : '../dist/src/cli/run-command.js'
);
await runCommand(process.argv.slice(2));

// From here on, not before: while it loads, a program only grows. On a machine with much memory Node lets garbage grow to
// four times what is in use before it looks: 2,000 deployments at once took 460 MB that way, of which 77 were needed. For
// a service that mostly waits, looking more often is cheap.
v8.setFlagsFromString('--heap-growing-percent=25');
