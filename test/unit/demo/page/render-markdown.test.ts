import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '../../../../demo/page/render-markdown.ts';

const render = (markdown: string) => renderMarkdown(markdown).markup;

describe('Markdown', () => {
  test('is shown with its tables, code and links', () => {
    const markup = render(
      '| Job | [`1`](https://a.example/b?c=1&d=2) |\n| --- | --- |\n| x | `y` |\n\n```\nlog <b>\n```',
    );
    expect(markup).toContain('<a href="https://a.example/b?c=1&amp;d=2" rel="noreferrer"><code>1</code></a>');
    expect(markup).toContain('<td><code>y</code></td>');
    expect(markup).toContain('<pre class="log" tabindex="0">log &lt;b&gt;</pre>');
  });

  test('folds what the text folds, and hides its comments', () => {
    const markup = render('<!-- mark -->\n\n<details><summary>Log</summary>\n\n**one**\n\n</details>');
    expect(markup).toContain('<details><summary>Log</summary>');
    expect(markup).toContain('<strong>one</strong>');
    expect(markup).not.toContain('mark');
  });

  test.each([
    ['an attribute on a tag that works', '<details onclick="alert(1)" open>x</details>'],
    ['a tag put together by a comment', '<scr<!-- -->ipt>alert(1)</scr<!-- -->ipt>'],
    ['a block of HTML', '<script>alert(1)</script>'],
    ['HTML within a line', 'a <img src=x onerror=alert(1)> b'],
    ['a link to a script', '[go](javascript:alert(1))'],
    ['a link to data', '[go](data:text/html,<script>alert(1)</script>)'],
    ['a link to nowhere', '[go](//evil.example/)'],
    ['an image', '![<b>](https://evil.example/track.png)'],
    ['an image of a script', '![go](javascript:alert(1))'],
    ['a title that leaves its attribute', '[go](https://a.example "x\\" onclick=\\"alert(1)")'],
    ['a language that leaves its attribute', '```"><script>alert(1)</script>\nx\n```'],
  ])('stays harmless: %s', (_, markdown) => {
    const tags = [...render(markdown).matchAll(/<([^>]+)>/g)].map((match) => match[1] ?? '');
    for (const tag of tags) {
      expect(tag).toMatch(
        /^(?:\/?(?:p|pre|code|a|details)|pre class="log" tabindex="0"|a href="https:[^"]*" rel="noreferrer")$/,
      );
    }
  });
});
