import { Marked } from 'marked';
import { escapeHtml, type Html, trustMarkup } from './html.ts';

/**
 * Renders roughly like GitHub. A few harmless HTML tags work, comments are hidden, and all other tags are shown as text.
 * Only http(s) links work, and images become links.
 */
export function renderMarkdown(markdown: string): Html {
  return trustMarkup(marked.parse(markdown, { async: false }));
}

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => renderTags(text),
    link({ href, tokens }) {
      return renderLink(href, this.parser.parseInline(tokens));
    },
    image: ({ href, text }) => renderLink(href, escapeHtml(text || href)),
    code: ({ text }) => `<pre class="log" tabindex="0">${escapeHtml(text)}</pre>`,
    table({ header, rows }) {
      const cells = (row: typeof header, tag: 'th' | 'td') =>
        row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('');
      const lines = [cells(header, 'th'), ...rows.map((row) => cells(row, 'td'))];
      return `<table class="facts">${lines.map((line) => `<tr>${line}</tr>`).join('')}</table>`;
    },
  },
});

const HARMLESS = /&lt;(\/?(?:details|summary|sub|sup|kbd|br))&gt;/g;

function renderTags(text: string): string {
  return escapeHtml(text.replace(/<!--[\s\S]*?-->/g, '')).replace(HARMLESS, '<$1>');
}

function renderLink(href: string, label: string): string {
  const url = URL.parse(href);
  if (url === null || !/^https?:$/.test(url.protocol)) return label;
  return `<a href="${escapeHtml(url.href)}" rel="noreferrer">${label}</a>`;
}
