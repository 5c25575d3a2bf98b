import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { createHomePage } from '../../../src/web/home-page.ts';

async function serve(page = createHomePage()): Promise<string> {
  const server = createServer(async (request, response) => {
    if (!(await page(request, response))) response.writeHead(418).end('not mine');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the page says what this is, its version, and where its documentation is', async () => {
  const response = await fetch(`${await serve()}/?from=somewhere`);
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(text).toContain('<h1>Meltano Deploy');
  expect(text).toContain(packageJson.version);
  expect(text).toContain('docs/configuration.md');
});

test('once the project has a home, the documentation is a link to it', async () => {
  const page = createHomePage({ version: '1.2.3', homepage: 'https://example.com/docs?a=1&b="2"' });
  const text = await (await fetch(await serve(page))).text();
  expect(text).toContain('href="https://example.com/docs?a=1&amp;b=&quot;2&quot;"');
});

test('it needs nothing else, and no other page may hold it', async () => {
  const response = await fetch(await serve());
  expect(response.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; .*frame-ancestors 'none'/,
  );
  expect(await response.text()).not.toMatch(/<(script|img|link|form|iframe)\b/);
});

test('HEAD is the same without the body', async () => {
  const response = await fetch(await serve(), { method: 'HEAD' });
  expect([response.status, await response.text()]).toEqual([200, '']);
});

test.each([
  ['GET', '/index.html'],
  ['GET', '/probot'],
  ['POST', '/'],
])('%s %s is left to other handlers', async (method, path) => {
  expect((await fetch((await serve()) + path, { method })).status).toBe(418);
});
