const USAGE = `Usage: meltano-deploy <command>

  start                   serve the GitHub App (configured by the environment, see .env.example)
  doctor [--json]         check the set-up and name the fix for each problem; changes nothing
  config validate <file>  check the .github/meltano-deploy.yml of a repository, offline
  project check [directory]
                          check a Meltano project, offline: broken YAML, unknown names, missing lock files and more
  project plan <revision>..<revision> [directory]
                          print what changes in the workspace between two commits
  wait --repo <owner>/<name> --sha <commit>
                          wait on GitHub until the deployments of a commit have ended
  audit --since <time> [--format ndjson|csv]
                          print who asked for what, and how it ended, beside the running app
  migrate-store --from <data directory> --to <postgres://…>
                          copy the embedded database of a stopped app into an empty PostgreSQL database`;

/** Runs a command of the command line. Sets the process's exit code. */
export async function runCommand(words: string[]): Promise<void> {
  const [command, ...rest] = words;
  switch (command) {
    case 'start': {
      const { main } = await import('../main.ts').catch(endForMissingPart);
      return main();
    }
    case 'demo':
      return refuseDemo();
    case 'doctor': {
      const { runDoctor } = await import('./doctor.ts');
      return runDoctor(rest);
    }
    case 'config': {
      const { runConfig } = await import('./config.ts');
      return runConfig(rest);
    }
    case 'project': {
      const { runProject } = await import('./project.ts');
      return runProject(rest);
    }
    case 'wait': {
      const { runWait } = await import('./wait.ts');
      return runWait(rest);
    }
    case 'audit': {
      const { runAudit } = await import('./audit.ts');
      return runAudit(rest);
    }
    case 'migrate-store': {
      const { runMigrateStore } = await import('./migrate-store.ts');
      return runMigrateStore(rest);
    }
    case 'help':
    case '--help':
      console.log(USAGE);
      return;
    default:
      console.error(command ? `There is no command "${command}".\n\n${USAGE}` : USAGE);
      process.exitCode = 2;
  }
}

/** The app loads all modules at the start: a module that failed to load later would be missing until a restart. */
function endForMissingPart(error: unknown): never {
  console.error(
    `Meltano Deploy can't start: a part of the program can't be loaded (${(error as Error).message}). ` +
      'Install the app again. If too many files are open, raise the limit (ulimit -n).',
  );
  process.exit(1);
}

function refuseDemo(): void {
  console.error('The demo is not part of the package. Clone the project and run "npm run demo" there.');
  process.exitCode = 2;
}
