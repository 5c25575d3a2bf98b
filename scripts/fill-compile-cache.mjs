// npm's prepare: after an installation in a checkout, what a start of the app loads is compiled once, so that the first
// start is as quick as all others. Nothing depends on it.
import module from 'node:module';
import { loadQuickly } from '../bin/load-quickly.mjs';

const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  loadQuickly();
  await import('../src/cli/run-command.ts');
  await import('../src/main.ts');
  module.flushCompileCache();
}
