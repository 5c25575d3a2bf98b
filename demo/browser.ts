import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type DevTools, openDevTools } from './dev-tools.ts';
import { writeMeasuring } from './write-measuring.ts';

/** Wide enough for all that the pages show side by side (pixels). */
const WIDTH = 1200;
const START_LIMIT_MS = 30_000;
/** Room around what is shown (pixels). */
const MARGIN = 12;

export interface Shot {
  readonly url: string;
  /** The picture holds all elements that this selects, and no more. */
  readonly selector: string;
  /** What only the simulation has. */
  readonly hidden?: string;
  /** What is folded, and to be seen. */
  readonly unfolded?: string;
}

export interface Browser {
  /** A PNG of a page in light colours. */
  take(shot: Shot): Promise<Buffer>;
  close(): Promise<void>;
}

/** Starts Chromium without a window, with a profile of its own. */
export async function startBrowser(program: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'meltano-deploy-chromium-'));
  // Containers often forbid its sandbox; nothing but the simulated page is opened.
  const words = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run'];
  const child = spawn(
    program,
    [...words, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const close = async () => {
    const isGone = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
    if (!isGone) {
      const end = once(child, 'exit');
      kill();
      await end;
    }
    process.off('exit', kill);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const tools = await openDevTools(await readAddress(child));
    return {
      take: (shot) => takePicture(tools, shot),
      async close() {
        tools.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Chromium tells where it listens on its error stream. */
async function readAddress(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('Chromium has no error stream');
  const told: string[] = [];
  const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  const failed = once(child, 'error').then(([error]) => {
    throw error;
  });
  const read = async (lines: AsyncIterable<string>) => {
    for await (const line of lines) {
      const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (address !== undefined) return address;
      told.push(line);
    }
    throw new Error(`Chromium ended at once: ${told.slice(-3).join(' ')}`);
  };
  try {
    return await Promise.race([read(createInterface({ input: child.stderr })), failed]);
  } finally {
    clearTimeout(limit);
    child.stderr.resume();
  }
}

const area = z.object({
  result: z.object({
    value: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  }),
});
const picture = z.object({ data: z.string() });

async function takePicture(tools: DevTools, shot: Shot): Promise<Buffer> {
  const page = await tools.openPage();
  await page.send('Emulation.setDeviceMetricsOverride', {
    width: WIDTH,
    height: 800,
    deviceScaleFactor: 1,
    mobile: false,
  });
  const features = [{ name: 'prefers-color-scheme', value: 'light' }];
  await page.send('Emulation.setEmulatedMedia', { features });
  await page.load(shot.url);
  const expression = writeMeasuring(shot, MARGIN);
  const { value } = area.parse(
    await page.send('Runtime.evaluate', { expression, returnByValue: true }),
  ).result;
  const clip = { ...value, scale: 1 };
  const taken = picture.parse(
    await page.send('Page.captureScreenshot', { format: 'png', clip, captureBeyondViewport: true }),
  );
  await page.close();
  return Buffer.from(taken.data, 'base64');
}
