import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startForwardProxy } from '../../sandbox/http/forward-proxy.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

/** One push, from its delivery to its conclusion, by a process with these settings. */
async function deploy(settings: { env?: Record<string, string>; file?: Record<string, string> }) {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.stop());
  const { github, meltano } = sandbox;
  github.installations.add({ account: 'acme' });
  github.repositories.add({ fullName: 'acme/data', private: true, files: { 'models/a.sql': '0' } });
  meltano.addWorkspace({ name: 'Analytics', repositoryUrl: sandbox.repositoryUrl('acme/data') });
  const folder = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const lines = Object.entries(settings.file ?? {}).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));
  const env: Record<string, string> = {
    ...(await makeEnvironment(sandbox)),
    DATA_DIR: join(folder, 'data'),
    POLL_MAX_MS: '300',
    ...settings.env,
  };
  const app = new AppProcess({ env, cwd: folder });
  onTestFinished(async () => void (await app.kill('SIGKILL')));
  await app.ready();
  github.hook.url = `${app.url}/api/github/webhooks`;
  const { after } = github.branches.push({ repository: 'acme/data', files: { 'models/a.sql': '1' } });
  await github.waitFor(
    () => github.checks.runs('acme/data', after).some(({ conclusion }) => conclusion === 'success'),
    'the conclusion',
  );
  const hosts = [github.origin, meltano.apiUrl].map((url) => new URL(url).host);
  return { hosts: new Set(hosts), output: app.output };
}

/** Node's own client asks for a tunnel where the other one sends the request. */
function listHosts(asked: readonly string[]): Set<string | undefined> {
  return new Set(asked.map((line) => /^(?:CONNECT |[A-Z]+ http:..)([^/]+)/.exec(line)?.[1]));
}

test.each(['env', 'file'])(
  'GitHub and Meltano Cloud are both reached through the proxy of the environment (%s)',
  async (place) => {
    const proxy = await startForwardProxy('app:geheim');
    onTestFinished(() => proxy.stop());
    const { hosts, output } = await deploy({
      [place]: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy.url },
    });
    expect(listHosts(proxy.asked)).toEqual(hosts);
    expect(output).not.toContain('gehe');
  },
);

test('hosts of NO_PROXY are reached directly, and all are without the switch', async () => {
  const proxy = await startForwardProxy();
  onTestFinished(() => proxy.stop());
  await deploy({ env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1, localhost' } });
  await deploy({ env: { HTTP_PROXY: proxy.url } });
  expect(proxy.asked).toEqual([]);
});
