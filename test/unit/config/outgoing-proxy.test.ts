import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startForwardProxy } from '../../../sandbox/http/forward-proxy.ts';
import { readEnvironment } from '../../../src/config/environment.ts';
import { chooseProxy, readProxy } from '../../../src/config/outgoing-proxy.ts';
import { MeltanoConnections } from '../../../src/meltano/connections.ts';

const NONE = { http: '', https: '', except: '' };

test('is read only with Node’s switch, in lower case first, and reported by name if it is wrong', () => {
  const env = {
    HTTPS_PROXY: 'http://one:1\n',
    https_proxy: 'http://two:2',
    NO_PROXY: 'a.example, b.example',
  };
  expect(readProxy(env)).toEqual({ proxy: null, problems: [] });
  expect(readProxy({ ...env, NODE_USE_ENV_PROXY: '1\n' }).proxy).toEqual({
    http: '',
    https: 'http://two:2',
    except: 'a.example, b.example',
  });
  expect(readProxy({ HTTP_PROXY: 'http://one:1', NODE_USE_ENV_PROXY: '1' }).proxy?.https).toBe(
    'http://one:1',
  );
  expect(readProxy({ NODE_USE_ENV_PROXY: '1' }).proxy).toBeNull();
  expect(readProxy({ NODE_USE_ENV_PROXY: 'true' }).problems).toEqual(['NODE_USE_ENV_PROXY must be 1, or 0.']);
  for (const value of ['proxy.example:3128', 'socks5://geheim@p:1', '//p:1', 'geheim']) {
    const result = readEnvironment({ NODE_USE_ENV_PROXY: '1', https_proxy: value, NODE_ENV: 'production' });
    const problems = !result.ok && result.kind === 'invalid' ? result.problems : [];
    expect(problems).toContain(
      'https_proxy must be an http or https URL, such as http://proxy.example:3128.',
    );
    expect(problems.join()).not.toContain('geheim');
  }
});

test.each([
  ['', 'a.example', true],
  ['*', 'a.example', false],
  ['a.example', 'a.example', false],
  ['A.Example', 'a.example', false],
  ['b.example,a.example', 'a.example', false],
  ['b.example a.example', 'a.example', false],
  ['example', 'a.example', false],
  ['.example', 'a.example', false],
  ['*.example', 'a.example', false],
  ['*.a.example', 'a.example', true],
  ['.a.example', 'a.example', false],
  ['xample', 'a.example', true],
  ['a.example:443', 'a.example', true],
  ['a.example:80', 'a.example', false],
  ['a.example:8080', 'a.example:8080', false],
  ['*:80', 'a.example', false],
  ['*:81', 'a.example', true],
  ['[::1]', '[::1]', false],
  ['::1', '[::1]', false],
  ['[::1]:80', '[::1]', false],
  ['127.0.0.1', '127.0.0.1', false],
  ['127.0.0.0/8', '127.0.0.1', true],
])('NO_PROXY=%s: the choice for %s matches Meltano Cloud’s client', async (except, host, isProxied) => {
  const proxy = await startForwardProxy();
  const connections = new MeltanoConnections({ ...NONE, http: proxy.url, except });
  onTestFinished(async () => {
    await connections.destroy();
    await proxy.stop();
  });
  expect(chooseProxy(`http://${host}/api`, { ...NONE, http: proxy.url, except })?.origin ?? null).toBe(
    isProxied ? proxy.url : null,
  );
  const dispatcher = await connections.connect();
  const controller = new AbortController();
  const answered = dispatcher
    .request({ origin: `http://${host}`, path: '/', method: 'GET', signal: controller.signal })
    .catch(() => null);
  // Hosts of "example" don't exist, so only a request through the proxy arrives.
  await Promise.race([answered, new Promise((resolve) => setImmediate(resolve))]);
  if (isProxied) await answered;
  controller.abort();
  expect(proxy.asked.length > 0).toBe(isProxied);
});

test('https goes through a tunnel, with the proxy’s user and password', async () => {
  const proxy = await startForwardProxy('app:geheim');
  const target = createServer().listen(0, '127.0.0.1');
  await once(target, 'listening');
  proxy.target = { hostname: '127.0.0.1', port: (target.address() as AddressInfo).port };
  const connections = new MeltanoConnections({ ...NONE, https: proxy.url });
  onTestFinished(async () => {
    await connections.destroy();
    await proxy.stop();
    target.close();
  });
  const dispatcher = await connections.connect();
  // The other end speaks no TLS: reaching it is enough.
  const asked = dispatcher.request({ origin: 'https://meltano.example', path: '/', method: 'GET' });
  await expect(asked).rejects.toThrow('SSL routines');
  expect(proxy.asked).toEqual(['CONNECT meltano.example:443']);
});
