import type { Act, ActContext, Scene } from './act.ts';
import { playGitHubDeployments, playPublicRepository, playRepositoryFile } from './configuration-acts.ts';
import type { DemoView } from './demo-view.ts';
import { playFailure, playOvertaking, playSuccess } from './push-acts.ts';
import { playRepair } from './repair-act.ts';
import { playButtons, playQuestions, playWithdrawal } from './request-acts.ts';
import { playAdoption, playStartByPush } from './start-acts.ts';
import { playKill, playOutage } from './trouble-acts.ts';

/** Side by side are only acts of different repositories; those of one account share its pace at GitHub. */
const SCENES: readonly Scene[] = [
  { title: 'Pushes become deployments', acts: [playSuccess, playFailure, playOvertaking] },
  { title: 'People ask for something', acts: [playQuestions, playButtons, playWithdrawal] },
  {
    title: 'What a repository sets for itself',
    acts: [playRepositoryFile, playPublicRepository, playRepair, playGitHubDeployments],
  },
  { title: 'Other ways to start', acts: [playAdoption, playStartByPush] },
  { title: 'The app dies', acts: [playKill] },
  { title: 'Meltano Cloud is away', acts: [playOutage] },
];

export const ACTS: readonly Act[] = SCENES.flatMap(({ acts }) => acts);
export const EXPECTED_PUSHES = ACTS.reduce((sum, { pushes }) => sum + pushes, 0);
/** What was overtaken, filtered or only asked has none. */
export const EXPECTED_JOBS = ACTS.reduce((sum, { jobs }) => sum + jobs, 0);

/** Plays all acts; what came of them is at the simulated services. Throws what the first act that broke off threw. */
export async function playTour(context: Omit<ActContext, 'view'>, view: DemoView): Promise<void> {
  let number = 0;
  for (const { title, acts } of SCENES) {
    context.signal.throwIfAborted();
    const titles = acts.map((act) => {
      number += 1;
      return `${String(number).padStart(2)}  ${act.title}`;
    });
    const views = view.openScene(title, titles);
    const played = await Promise.allSettled(
      views.map((actView, index) => acts[index]?.play({ ...context, view: actView })),
    );
    view.closeScene();
    for (const one of played) if (one.status === 'rejected') throw one.reason;
  }
}
