import type { NotificationEvent } from '../notification-event.ts';
import { describeMessage, quietText } from './describe-message.ts';

/** The message for a workflow of Teams that begins with a webhook request: it takes Adaptive Cards, not message cards. */
export function renderTeams(event: NotificationEvent): object {
  const { heading, facts, link } = describeMessage(event);
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            {
              type: 'TextBlock',
              text: heading,
              weight: 'Bolder',
              size: 'Medium',
              wrap: true,
            },
            ...facts.map(renderFact),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Check run', url: link }],
        },
      },
    ],
  };
}

/** A text run knows no Markdown, unlike a text block. */
function renderFact({ words, text }: { readonly words: string; readonly text: string }): object {
  return {
    type: 'RichTextBlock',
    spacing: 'Small',
    inlines: [
      { type: 'TextRun', text: `${words}: `, weight: 'Bolder' },
      { type: 'TextRun', text: quietText(text) },
    ],
  };
}
