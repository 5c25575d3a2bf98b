import { diffKeys, formatKeys } from '../diff-keys.ts';
import type { Text } from '../yaml-file.ts';
import type { YamlNode } from '../yaml-node.ts';
import type { PlanDetail } from './plan-model.ts';

/** Deeper keys are cut to this length. */
const DEEPEST_KEY = 3;

/** A detail for a value that may be shown; none if it is the same. */
export function diffText(
  label: string,
  before: Text | null | undefined,
  after: Text | null | undefined,
): PlanDetail[] {
  if (toLine(before) === toLine(after)) return [];
  return [
    {
      kind: 'value',
      label,
      before: before ? show(before) : null,
      after: after ? show(after) : null,
    },
  ];
}

/** A detail for a list of names; none if it is the same. */
export function diffTexts(label: string, before: readonly Text[], after: readonly Text[]): PlanDetail[] {
  const [old, young] = [before.map(show), after.map(show)];
  const added = young.filter((text) => !old.includes(text));
  const removed = old.filter((text) => !young.includes(text));
  if (added.length + removed.length > 0) return [{ kind: 'list', label, added, removed }];
  return old.join('\n') === young.join('\n') ? [] : [{ kind: 'keys', keys: [`order of ${label}`] }];
}

/** A detail with the names of other keys that differ. `shown` are the keys that other details show. */
export function diffOtherKeys(
  before: YamlNode | null,
  after: YamlNode | null,
  shown: readonly string[],
): PlanDetail[] {
  const changes = diffKeys(before?.value ?? {}, after?.value ?? {}).filter(
    ({ keys }) => !shown.includes(keys[0] ?? ''),
  );
  const keys = new Set(changes.map((change) => formatKeys(change.keys.slice(0, DEEPEST_KEY))));
  return keys.size === 0 ? [] : [{ kind: 'keys', keys: [...keys].toSorted() }];
}

/** Requirements of pip are often written over several lines. */
const REQUIREMENTS = /^(?:\s*[\w.[\],-]+[~=!<>]=[\w.*]+)*\s*$/;

function show(text: Text): string {
  const isShown = text.isOneLine || REQUIREMENTS.test(text.text);
  return isShown ? (toLine(text) ?? '') : 'a text of several lines';
}

/** Joins lines, since line breaks make no difference. */
function toLine(text: Text | null | undefined): string | null {
  return text?.text.trim().replace(/\s+/g, ' ') ?? null;
}
