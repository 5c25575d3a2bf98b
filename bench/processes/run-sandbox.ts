import { SCENARIOS } from '../waits/scenarios.ts';
import { createInstallationToken } from '../world/create-installation-token.ts';
import { SandboxWorld } from '../world/sandbox-world.ts';
import type { WorldAnswer, WorldRequest } from '../world/world-messages.ts';

// Runs the simulated services in their own process, so that their cost isn't counted.

const world = await SandboxWorld.start();

async function answer(request: WorldRequest): Promise<Partial<WorldAnswer>> {
  switch (request.ask) {
    case 'environment':
      return { environment: world.sandbox.appEnvironment() };
    case 'prepare':
      return { prepared: world.prepare(request.deployments, request.installations) };
    case 'begin':
      return { begun: await world.begin(request.webhookUrl) };
    case 'begin without app':
      return {
        begun: await world.beginWithoutApp((account) => createInstallationToken(world.sandbox, account)),
      };
    case 'log':
      world.log(request.jobs, request.everyMs);
      return { done: true };
    case 'reset':
      world.reset();
      return { done: true };
    case 'counts':
      return { counts: world.counts() };
    case 'end':
      return { lags: await world.end(request) };
    case 'lose pushes':
      await world.losePushes(request.logLagMs);
      return { done: true };
    case 'await lost pushes':
      return { jobTimes: await world.awaitLostPushes() };
    case 'play': {
      world.sandbox.github.hook.url = request.webhookUrl;
      return { samples: await SCENARIOS[request.scenario](world.sandbox, request) };
    }
  }
}

process.on('SIGTERM', () => {
  world.stopLogs();
  void world.sandbox.stop().then(() => process.exit(0));
});
process.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('ask' in message)) return;
  answer(message as WorldRequest).then(
    (answered) => process.send?.(answered),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
