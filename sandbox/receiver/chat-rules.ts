/** What calls people: Slack's special mentions, users and groups, also from the plain names that some chats take. */
const MENTION = /<[!@#]|@(?:here|channel|everyone|all)\b/i;
/** A link as Slack writes it. */
const LINK = /<https?:\/\/[^<>|]+\|[^<>]+>/g;
const SLACK_KEYS = new Set(['text', 'unfurl_links', 'unfurl_media', 'mrkdwn', 'blocks']);
const MOST_SLACK_CHARACTERS = 40_000;

/** Null for a message that Slack takes and that calls nobody. */
export function findSlackProblem(message: unknown): string | null {
  if (!isRecord(message)) return 'invalid_payload';
  const { text } = message;
  const unknown = Object.keys(message).find((key) => !SLACK_KEYS.has(key));
  if (unknown !== undefined) return `unknown key ${unknown}`;
  if (typeof text !== 'string' || text.trim() === '') return 'no_text';
  if (text.length > MOST_SLACK_CHARACTERS) return 'msg_too_long';
  if (MENTION.test(text)) return 'the text calls somebody';
  // What is left of `<`, `>` and `&` has to be escaped.
  const rest = text.replace(LINK, '').replace(/&(?:amp|lt|gt);/g, '');
  return /[<>&]/.test(rest) ? 'the text is not escaped' : null;
}

const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  TextBlock: ['type', 'text', 'weight', 'size', 'wrap', 'spacing'],
  RichTextBlock: ['type', 'inlines', 'spacing'],
  TextRun: ['type', 'text', 'weight'],
  'Action.OpenUrl': ['type', 'title', 'url'],
};

/** Null for a message with an Adaptive Card that a workflow of Teams takes and that calls nobody. */
export function findCardProblem(message: unknown): string | null {
  if (!isRecord(message) || message['type'] !== 'message') return 'the message is not of type message';
  const [attachment, ...others] = toArray(message['attachments']);
  if (!isRecord(attachment) || others.length > 0) return 'the message has not one attachment';
  if (attachment['contentType'] !== 'application/vnd.microsoft.card.adaptive') return 'not an Adaptive Card';
  const card = attachment['content'];
  if (!isRecord(card) || card['type'] !== 'AdaptiveCard') return 'the card is not of type AdaptiveCard';
  if (!['1.2', '1.3', '1.4', '1.5'].includes(String(card['version']))) return 'the version is unknown';
  if ('msteams' in card) return 'the card has entities, which can call somebody';
  const elements = [...toArray(card['body']), ...toArray(card['actions'])];
  return elements.map(findElementProblem).find((problem) => problem !== null) ?? null;
}

function findElementProblem(element: unknown): string | null {
  if (!isRecord(element)) return 'an element is not an object';
  const { type, text } = element;
  const keys = ELEMENTS[String(type)];
  if (!keys) return `unknown element ${type}`;
  const unknown = Object.keys(element).find((key) => !keys.includes(key));
  if (unknown !== undefined) return `unknown key ${unknown} of ${type}`;
  if (typeof text === 'string' && /<at\b/i.test(text)) return 'the text calls somebody';
  if (typeof text === 'string' && MENTION.test(text)) return 'the text calls somebody';
  return (
    toArray(element['inlines'])
      .map(findElementProblem)
      .find((problem) => problem !== null) ?? null
  );
}

function toArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
