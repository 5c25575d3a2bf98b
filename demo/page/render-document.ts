import { createHash } from 'node:crypto';
import type { ServiceAnswer } from '../../sandbox/http/http-service.ts';
import { type Html, html, trustMarkup } from './html.ts';
import { REFRESH_SCRIPT } from './refresh-script.ts';
import { STYLE } from './style.ts';

export interface Page {
  readonly title: string;
  /** The simulated service. */
  readonly site: 'GitHub' | 'Meltano Cloud';
  /** The link of the site's name. */
  readonly home: string;
  /** Shown once after a form was sent. */
  readonly notice?: string | null;
  /** The part that is refreshed. */
  readonly live: Html;
  /** The part below, which isn't refreshed. */
  readonly below?: Html | null;
  readonly status?: number;
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `style-src ${hashSource(STYLE)}`,
    `script-src ${hashSource(REFRESH_SCRIPT)}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

export function answerPage(page: Page): ServiceAnswer {
  return { status: page.status ?? 200, headers: HEADERS, body: renderDocument(page) };
}

function renderDocument({ title, site, home, notice = null, live, below = null }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${site} (simulated)</title>
<style>${trustMarkup(STYLE)}</style>
</head>
<body>
<header>
<a href="${home}">${site}</a> <span>simulated on this computer</span>
<span id="lost" hidden>No answer: the simulation has stopped or is busy</span>
</header>
<main>
${notice === null ? null : html`<p class="note" role="status">${notice}</p>`}
<div id="live">${live}</div>
${below}
</main>
<script>${trustMarkup(REFRESH_SCRIPT)}</script>
</body>
</html>
`.markup;
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
