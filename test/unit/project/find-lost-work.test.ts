import { describe, expect, test } from 'vitest';
import { isByMeltanoCloud } from '../../../src/domain/cloud-commit.ts';
import {
  findLostWork,
  formatRestore,
  type LostWorkFound,
  type PushHistory,
} from '../../../src/project/find-lost-work.ts';
import { MemorySource } from './memory-source.ts';

const FILE = 'pipelines/Google Ads.yml';
const BY_PERSON = 'name: Google Ads\nschedule: 0 0 6 * * *\ntimeout: 3600\ntriggered_by: deploy\n';
const BY_CLOUD = 'name: Google Ads\nschedule: 0 0 7 * * *\ntimeout: 3600\nmax_retries: 0\n';

interface Commit {
  readonly sha: string;
  readonly committerName: string;
  readonly message: string;
  /** By path: the new text; null for a removed file. */
  readonly changed: Readonly<Record<string, string | null>>;
}

let count = 0;

function commit(committerName: string, message: string, changed: Commit['changed']): Commit {
  count += 1;
  return {
    sha: String(count).padStart(40, '0'),
    committerName,
    message,
    changed,
  };
}

function person(text: string | null, path = FILE): Commit {
  return commit('Ada', 'Trigger it', { [path]: text });
}

function cloud(text: string | null, path = FILE): Commit {
  return commit('ada@example.com', 'Change pipelines\n\nBy the page', { [path]: text });
}

/** Both lists are oldest first. */
function find(earlier: readonly Commit[], pushed: readonly Commit[]): Promise<LostWorkFound> {
  const all = [...earlier, ...pushed];
  const newest = all.toReversed();
  const history: PushHistory = {
    listCommits: async (path) =>
      newest.filter(({ changed }) => path === null || path in changed).slice(0, 100),
    open: async (sha) => {
      const files = new Map<string, string | null>();
      for (const { changed } of all.slice(0, all.findIndex((one) => one.sha === sha) + 1)) {
        for (const [path, text] of Object.entries(changed)) files.set(path, text);
      }
      return new MemorySource(
        new Map([...files].flatMap(([path, text]) => (text === null ? [] : [[path, text] as const]))),
      );
    },
  };
  return findLostWork(
    pushed.filter(isByMeltanoCloud).map(({ sha, changed }) => ({ sha, paths: Object.keys(changed) })),
    history,
  );
}

describe('commits of Meltano Cloud', () => {
  test.each([
    ['ada@example.com', 'Change pipelines', true],
    ['ada@example.com', 'Add ELT script for extractor `tap-orders`', true],
    ['ada@example.com', 'Update `workspace.yml`', true],
    ['Ada', 'Change pipelines', false],
    ['ada@example.com', 'Change pipelines of orders', false],
    ['ada@example.com', 'Update workspace.yml', false],
    ['GitHub', 'A warm welcome to your new workspace', false],
  ])('%s: %s', (committerName, subject, expected) => {
    expect(isByMeltanoCloud({ committerName, message: subject })).toBe(expected);
  });
});

test('keys that a person wrote and Meltano Cloud removed or changed', async () => {
  const written = person(BY_PERSON);
  const taken = cloud(BY_CLOUD);
  const { lost } = await find([person('name: x'), written], [taken]);
  expect(lost).toEqual([
    {
      path: FILE,
      change: 'changed',
      keys: ['schedule', 'triggered_by'],
      person: written.sha,
      cloud: taken.sha,
    },
  ]);
  expect(lost.map(formatRestore)).toEqual([`git checkout ${written.sha} -- 'pipelines/Google Ads.yml'`]);
});

test('files that Meltano Cloud removed, and ones without keys that it changed', async () => {
  expect(await find([person(BY_PERSON)], [cloud(null)])).toMatchObject({
    lost: [{ path: FILE, change: 'removed', keys: [] }],
  });
  const sql = 'transform/orders.sql';
  expect(await find([person('select 1', sql)], [cloud('select 2', sql)])).toMatchObject({
    lost: [{ path: sql, change: 'changed', keys: [] }],
  });
});

test("plugins and their settings are named, and no setting's value", async () => {
  const text = (config: string) => `plugins:\n  extractors:\n  - name: tap-a\n${config}  - name: tap-b\n`;
  const history = [person(text('    config:\n      token: secret\n'), 'meltano.yml')];
  const { lost } = await find(history, [cloud(text(''), 'meltano.yml')]);
  expect(lost.map(({ keys }) => keys)).toEqual([['plugins.extractors[tap-a].config']]);
});

test.each<[string, Commit[], Commit[]]>([
  ['a push of people', [person(BY_PERSON)], [person(BY_CLOUD)]],
  ['a person who mended it in the same push', [person(BY_PERSON)], [cloud(BY_CLOUD), person(BY_PERSON)]],
  ['a file that no person wrote', [cloud(BY_PERSON)], [cloud(BY_CLOUD)]],
  ['only a comment', [person(BY_PERSON)], [cloud(`# managed\n${BY_PERSON}`)]],
  ['a file that nobody can read', [person('name: [')], [cloud(BY_CLOUD)]],
  ['what an earlier push took', [person(BY_PERSON), cloud(BY_CLOUD)], [cloud(`${BY_CLOUD}label: G\n`)]],
])('nothing is lost by %s', async (_, earlier, pushed) => {
  expect(await find(earlier, pushed)).toEqual({ lost: [], leftOut: 0 });
});

test('a second push of Meltano Cloud lists only what it took itself', async () => {
  const earlier = [person(BY_PERSON), cloud(BY_CLOUD)];
  const later = BY_CLOUD.replace('timeout: 3600\n', '').replace('0 0 7', '0 0 8');
  const { lost } = await find(earlier, [cloud(later)]);
  expect(lost.map(({ keys }) => keys)).toEqual([['schedule', 'timeout']]);
});

test('a person who wrote in the push itself', async () => {
  const written = person(BY_PERSON);
  const { lost } = await find([], [written, cloud(BY_CLOUD)]);
  expect(lost.map((one) => one.person)).toEqual([written.sha]);
});

test('no more than 50 earlier commits are looked at', async () => {
  const others = Array.from({ length: 49 }, () => person('x: 1', 'other.yml'));
  expect((await find([person(BY_PERSON), ...others], [cloud(BY_CLOUD)])).lost).toHaveLength(1);
  const more = [person(BY_PERSON), person('x: 1', 'other.yml'), ...others];
  expect((await find(more, [cloud(BY_CLOUD)])).lost).toEqual([]);
});

test('no more than 20 files are compared, and the others are counted', async () => {
  const paths = Array.from({ length: 22 }, (_, n) => `pipelines/${n + 10}.yml`);
  const texts = (text: string) => Object.fromEntries(paths.map((path) => [path, text]));
  const earlier = [commit('Ada', 'Add them', texts(BY_PERSON))];
  const pushed = [commit('ada@example.com', 'Change pipelines', texts(BY_CLOUD))];
  const { lost, leftOut } = await find(earlier, pushed);
  expect([lost.length, leftOut]).toEqual([20, 2]);
});
