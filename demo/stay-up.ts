import type { DemoApp } from './demo-app.ts';
import type { DemoView } from './demo-view.ts';
import type { Stage } from './stage.ts';

/** Until it is interrupted, or the app ends. */
export async function stayUp(
  stage: Stage,
  view: DemoView,
  { app, interrupted, logFile }: { app: DemoApp; interrupted: AbortSignal; logFile: string },
): Promise<void> {
  const { github, meltano } = stage.sandbox;
  view.say(`
Everything goes on running until Ctrl-C.

  Simulated GitHub, for your browser   ${github.origin}
  The app                              ${app.url}/readyz
                                       ${app.url}/metrics
                                       ${logFile} (its log)
  Simulated Meltano Cloud              ${meltano.apiUrl} (API)
                                       ${meltano.origin}/workspaces/${stage.places.analytics.workspace.id}
`);
  const interruption = new Promise<null>((resolve) => {
    if (interrupted.aborted) resolve(null);
    interrupted.addEventListener('abort', () => resolve(null));
  });
  const ended = await Promise.race([app.ended, interruption]);
  view.say(ended === null ? 'Stopping ...' : `The app ended ${ended}.`);
}
