import { cleanInlineText, sliceWhole } from '../../logs/clean-log-line.ts';
import type { NotificationEvent } from '../notification-event.ts';

const LONGEST_TEXT = 200;
const SHORT_SHA = 7;

const HEADINGS: Readonly<Record<NotificationEvent['type'], string>> = {
  failed: 'Deployment failed',
  repaired: 'Deployment repaired',
  waiting: 'Deployment waits for a person',
};

const CAUSES: Readonly<Record<NotificationEvent['data']['cause'], string>> = {
  push: 'push',
  command: '/redeploy',
  button: 'Redeploy button',
  rerun: 're-run',
};

/** A message to a chat. `text` is from outside, `words` are the app's own. */
export interface ChatMessage {
  readonly heading: string;
  readonly facts: readonly { readonly words: string; readonly text: string }[];
  readonly link: string;
}

export function describeMessage({ type, timestamp, data }: NotificationEvent): ChatMessage {
  const { requested, deployed } = data.commit;
  const by = data.requested_by === null ? '' : ` by ${data.requested_by}`;
  return {
    heading: HEADINGS[type],
    facts: [
      { words: 'Workspace', text: data.workspace.name },
      { words: 'Result', text: data.summary },
      { words: 'Repository', text: data.repository.name },
      { words: 'Branch', text: data.branch },
      { words: 'Commit', text: (deployed ?? requested).slice(0, SHORT_SHA) },
      { words: 'Requested by', text: `${CAUSES[data.cause]}${by}` },
      // A message that is tried again may arrive after a newer one.
      { words: 'Time', text: `${timestamp.slice(0, 16).replace('T', ' ')} UTC` },
    ],
    link: data.url,
  };
}

/** One line that mentions nobody: a word joiner parts what chats take for a mention. */
export function quietText(text: string): string {
  const clean = cleanInlineText(sliceWhole(text, LONGEST_TEXT * 8));
  const cut = clean.length <= LONGEST_TEXT ? clean : `${sliceWhole(clean, LONGEST_TEXT - 1)}…`;
  return cut.replace(/[@<]/g, '$&\u2060');
}
