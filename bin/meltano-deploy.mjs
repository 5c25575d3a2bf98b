#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// Plain JavaScript that any Node can read: it says which Node is needed before anything newer is loaded.
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `Meltano Deploy needs Node ${NEEDED} or newer; this is Node ${process.versions.node}. Run it through npm ` +
      '(npm start, npm run demo), which brings its own on linux-x64, or install a newer Node.',
  );
  process.exit(1);
}

// A start takes half of the time. The folder is beside the dependencies, where nobody else may write.
module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url)));

// A checkout has the sources, which Node runs as they are; not so under node_modules, so the package has them compiled.
const isCheckout = existsSync(new URL('../src', import.meta.url));
const { runCommand } = await import(
  isCheckout ? '../src/cli/run-command.ts' : '../dist/src/cli/run-command.js'
);
await runCommand(process.argv.slice(2));
