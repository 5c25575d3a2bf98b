import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { MeltanoSandbox } from '../../../../sandbox/meltano/meltano-sandbox.ts';

export const REPOSITORY = 'https://github.com/acme/data';
export const UNKNOWN = '00000000-0000-4000-8000-000000000000';
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}$/;

export const bodySchema = z.record(z.string(), z.unknown());
export const hrefs = (text: string) => [...text.matchAll(/"href":"([^"]*)"/g)].map(([, href]) => href);

export async function setUp() {
  const sandbox = new MeltanoSandbox();
  sandbox.script = () => 'manual';
  await sandbox.start();
  onTestFinished(() => sandbox.stop());
  const workspace = sandbox.addWorkspace({ name: 'Analytics', repositoryUrl: REPOSITORY });
  const send = async (method: string, path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${sandbox.token}` };
    const response = await fetch(sandbox.apiUrl + path, { method, headers, ...init });
    const text = await response.text();
    const type = response.headers.get('content-type');
    const body = /json/.test(type ?? '') ? bodySchema.parse(JSON.parse(text)) : {};
    return { status: response.status, type, text, body, headers: response.headers };
  };
  return { sandbox, workspace, send };
}
