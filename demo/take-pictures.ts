import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Shot, startBrowser } from './browser.ts';
import { findProgram } from './find-program.ts';
import type { Stage } from './stage.ts';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** The pages of a repository are no place for large files (bytes). */
const SIZE_LIMIT = 200_000;

export const NO_BROWSER =
  'The pictures need Chromium or Google Chrome, and neither is on the PATH. On Debian: apt-get install chromium';

/** A browser that can take them; null: there is none. */
export function findBrowser(): Promise<string | null> {
  return findProgram(PROGRAMS);
}

/** Takes the documentation's pictures of what the tour left at the simulated GitHub; resolves with the files. */
export async function takePictures(
  stage: Stage,
  { program, folder }: { program: string; folder: string },
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const browser = await startBrowser(program);
  const files: string[] = [];
  try {
    for (const [name, shot] of Object.entries(choosePictures(stage))) {
      const png = await browser.take(shot);
      const file = join(folder, `${name}.png`);
      if (png.length > SIZE_LIMIT) throw new Error(`${file} would have ${png.length} bytes`);
      await writeFile(file, png);
      files.push(file);
    }
    return files;
  } finally {
    await browser.close();
  }
}

/** By the names of their files. */
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
    conversation: { url: `${origin}${redeploy.path}`, selector: '#live > :not(.deeds)' },
    commits: {
      url: `${origin}/${finance.repository}`,
      // The second list, after the conversations: the default branch's.
      selector: '#live > h2:nth-of-type(2), #live > h2:nth-of-type(2) + .card',
    },
    'pull-request': {
      url: `${origin}/${finance.repository}/pull/${pull.number}`,
      selector: '#live > :not(.deeds)',
      unfolded: 'details',
    },
  };
}
