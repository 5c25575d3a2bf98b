import type { Act, ActContext, Scene } from './act.ts';
import { playGitHubDeployments, playPublicRepository, playRepositoryFile } from './configuration-acts.ts';
import type { DemoView } from './demo-view.ts';
import { playApproval, playLock, playWaitFor } from './gate-acts.ts';
import { playIssue, playSecondTry, playSetup } from './hearing-acts.ts';
import { playFailedPipeline, playTriggeredRun } from './pipeline-acts.ts';
import { playProjectCheck } from './project-act.ts';
import { playFailure, playSuccess, playSuperseding } from './push-acts.ts';
import { playRepair } from './repair-act.ts';
import { playButtons, playQuestions, playWithdrawal } from './request-acts.ts';
import { playRequiredCheck } from './required-act.ts';
import { playAdoption, playStartByPush } from './start-acts.ts';
import { playKill, playOutage } from './trouble-acts.ts';

/** The acts of a scene are played at the same time, so they use different repositories. */
const SCENES: readonly Scene[] = [
  { title: 'Pushes become deployments', acts: [playSuccess, playFailure, playSuperseding, playProjectCheck] },
  { title: 'People use commands and buttons', acts: [playQuestions, playButtons, playWithdrawal] },
  {
    title: 'Settings of a repository',
    acts: [playRepositoryFile, playPublicRepository, playRepair, playGitHubDeployments, playRequiredCheck],
  },
  { title: 'Gates before a deployment', acts: [playWaitFor, playApproval, playLock] },
  { title: 'Other ways to start', acts: [playAdoption, playStartByPush] },
  { title: 'Somebody hears of it', acts: [playSetup, playIssue, playSecondTry] },
  { title: 'Pipelines of a workspace', acts: [playFailedPipeline, playTriggeredRun] },
  { title: 'The app is killed', acts: [playKill] },
  { title: 'Meltano Cloud is unavailable', acts: [playOutage] },
];

export const ACTS: readonly Act[] = SCENES.flatMap(({ acts }) => acts);
export const EXPECTED_PUSHES = ACTS.reduce((sum, { pushes }) => sum + pushes, 0);
/** Superseded and filtered pushes and questions have no job. */
export const EXPECTED_JOBS = ACTS.reduce((sum, { jobs }) => sum + jobs, 0);

/** Plays all acts. Rethrows the first error of an act. */
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
