#!/usr/bin/env node
// Plain JavaScript that any Node can read: it says which Node is needed before anything newer is loaded.
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `Meltano Deploy needs Node ${NEEDED} or newer; this is Node ${process.versions.node}. Run it through npm ` +
      '(npm start, npm run demo), which brings its own on linux-x64, or install a newer Node.',
  );
  process.exit(1);
}

const { runCommand } = await import('../src/cli/run-command.ts');
await runCommand(process.argv.slice(2));
