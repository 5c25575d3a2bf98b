import type { ActContext } from './act.ts';
import { plainHeadline } from './format.ts';
import type { DemoComment } from './stage.ts';
import { STEP_LIMIT_MS } from './wait-for-run.ts';

const FACES: Record<string, string> = { eyes: '👀', rocket: '🚀', confused: '😕' };

/** Until the last reaction; what the app says on the way is shown. */
export async function waitForAnswer(
  { stage, view, signal }: ActContext,
  comment: DemoComment,
): Promise<void> {
  let shown = '';
  const isOver = () => {
    signal.throwIfAborted();
    const reactions = comment.reactions();
    const reply = plainHeadline(comment.replies()[0] ?? '');
    const answer = `${reactions.map((one) => FACES[one] ?? one).join('')} ${reply || 'taken'}`;
    if (answer !== shown && reactions.length > 0) view.showAnswer(comment.body, answer);
    shown = answer;
    return reactions.some((one) => one === 'rocket' || one === 'confused');
  };
  await stage.sandbox.github.waitFor(isOver, `the answer to ${comment.body}`, STEP_LIMIT_MS);
}
