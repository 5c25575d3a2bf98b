import { describe, expect, test } from 'vitest';
import {
  findLostWork,
  formatRestore,
  type HistoryCommit,
  isByMeltanoCloud,
} from '../../../src/project/find-lost-work.ts';

const FILE = 'pipelines/Google Ads.yml';
const BY_PERSON = 'name: Google Ads\nschedule: 0 0 6 * * *\ntimeout: 3600\ntriggered_by: deploy\n';
const BY_CLOUD = 'name: Google Ads\nschedule: 0 0 7 * * *\ntimeout: 3600\nmax_retries: 0\n';

let count = 0;

function commit(
  committerName: string,
  subject: string,
  changed: Record<string, string | null>,
): HistoryCommit {
  count += 1;
  return {
    sha: String(count).padStart(40, '0'),
    committerName,
    subject,
    changed: new Map(Object.entries(changed)),
  };
}

function person(text: string | null, path = FILE): HistoryCommit {
  return commit('Ada', 'Trigger it', { [path]: text });
}

function cloud(text: string | null, path = FILE): HistoryCommit {
  return commit('ada@example.com', 'Change pipelines', { [path]: text });
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
    expect(isByMeltanoCloud(commit(committerName, subject, {}))).toBe(expected);
  });
});

test('keys that a person wrote and Meltano Cloud removed or changed', () => {
  const written = person(BY_PERSON);
  const [lost, ...more] = findLostWork([person('name: x'), written], [cloud(BY_CLOUD)]);
  expect(more).toEqual([]);
  expect(lost).toMatchObject({
    path: FILE,
    keys: ['schedule', 'triggered_by'],
    person: { sha: written.sha },
  });
  expect(lost && formatRestore(lost)).toBe(`git checkout ${written.sha} -- 'pipelines/Google Ads.yml'`);
});

test('a file that Meltano Cloud removed', () => {
  expect(findLostWork([person(BY_PERSON)], [cloud(null)])).toMatchObject([{ path: FILE, keys: [] }]);
});

test("plugins and their settings are named, and no setting's value", () => {
  const text = (config: string) => `plugins:\n  extractors:\n  - name: tap-a\n${config}  - name: tap-b\n`;
  const history = [person(text('    config:\n      token: secret\n'), 'meltano.yml')];
  const [lost] = findLostWork(history, [cloud(text(''), 'meltano.yml')]);
  expect(lost?.keys).toEqual(['plugins.extractors[tap-a].config']);
});

test("people's own commits are never blamed", () => {
  const changes = [person(BY_PERSON), person(BY_CLOUD)] as const;
  expect(findLostWork([changes[0]], [changes[1]])).toEqual([]);
  // A person mended it in the same push.
  expect(findLostWork([person(BY_PERSON)], [cloud(BY_CLOUD), person(BY_PERSON)])).toEqual([]);
});

test('what an earlier push took is not told again', () => {
  const earlier = [person(BY_PERSON), cloud(BY_CLOUD)];
  expect(findLostWork(earlier, [cloud(`${BY_CLOUD}label: G\n`)])).toEqual([]);
  expect(findLostWork(earlier, [cloud(BY_CLOUD.replace('timeout: 3600\n', ''))])).toMatchObject([
    { keys: ['timeout'] },
  ]);
});

test('a person who wrote in the push itself', () => {
  const written = person(BY_PERSON);
  expect(findLostWork([], [written, cloud(BY_CLOUD)])).toMatchObject([{ person: { sha: written.sha } }]);
});

test('a file that no person wrote, that stayed the same, or that nobody can read', () => {
  expect(findLostWork([cloud(BY_PERSON)], [cloud(BY_CLOUD)])).toEqual([]);
  expect(findLostWork([person(BY_PERSON)], [cloud(`# managed\n${BY_PERSON}`)])).toEqual([]);
  expect(findLostWork([person('name: [')], [cloud(BY_CLOUD)])).toEqual([]);
});

test('no more than 50 earlier commits are looked at', () => {
  const others = Array.from({ length: 49 }, () => person('x: 1', 'other.yml'));
  expect(findLostWork([person(BY_PERSON), ...others], [cloud(BY_CLOUD)])).toHaveLength(1);
  expect(
    findLostWork([person(BY_PERSON), person('x: 1', 'other.yml'), ...others], [cloud(BY_CLOUD)]),
  ).toEqual([]);
});
