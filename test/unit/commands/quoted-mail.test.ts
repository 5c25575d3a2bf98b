import { expect, test } from 'vitest';
import { parseCommand } from '../../../src/commands/parse-command.ts';

const HEADERS = [
  'From: Ada <ada@example.com>',
  'Sent: Monday, 1 June 2026 10:00',
  'To: acme/data',
  'Subject: Re',
];

const INTRODUCTIONS: readonly [string, string][] = [
  ['Outlook, English', '-----Original Message-----'],
  ['Outlook, spaced', '  ----- Original Message -----  '],
  ['Outlook, German', '-----Ursprüngliche Nachricht-----'],
  ['Outlook, French', "-----Message d'origine-----"],
  ['Outlook, Spanish', '-----Mensaje original-----'],
  ['forwarded', '---------- Forwarded message ---------'],
  ['forwarded by Apple', 'Begin forwarded message:'],
  ["Outlook's line", '________________________________'],
  ["Outlook's line below text", `Thanks\n________________________________\n${HEADERS[0]}`],
  ["Outlook's headers", HEADERS.join('\n')],
  ['bold headers', HEADERS.map((line) => line.replace(/^(\w+:)/, '**$1**')).join('\n')],
  ['German headers', 'Von: Ada\nGesendet: Montag, 1. Juni 2026 10:00\nAn: acme/data\nBetreff: AW: x'],
  ['French headers', 'De : Ada <ada@example.com>\nEnvoyé : lundi 1 juin 2026\nÀ : acme/data'],
  ['Chinese headers', '发件人：Ada <ada@example.com>\n发送时间：2026年6月1日'],
  ['Gmail', 'On Mon, Jun 1, 2026 at 10:00 AM Ada <ada@example.com> wrote:'],
  ['Gmail, wrapped', 'On Mon, Jun 1, 2026 at 10:00 AM Ada Lovelace <\nada@example.com> wrote:'],
  [
    'Gmail, wrapped twice',
    'On Mon, Jun 1, 2026 at 10:00 AM\nAda Lovelace <notifications@github.com>\nwrote:',
  ],
  ['without a date', 'On Tuesday, Ada Lovelace wrote:'],
  ['without an opening word', 'Ada Lovelace <notifications@github.com> wrote:'],
  ['German', 'Am Mo., 1. Juni 2026 um 10:00 Uhr schrieb Ada <ada@example.com>:'],
  ['German, wrapped', 'Am Mo., 1. Juni 2026 um 10:00 Uhr schrieb Ada Lovelace <\nada@example.com>:'],
  ['French', 'Le lun. 1 juin 2026 à 10:00, Ada <ada@example.com> a écrit :'],
  ['French, with a no-break space', 'Le lun. 1 juin 2026 à 10:00, Ada a écrit\u00a0:'],
  ['Spanish', 'El lun, 1 jun 2026 a las 10:00, Ada (<ada@example.com>) escribió:'],
  ['Italian', 'Il giorno lun 1 giu 2026 alle ore 10:00 Ada <ada@example.com> ha scritto:'],
  ['Portuguese', 'Em seg., 1 de jun. de 2026 às 10:00, Ada <ada@example.com> escreveu:'],
  ['Dutch', 'Op ma 1 jun 2026 om 10:00 schreef Ada <ada@example.com>:'],
  ['Swedish', 'Den mån 1 juni 2026 kl 10:00 skrev Ada <ada@example.com>:'],
  ['Polish', 'pon., 1 cze 2026 o 10:00 Ada <ada@example.com> napisał(a):'],
  ['Russian, no verb', 'пн, 1 июн. 2026 г. в 10:00, Ada <ada@example.com>:'],
  ['Japanese', '2026年6月1日(月) 10:00 Ada <ada@example.com>:'],
  ['Chinese', 'Ada <ada@example.com> 于2026年6月1日周一 10:00写道：'],
  ['Yahoo', '    On Monday, June 1, 2026 at 10:00:00 AM GMT+2, Ada <ada@example.com> wrote:  '],
  ['Zoho', '---- On Mon, 01 Jun 2026 10:00:00 +0200 Ada <ada@example.com> wrote ----'],
  ['Gnus', 'Ada Lovelace <ada@example.com> writes:'],
  ['Mutt', '* Ada <ada@example.com> [2026-06-01 10:00]:'],
  ['QQ', '------------------&nbsp;原始邮件&nbsp;------------------\n发件人: "Ada"'],
  ['an address that GitHub hides', 'пн, 1 июн. 2026 г. в 10:00, Ada ***@***.***>:'],
  ['an address that GitHub hides, Japanese', '2026年6月1日(月) 10:00 Ada ***@***.***>:'],
  ['Turkish', 'Ada <ada@example.com>, 1 Haz 2026 Pzt, 10:00 tarihinde şunu yazdı:'],
  ['Finnish', 'ma 1. kesäk. 2026 klo 10.00 Ada (ada@example.com) kirjoitti:'],
  ['Czech', 'po 1. 6. 2026 v 10:00 odesílatel Ada <ada@example.com> napsal:'],
  ['Hungarian', 'Ada <ada@example.com> ezt írta (időpont: 2026. jún. 1., H, 10:00):'],
  ['Romanian', 'lun., 1 iun. 2026, 10:00 Ada <ada@example.com> a scris:'],
  ['Greek', 'Στις Δευ 1 Ιουν 2026 στις 10:00 π.μ., ο χρήστης Ada <ada@example.com> έγραψε:'],
  ['Vietnamese', 'Vào Th 2, 1 thg 6, 2026 vào lúc 10:00 Ada <ada@example.com> đã viết:'],
  [
    'Arabic',
    'في الاثنين، 1 يونيو 2026 في 10:00 ص تمت كتابة ما يلي بواسطة \u202aAda\u202c <\u202aada@example.com\u202c>:',
  ],
  ['GitHub, why', 'You are receiving this because you were mentioned.'],
  ['GitHub', '—\nReply to this email directly, view it on GitHub, or unsubscribe.'],
  [
    'GitHub, with a link',
    '—\nReply to this email directly, [view it on GitHub](https://github.com/a/b/issues/1), or unsubscribe.',
  ],
];

