import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };

/** Fields of package.json. `homepage` is the address of the documentation, if there is one. */
const aboutSchema = z.object({ version: z.string(), homepage: z.url({ protocol: /^https$/ }).optional() });

export type About = z.infer<typeof aboutSchema>;

/**
 * Handles `GET /` with a public page that describes the app. The page contains nothing about accounts. Resolves
 * to false for every other path.
 */
export function createHomePage(
  about: About = aboutSchema.parse(packageJson),
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const page = renderHomePage(about);
  return async ({ method, url }, response) => {
    if ((method !== 'GET' && method !== 'HEAD') || url?.split('?', 1)[0] !== '/') return false;
    response.writeHead(200, HEADERS).end(method === 'HEAD' ? undefined : page);
    return true;
  };
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  // The page needs no scripts, images, forms or frames.
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function renderHomePage({ version, homepage }: About): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Meltano Deploy</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Meltano Deploy <small>${escapeHtml(version)}</small></h1>
<p class="lead">A GitHub App that deploys Meltano Cloud workspaces. You push to the branch that a workspace tracks; the
app deploys the workspace and shows the deployment on your commit, as a check run.</p>
<h2>If you push to a repository</h2>
<p>There is nothing to do here. Look at the checks of your commit, or write a command in a new comment on an issue, a
pull request or a commit:</p>
<dl>
<dt><code>/meltano help</code></dt><dd>list the commands</dd>
<dt><code>/meltano why</code></dt><dd>explain why a commit was or wasn't deployed</dd>
<dt><code>/redeploy</code></dt><dd>deploy again</dd>
</dl>
<h2>If you operate the app</h2>
<dl>
<dt><a href="/readyz"><code>/readyz</code></a></dt><dd>readiness, and the last known state of GitHub and Meltano Cloud</dd>
<dt><a href="/healthz"><code>/healthz</code></a></dt><dd>liveness of the process</dd>
<dt><a href="/metrics"><code>/metrics</code></a></dt><dd>metrics for Prometheus</dd>
</dl>
<p>If something is wrong, run <code>meltano-deploy doctor</code> on the same machine. It names the problem and the fix.</p>
<h2>Documentation</h2>
<p>${describeDocumentation({ version, homepage })}</p>
</main>
</body>
</html>
`;
}

function describeDocumentation({ version, homepage }: About): string {
  const files =
    '<code>README.md</code>, <code>docs/commands.md</code> for users, and ' +
    '<code>docs/configuration.md</code> and <code>docs/operations.md</code> for operators';
  return homepage
    ? `<a href="${escapeHtml(homepage)}">${escapeHtml(homepage)}</a>`
    : `The documentation is in the folder of the program (version ${escapeHtml(version)}): ${files}.`;
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (sign) => names[sign] ?? '');
}

const STYLE = `
:root { --ink: #1c2230; --soft: #5a6478; --line: #d9dee8; --back: #fff; --link: #1a56c4; --code: #f1f3f8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9f0; --soft: #9aa5ba; --line: #2e3646; --back: #12161f; --link: #7fb0ff; --code: #1d2330; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 3rem 1.25rem; background: var(--back); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 40rem; margin: 0 auto; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.25; }
h1 small { font-size: 1rem; font-weight: 400; color: var(--soft); white-space: nowrap; }
h2 { margin: 2.25rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: 1.1rem; }
p { margin: .6rem 0; }
.lead { font-size: 1.1rem; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1rem; margin: .8rem 0; }
dd { margin: 0; color: var(--soft); }
code { padding: .1em .35em; border-radius: .3em; background: var(--code);
  font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
a { color: var(--link); text-underline-offset: .2em; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media (max-width: 30rem) {
  body { padding: 1.75rem 1rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .7rem; }
}`;
