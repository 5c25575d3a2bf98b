import { startSandbox } from '../../sandbox/sandbox.ts';

/** The simulated services in a process of their own, so that what they cost isn't counted. Said to the parent once they listen. */
export interface SandboxReady {
  readonly environment: Record<string, string>;
}

const sandbox = await startSandbox();
sandbox.github.addInstallation({ account: 'acme' });
process.on('SIGTERM', () => void sandbox.stop().then(() => process.exit(0)));
process.on('message', (message) => {
  if (message === 'environment') process.send?.({ environment: sandbox.appEnvironment() });
});