test.each(INTRODUCTIONS)('a command in the copy of an older mail is none: %s', (_title, introduction) => {
  expect(parseCommand(`It works now, thanks.\n\n${introduction}\n\n/redeploy\n`)).toEqual({ kind: 'none' });
  expect(parseCommand(`Thanks\r\n\r\n${introduction}\r\n\r\n/redploy\r\n`)).toEqual({ kind: 'none' });
});

test.each(INTRODUCTIONS)('a command above it counts: %s', (_title, introduction) => {
  const parsed = parseCommand(`/meltano status\n\n${introduction}\n\n/redeploy\n`);
  expect(parsed).toEqual({ kind: 'command', command: { name: 'status', workspaces: [] }, ignored: 0 });
});

test.each([
  [
    'below a quote that the line introduces',
    'On Mon, 1 June 2026, Ada wrote:\n\n> /meltano withdraw\n\nSure:\n',
  ],
  ['below what people write', 'From: v1.2\nTo: v1.3\n'],
  ['below a sentence', 'I wrote 3 tests, and now:\n'],
  ['below a sentence about what was written', 'On Tuesday we wrote docs:\n'],
  ['below what the writer wrote', 'On it. 2 days ago I wrote:\n'],
  ['below a heading of hyphens', '----- Deploy, please -----\n'],
  ['below a ruler', '________\n'],
  ['below a mail in a fence', `\`\`\`\n-----Original Message-----\n${HEADERS.join('\n')}\n\`\`\`\n`],
  ['below a mail in a quote', '> -----Original Message-----\n\n'],
  ['below a list of who said what', 'Ada: yes\nBob: no\n'],
])('a command counts: %s', (_title, text) => {
  expect(parseCommand(`${text}/redeploy`)).toMatchObject({ kind: 'command', ignored: 0 });
});

test.each(['From: a@b\n', 'On 1 wrote:\n', ':\n', 'Am 1 schrieb:\n\n'])(
  '65,536 characters of %j are read',
  (piece) => {
    const hostile = piece.repeat(Math.floor(65_500 / piece.length));
    expect(parseCommand(`/redeploy\n\n${hostile}`).kind).toBe('command');
  },
);
