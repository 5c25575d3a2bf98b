import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCardProblem, findSlackProblem } from '../../../../sandbox/receiver/chat-rules.ts';
import { renderSlack } from '../../../../src/notifying/render/render-slack.ts';
import { renderTeams } from '../../../../src/notifying/render/render-teams.ts';
import { buildEvent } from '../build-event.ts';

test('a message to Slack', () => {
  expect(renderSlack(buildEvent())).toEqual({
    text: [
      '*Deployment failed*',
      'Workspace: `Analytics`',
      'Result: `Failed after 38 s`',
      'Repository: `acme/data`',
      'Branch: `main`',
      'Commit: `aaaaaaa`',
      'Requested by: `push by ana`',
      'Time: `2026-05-04 09:14 UTC`',
      '<https://github.com/acme/data/runs/1|Check run>',
    ].join('\n'),
    unfurl_links: false,
    unfurl_media: false,
  });
});

test('a message to Teams', () => {
  const text = JSON.stringify(renderTeams(buildEvent({}, 'repaired')));
  expect(text).toContain('"text":"Deployment repaired"');
  expect(text).toContain('{"type":"TextRun","text":"Analytics"}');
  expect(text).toContain('"url":"https://github.com/acme/data/runs/1"');
});

const CALLS = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<!subteam^S012|team>',
  '<@U012AB3CD>',
  '<#C012|general>',
  '@here @channel @everyone',
  '@\u2060here',
  '`<!channel>`',
  '``` <!channel> ```',
  '&lt;!channel&gt;',
  '<https://evil.example|Check run>',
  'https://evil.example/a|b>',
  '<at>Everyone</at>',
  '<AT id="0">Ana</AT>',
  '[a](https://evil.example) **b** ![c](https://evil.example/c.png)',
  ':siren: *b* _i_ ~s~',
  'line\nbreak\r\n@here',
  '\u202e<!channel>',
  '<\u200b!channel>',
  '＠here',
  '@'.repeat(500),
];

function mention(text: string) {
  return buildEvent({
    summary: `Looks like a loop: pushes by ${text}`,
    workspace: { id: text, name: text, url: text },
    repository: { id: 1, name: text, url: text },
    branch: text,
    commit: { requested: text, deployed: null },
    requested_by: text,
  });
}

test.each(CALLS)('%s calls nobody, wherever it stands', (text) => {
  expect(findSlackProblem(renderSlack(mention(text)))).toBeNull();
  expect(findCardProblem(renderTeams(mention(text)))).toBeNull();
});

test('no text calls anybody or breaks out of its place', () => {
  const part = fc.oneof(fc.constantFrom(...CALLS, '<', '>', '&', '!', '@', '|', '`', '\u2060'), fc.string());
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const event = mention(parts.join(''));
      expect(findSlackProblem(renderSlack(event))).toBeNull();
      expect(findCardProblem(renderTeams(event))).toBeNull();
      const { text } = renderSlack(event) as { text: string };
      expect(text.split('\n')).toHaveLength(9);
      expect(text.match(/`/g)?.length ?? 0).toBeLessThanOrEqual(14);
    }),
  );
});

test('the link of a message is the check run, whatever its characters', () => {
  const url = 'https://github.com/acme/data/runs/1?a=<!channel>|b&c=d';
  expect(findSlackProblem(renderSlack(buildEvent({ url })))).toBeNull();
  expect(findSlackProblem(renderSlack(buildEvent({ url: 'no address' })))).toBeNull();
});
