import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Stage } from './stage.ts';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Pictures are stored in the repository, so they must be small. */
const SIZE_LIMIT_BYTES = 200_000;
const MARGIN_PX = 12;

export const NO_BROWSER = `The pictures need Chromium: none of ${PROGRAMS.join(', ')} exists. On Debian: apt-get install chromium fonts-noto-color-emoji`;

interface Shot {
  readonly url: string;
  /** The picture holds all elements that this selects. */
  readonly selector: string;
  /** Elements that only the simulation has. */
  readonly hidden?: string;
  /** Opens each folded part. */
  readonly unfold?: boolean;
}

/** The path of an installed browser, or null. */
export function findBrowser(): string | null {
  return PROGRAMS.find((path) => existsSync(path)) ?? null;
}

/** Takes the documentation's pictures of the simulated GitHub after the tour, and returns the files. */
export async function takePictures(
  stage: Stage,
  { program, folder }: { program: string; folder: string },
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  // The browser's own sandbox doesn't work in most containers, and it opens only the simulated pages.
  const browser = await chromium.launch({ executablePath: program, chromiumSandbox: false });
  try {
    const context = await browser.newContext({
      viewport: { width: 1200, height: 800 },
      colorScheme: 'light',
      bypassCSP: true,
    });
    const files: string[] = [];
    for (const [name, shot] of Object.entries(choosePictures(stage))) {
      const png = await takePicture(context, shot);
      const file = join(folder, `${name}.png`);
      if (png.length > SIZE_LIMIT_BYTES) throw new Error(`${file} would have ${png.length} bytes`);
      await writeFile(file, png);
      files.push(file);
    }
    return files;
  } finally {
    await browser.close();
  }
}

async function takePicture(
  context: BrowserContext,
  { url, selector, hidden, unfold }: Shot,
): Promise<Buffer> {
  const page = await context.newPage();
  await page.goto(url);
  if (hidden !== undefined) await page.addStyleTag({ content: `${hidden} { display: none !important; }` });
  if (unfold) for (const summary of await page.locator('summary').all()) await summary.click();
  const png = await page.screenshot({ clip: await measure(page, selector), fullPage: true });
  await page.close();
  return png;
}

/** The rectangle around all selected elements, with a margin. */
async function measure(page: Page, selector: string) {
  const elements = await page.locator(selector).all();
  const boxes = (await Promise.all(elements.map((one) => one.boundingBox()))).filter((box) => box !== null);
  if (boxes.length === 0) throw new Error(`${page.url()} has no ${selector}`);
  const x = Math.floor(Math.min(...boxes.map((box) => box.x))) - MARGIN_PX;
  const y = Math.floor(Math.min(...boxes.map((box) => box.y))) - MARGIN_PX;
  const right = Math.ceil(Math.max(...boxes.map((box) => box.x + box.width))) + MARGIN_PX;
  const bottom = Math.ceil(Math.max(...boxes.map((box) => box.y + box.height))) + MARGIN_PX;
  return { x, y, width: right - x, height: bottom - y };
}

function choosePictures(stage: Stage): Record<string, Shot> {
  const { shop, finance } = stage.places;
  const { origin, conversations } = stage.sandbox.github;
  const marked = stage.pushes.find(({ place, expected }) => place === shop && expected.annotation);
  const [failed] = marked === undefined ? [] : stage.runsOf(marked);
  const redeploy = stage.comments.find(({ body }) => body === '/redeploy');
  const pull = conversations.list(finance.repository).find((one) => one.pull?.mergedAt != null);
  if (failed === undefined || redeploy === undefined || pull === undefined)
    throw new Error('The tour is not complete');
  return {
    'check-run': {
      url: `${origin}/${shop.repository}/runs/${failed.id}`,
      selector: '#live > :not(:has(.history))',
      hidden: 'form :is(label, select)',
    },
    conversation: {
      url: `${origin}${redeploy.path}`,
      selector: '#live > :not(.controls)',
    },
    commits: {
      url: `${origin}/${finance.repository}`,
      // The first list holds the conversations, the second the commits of the default branch.
      selector: '#live > h2:nth-of-type(2), #live > h2:nth-of-type(2) + .card',
    },
    'pull-request': {
      url: `${origin}/${finance.repository}/pull/${pull.number}`,
      selector: '#live > :not(.controls)',
      unfold: true,
    },
  };
}
