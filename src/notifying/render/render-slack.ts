import type { NotificationEvent } from '../notification-event.ts';
import { describeMessage, quietText } from './describe-message.ts';

/** The message for an incoming webhook of Slack, or of a chat that takes the same. */
export function renderSlack(event: NotificationEvent): object {
  const { heading, facts, link } = describeMessage(event);
  const lines = facts.map(({ words, text }) => `${words}: ${formatCode(text)}`);
  const address = encodeLink(link);
  const text = [`*${heading}*`, ...lines, ...(address === null ? [] : [`<${address}|Check run>`])].join('\n');
  return {
    text,
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** Slack renders neither links, mentions nor emoji inside code. */
function formatCode(text: string): string {
  const code = quietText(text).replaceAll('`', "'");
  return code === '' ? '' : `\`${escapeText(code)}\``;
}

/** The three characters that Slack asks to escape. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function encodeLink(link: string): string | null {
  const href = URL.parse(link)?.href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E');
  return href === undefined ? null : escapeText(href);
}
